using System.IO.MemoryMappedFiles;

namespace FunctionalDL.LawRuns;

/// <summary>Where a process is, in memory that outlives it.</summary>
sealed class Progress : IDisposable
{
    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;

    Progress(string path, FileMode mode)
    {
        file = MemoryMappedFile.CreateFromFile(path, mode, null, sizeof(long));
        view = file.CreateViewAccessor();
    }

    public static Progress Create(string path) => new(path, FileMode.Create);

    public static Progress Open(string path) => new(path, FileMode.Open);

    /// <summary>The number of the case being tried.</summary>
    public long At
    {
        get => view.ReadInt64(0);
        set => view.Write(0, value);
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
