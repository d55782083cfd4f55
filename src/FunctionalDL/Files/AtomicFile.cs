using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;

namespace FunctionalDL;

/// <summary>Writes files whole or not at all. For the packages of this library.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary file in the same folder, flushes it to the disk, and moves it to its name; where that is a link, to what it
    /// leads to. On any error, what was at that name stays as it was; what is replaced leaves its permissions. A device is written to as
    /// it is. Temporary files are called <c>.fdl.….tmp</c>; those of a process that was killed while it wrote are removed the next time
    /// the same name is written.
    /// </summary>
    /// <exception cref="DataException">The file cannot be written there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var full = Full(path);
        var isDevice = IsDevice(full);
        if (
            !isDevice
            && new FileInfo(full) is { LinkTarget: not null } link
            && link.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            full = target.FullName;
        var (folder, stem) = (Path.GetDirectoryName(full) ?? full, Stem(full));
        var temporary = Path.Combine(folder, $"{stem}{Guid.NewGuid():N}{Extension}");
        try
        {
            if (isDevice)
            {
                using var device = new FileStream(full, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }
            RemoveAbandoned(folder, stem);
            using var stream = Create(temporary, full);
            write(stream);
            stream.Flush(flushToDisk: true);
            // Still open, so that nobody takes it for abandoned; Windows lets nobody read what is open for writing.
            if (OperatingSystem.IsWindows()) stream.Dispose();
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"Write: {full} cannot be written: {e.Message} Choose a folder that exists, can be written to, and has room.",
                e);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>Throws where a file could not be written for want of a folder.</summary>
    internal static void RequireFolder(string path)
    {
        if (Path.GetDirectoryName(Full(path)) is { } folder && !Directory.Exists(folder))
            throw new DataException($"Write: there is no folder {folder}. Create it, or choose another.");
    }

    static string Full(string path) =>
        string.IsNullOrWhiteSpace(path) ? throw new DataException("Write: the path is empty. Name a file.") : Path.GetFullPath(path);

    const string Extension = ".tmp";

    /// <summary>Only a file that nobody else has open can be opened so; it can still be deleted.</summary>
    static FileShare Alone => OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>The beginning of temporary names for a file, of one length however long the file's is.</summary>
    static string Stem(string full) =>
        $".fdl.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(full))))[..16]}.";

    /// <summary>A new file with the permissions of the one it will replace.</summary>
    static FileStream Create(string temporary, string replaced)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
        };
        if (OperatingSystem.IsWindows() || !File.Exists(replaced))
            return new(temporary, options);
        var mode = File.GetUnixFileMode(replaced);
        // The process's own mask takes some away where the file is created, and none where they are set.
        options.UnixCreateMode = mode;
        var stream = new FileStream(temporary, options);
        File.SetUnixFileMode(stream.SafeFileHandle, mode);
        return stream;
    }

    static void RemoveAbandoned(string folder, string stem)
    {
        foreach (var left in Directory.EnumerateFiles(folder, $"{stem}*{Extension}", new EnumerationOptions { AttributesToSkip = 0 }))
        {
            // Between its creation and its lock, a file is empty.
            if (
                new FileInfo(left) is { Exists: true, Length: 0 } fresh
                && DateTime.UtcNow - fresh.LastWriteTimeUtc < TimeSpan.FromMinutes(1))
                continue;
            try
            {
                using var held = new FileStream(left, FileMode.Open, FileAccess.ReadWrite, Alone);
                File.Delete(left);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process is writing it, or it is another user's: it stays.
            }
        }
    }

    /// <summary>.NET does not tell devices from files; on Unix they lie in one folder.</summary>
    static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && path.StartsWith("/dev/", StringComparison.Ordinal)
        && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);
}
