using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// PNG images in a folder for each class, <c>flowers/rose/1.png</c>, as rows that can be shuffled and split without being read. The
/// classes are in the order of their names' character codes, and so are the files of each; other files, and those whose names begin with
/// a dot, are left alone.
/// </summary>
/// <example><code>
/// var (train, test) = ImageFolder.Open("flowers", new() { Size = 64 }).Shuffle(Key.Of(1)).Split(0.8);
/// model.Fit(train.Load(), …);                                                                                                // all at
/// once, or batch by batch: model.Fit(epoch =&gt; train.Shuffle(Key.Of(epoch)).Batches(32).Select(batch =&gt; batch.Load()).Prefetch(4),
/// …);
/// </code></example>
public sealed class ImageFolder : RowSet<ImageFolder>
{
    readonly int channels;

    ImageFolder(ImmutableArray<string> classes, ImmutableArray<(string, int)> files, Size2D size, int channels) =>
        (Classes, Files, Size, this.channels) = (classes, files, size, channels);

    /// <summary>The names of the classes; a label is the index of one.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>The path and the label of each image.</summary>
    public ImmutableArray<(string Path, int Label)> Files { get; }

    /// <summary>The height and width of the images as they are loaded.</summary>
    public Size2D Size { get; }

    /// <inheritdoc/>
    public override int Count => Files.Length;

    /// <summary>The images below a folder, of which the headers alone are read.</summary>
    /// <exception cref="DataException">
    /// The folder cannot be read, has no folders in it or one without PNG files, a file is not PNG, or images differ in size and none is
    /// given.
    /// </exception>
    /// <exception cref="FunctionalException">The number of channels is not 1 or 3, or the size is below 1.</exception>
    public static ImageFolder Open(string folder, ImageOptions? options = null)
    {
        options ??= new();
        if (options.Channels is not (1 or 3))
            throw new FunctionalException($"ImageFolder: {options.Channels} channels. Give 1 for grey or 3 for colour.");
        if (options.Size is { } asked && (asked.Height < 1 || asked.Width < 1))
            throw new FunctionalException($"ImageFolder: size {asked}. Give a height and a width of 1 or more.");
        var (classes, files) = Find(folder);
        var size = options.Size ?? PngFile.Size(files[0].Path);
        foreach (var (path, _) in files)
            if (PngFile.Size(path) is var other && options.Size is null && other != size)
                throw new DataException(
                    $"ImageFolder: {path} is {Describe(other)}, {files[0].Path} is {Describe(size)}. Give ImageOptions.Size, to which "
                        + "all are resized."
                );
        return new(classes, files, size, options.Channels);
    }

    static string Describe(Size2D size) => $"{size.Width} × {size.Height}";

    static (ImmutableArray<string> Classes, ImmutableArray<(string Path, int Label)> Files) Find(string folder)
    {
        try
        {
            string[] folders =
            [
                .. Directory.GetDirectories(folder).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal),
            ];
            if (folders.Length == 0)
                throw new DataException(
                    $"ImageFolder: {folder} has no folders in it. Put the images of each class into a folder of its own.");
            return (
                [.. folders.Select(path => Path.GetFileName(path))],
                [.. folders.SelectMany((path, label) => Images(path).Select(file => (file, label)))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"ImageFolder: {folder} cannot be read: {e.Message} Check the path.", e);
        }
    }

    static string[] Images(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)];
        return files.Length > 0
            ? files
            : throw new DataException(
                $"ImageFolder: {folder} holds no PNG files. Put the images of the class there, or take the folder away.");
    }

    /// <summary>
    /// Files whose names begin with a dot are those of systems, such as the <c>._1.png</c> that macOS puts beside <c>1.png</c>.
    /// </summary>
    static bool IsImage(string path) =>
        Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase) && !Path.GetFileName(path).StartsWith('.');

    /// <inheritdoc/>
    protected override ImageFolder Choose(ReadOnlySpan<int> rows)
    {
        var chosen = ImmutableArray.CreateBuilder<(string, int)>(rows.Length);
        foreach (var row in rows) chosen.Add(Files[row]);
        return new(Classes, chosen.MoveToImmutable(), Size, channels);
    }

    /// <summary>
    /// The images, <c>float32 [n, channels, height, width]</c> from 0 for black to 1, and their labels, <c>int64 [n]</c>.
    /// </summary>
    /// <exception cref="DataException">
    /// A file cannot be read, is truncated or damaged, or there are more numbers than a tensor can hold.
    /// </exception>
    public Dataset Load()
    {
        var numbers = (Int128)channels * Size.Height * Size.Width;
        if (Count * numbers > Array.MaxLength)
            throw new DataException(
                $"ImageFolder: {Count:N0} images of {numbers:N0} numbers are too many for one tensor. Load them batch by batch.");
        var length = (int)numbers;
        // Before there is room for all, so that a header that lies about the size does not cost the memory it asks for.
        var read = PngFile.Read(Files[0].Path, channels).Resize(Size);
        var pixels = new float[Count * length];
        var failed = new DataException?[Count];
        read.CopyTo(pixels.AsSpan(0, length));
        Parallel.For(1, Count, i =>
        {
            try
            {
                PngFile.Read(Files[i].Path, channels).Resize(Size).CopyTo(pixels.AsSpan(i * length, length));
            }
            catch (DataException e)
            {
                failed[i] = e;
            }
        });
        // Of several errors it is the first in order, whatever the threads did.
        if (Array.Find(failed, e => e is not null) is { } first)
            throw first;
        return new(
            Tensor.Of(Shape.Of(Count, channels, Size.Height, Size.Width), pixels),
            Tensor.Vector([.. Files.Select(file => (long)file.Label)]));
    }
}
