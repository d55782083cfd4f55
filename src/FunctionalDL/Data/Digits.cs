namespace FunctionalDL;

/// <summary>
/// Images of digits, <c>float32 [n, 28, 28]</c> with 0 for paper and 1 for ink, and their labels, <c>int64 [n]</c>: drawn by the library
/// itself, or read from files.
/// </summary>
public static class Digits
{
    /// <summary>The height and width of an image in pixels.</summary>
    public const int Size = 28;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    /// <summary>
    /// Digits drawn stroke by stroke in one of several styles, under a random affine map, a smooth random distortion, and random pen
    /// width, ink and noise. Image i depends on the seed and i alone; classes are equally likely.
    /// </summary>
    /// <param name="count">The number of images, 1 to 2,739,137: more do not fit into a tensor.</param>
    /// <param name="seed">The same seed gives the same images.</param>
    /// <exception cref="FunctionalException"><paramref name="count"/> is out of range.</exception>
    public static Dataset Draw(int count, long seed)
    {
        if (count < 1 || count > Array.MaxLength / (Size * Size))
            throw new FunctionalException($"Digits: {count} images. Draw 1 to {Array.MaxLength / (Size * Size)}.");
        var (images, labels) = (new float[count * Size * Size], new long[count]);
        var key = Key.Of(seed);
        Parallel.For(0, count, i => labels[i] = DigitPainter.Paint(key.Fold(i), images.AsSpan(i * Size * Size, Size * Size)));
        return new(Tensor<float>.Adopt([count, Size, Size], images), Tensor<long>.Adopt([count], labels));
    }

    /// <summary>
    /// MNIST, or anything in its form: <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>, <c>t10k-images-idx3-ubyte</c> and
    /// <c>t10k-labels-idx1-ubyte</c> in a folder, each plain or with <c>.gz</c>. Grey values are divided by 255.
    /// </summary>
    /// <exception cref="DataException">A file is missing or damaged, or a label is not a digit.</exception>
    public static (Dataset Train, Dataset Test) Load(string folder) => (Load(folder, "train"), Load(folder, "t10k"));

    static Dataset Load(string folder, string part)
    {
        var images = (Tensor<float>)IdxFile.Read(Find(folder, $"{part}-images-idx3-ubyte"), DType.Float32);
        return new Dataset(
            images.Map(grey => grey / 255),
            IdxFile.Read(Find(folder, $"{part}-labels-idx1-ubyte"), DType.Int64)
        ).CheckLabels(Classes);
    }

    static string Find(string folder, string name)
    {
        string[] candidates = [Path.Combine(folder, name), Path.Combine(folder, name + ".gz")];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new DataException(
                $"Digits: there is neither {name} nor {name}.gz in {Path.GetFullPath(folder)}. Put the IDX files there, or name their "
                    + "folder."
            );
    }
}
