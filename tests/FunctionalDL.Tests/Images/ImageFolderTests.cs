using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Images;

public class ImageFolderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Put(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static byte[] Grey(int height, int width, byte value) =>
        PngWriter.Write(1, [.. Enumerable.Range(0, height).Select(_ => Enumerable.Repeat(value, width).ToArray())]);

    static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

    [Fact]
    public void Classes_are_folders_and_pixels_go_from_0_to_1()
    {
        Put("cat/b.png", PngWriter.Write(3, [255, 0, 51, 0, 102, 255], [0, 0, 0, 255, 255, 255]));
        Put("cat/a.PNG", PngWriter.Write(4, [255, 0, 0, 255, 0, 0, 0, 0], [0, 255, 0, 255, 0, 0, 255, 128]));
        Put("ant/z.png", Grey(2, 2, 51));
        Put("ant/notes.txt", [1]);
        var images = ImageFolder.Open(folder);
        Assert.Equal(["ant", "cat"], images.Classes.AsEnumerable());
        Assert.Equal(["z.png", "a.PNG", "b.png"], images.Files.Select(file => Path.GetFileName(file.Path)));

        var data = images.Load();
        Assert.Equal(Shape.Of(3, 3, 2, 2), data.Inputs.Shape);
        Assert.Equal([0, 1, 1], data.Targets.ToArray<long>());
        Assert.Equal(
        [
            .. Enumerable.Repeat(0.2f, 12),
            1, 0, 0, 0, /**/ 0, 0, 1, 0, /**/ 0, 0, 0, 1,
            1, 0, 0, 1, /**/ 0, 0.4f, 0, 1, /**/ 0.2f, 1, 0, 1,
        ], data.Inputs.ToArray<float>());

        var grey = ImageFolder.Open(folder, new() { Channels = 1 }).Load().Inputs.ToArray<float>();
        Assert.Equal([0.2f, 0.2f, 0.2f, 0.2f, 0.30f, 0, 0.59f, 0.11f], grey[..8], (a, b) => Math.Abs(a - b) < 0.01);
    }

    [Fact]
    public void Classes_and_files_are_in_the_order_of_their_character_codes()
    {
        foreach (var name in new[] { "ant/b.png", "ant/C.png", "ant/a.png", "Zebra/1.png" }) Put(name, Grey(1, 1, 0));
        var images = ImageFolder.Open(folder);
        Assert.Equal(["Zebra", "ant"], images.Classes.AsEnumerable());
        Assert.Equal(["1.png", "C.png", "a.png", "b.png"], images.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal([0, 1, 1, 1], images.Files.Select(file => file.Label));
    }

    [Property(MaxTest = 30)]
    public bool Any_image_comes_back_as_it_was_written(PositiveInt h, PositiveInt w, bool isColour, long seed)
    {
        var (height, width, channels) = (h.Get % 9 + 1, w.Get % 9 + 1, isColour ? 3 : 1);
        byte[] values = [.. Key.Of(seed).Uniform([height * width * channels]).ToArray<float>().Select(u => (byte)(256 * u))];
        Put("a/image.png", PngWriter.Write(channels, [.. values.Chunk(width * channels)]));
        var read = ImageFolder.Open(folder, new() { Channels = channels }).Load().Inputs.As<float>();
        return Enumerable
            .Range(0, values.Length)
            .All(i => read[0, i % channels, i / channels / width, i / channels % width] == values[i] / 255f);
    }

    [Fact]
    public void Rows_are_shuffled_split_and_streamed_without_being_read()
    {
        foreach (var i in Enumerable.Range(0, 20)) Put($"{(i % 2 == 0 ? "even" : "odd")}/{i:D2}.png", Grey(3, 4, (byte)i));
        var images = ImageFolder.Open(folder, new() { Channels = 1 });
        var shuffled = images.Shuffle(Key.Of(1));
        var batches = shuffled.Batches(8).Select(batch => batch.Load()).Prefetch(2).ToArray();
        Assert.Equal([8, 8, 4], batches.Select(batch => batch.Count));
        var all = shuffled.Load();
        Assert.True(Functions.Concat(0, [.. batches.Select(batch => Expr.Constant(batch.Inputs))]).Evaluate().BitEquals(all.Inputs));
        Assert.All(
            Enumerable.Range(0, 20),
            i => Assert.Equal((int)Math.Round(all.Inputs.GetDouble(12 * i) * 255) % 2, all.Targets.GetDouble(i)));

        var (train, test) = shuffled.Split(0.8);
        Assert.Equal(20, train.Files.Union(test.Files).Count());
        var model = Model.Input(1, 3, 4).Flatten().Dense(2);
        var run = model.Fit(
            epoch => train.Shuffle(Key.Of(epoch)).Batches(4).Select(batch => batch.Load()).Prefetch(2),
            Loss.SoftmaxCrossEntropy,
            Optimizer.Adam(),
            2);
        Assert.Equal(8, run.History[^1].Steps);
    }

    /// <summary>Images and a table row by row, batch by batch, as columns of a model of two inputs and two outputs.</summary>
    [Fact]
    public void Images_and_a_table_are_columns_of_one_data_set()
    {
        foreach (var i in Enumerable.Range(0, 20)) Put($"{(i % 2 == 0 ? "even" : "odd")}/{i:D2}.png", Grey(2, 2, (byte)(i % 2 * 200)));
        var images = ImageFolder.Open(folder, new() { Channels = 1 });
        var text =
            "size,town,price\n"
            + string.Join("\n", images.Files.Select((f, i) => FormattableString.Invariant($"{i},{(i % 3 == 0 ? "a" : "b")},{i / 20.0}")));
        var table = CsvFile.Read(new StringReader(text), "houses");
        var encoder = TableEncoder.Fit(table, ["size", "town"]);
        int[] rows = [.. Enumerable.Range(0, 20)];
        Dataset Of(int[] batch) => images.Rows(batch).Load().Named("image", "kind")
            .WithInput("measures", encoder.Encode(table.Rows(batch)))
            .WithTarget("price", table.Rows(batch).Numbers("price"));

        var model = Model.Of([ModelInput.Of("image", 1, 2, 2), ModelInput.Of("measures", encoder.Features.Length)], (scope, x) =>
        [
            ("kind", (Layer.Flatten >> Layer.Dense(2)).Apply(scope, x["image"])),
            ("price", Layer.Dense(1).Apply(scope, x["measures"])),
        ]);
        var loss = Loss.SoftmaxCrossEntropy.On("kind") + Loss.MeanSquaredError.On("price");
        var run = model.Fit(_ => rows.Chunk(5).Select(Of), loss, Optimizer.Adam(0.05), epochs: 60, seed: 1);
        Assert.True(run.History[^1].Loss < 0.1 * run.History[0].Loss, $"{run.History[0].Loss} → {run.History[^1].Loss}");
        Assert.Contains(
            "\"measures\"",
            Assert.ThrowsAny<FunctionalException>(() => Of(rows).WithInput("measures", encoder.Encode(table.Rows([1])))).Message);
    }

    [Theory]
    [InlineData(5, 7, 12, 3), InlineData(8, 8, 2, 2), InlineData(2, 2, 8, 8), InlineData(3, 3, 1, 1)]
    public void Resizing_keeps_even_grey_and_the_mean_of_a_slope(int height, int width, int newHeight, int newWidth)
    {
        Put("a/1.png", Grey(height, width, 51));
        Put(
            "a/2.png",
            PngWriter.Write(
                1,
                [
                    .. Enumerable
                        .Range(0, height)
                        .Select(row => Enumerable.Range(0, width).Select(column => (byte)(20 * column + 10 * row)).ToArray()),
                ]));
        var data = ImageFolder.Open(folder, new() { Channels = 1, Size = (newHeight, newWidth) }).Load().Inputs.As<float>();
        Assert.Equal(Shape.Of(2, 1, newHeight, newWidth), data.Shape);
        var (even, slope) = (data.ToArray<float>()[..(newHeight * newWidth)], data.ToArray<float>()[(newHeight * newWidth)..]);
        Assert.All(even, value => Assert.Equal(0.2, value, 1e-6));
        Assert.Equal((10.0 * (width - 1) + 5 * (height - 1)) / 255, slope.Average(), 1e-6);
    }

    [Fact]
    public void Twice_as_small_is_a_mean_and_twice_as_large_a_line()
    {
        Put("a/1.png", PngWriter.Write(1, [0, 60, 120, 240]));
        float[] Resized(Size2D size) => ImageFolder.Open(folder, new() { Channels = 1, Size = size }).Load().Inputs.ToArray<float>();
        // A distance of two old pixels: weights ¼ ¾ ¾ ¼ where all four are there.
        Assert.Equal(
            [(0.75f * 0 + 0.75f * 60 + 0.25f * 120) / 1.75f / 255, (0.25f * 60 + 0.75f * 120 + 0.75f * 240) / 1.75f / 255],
            Resized((1, 2)),
            (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 15, 45, 75, 105, 150, 210, 240], Resized((1, 8)).Select(value => value * 255), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Bad_folders_are_refused()
    {
        Fails("Check the path", () => ImageFolder.Open(Path.Combine(folder, "none")));
        Fails("has no folders in it", () => ImageFolder.Open(folder));
        Directory.CreateDirectory(Path.Combine(folder, "a"));
        Fails("holds no PNG files", () => ImageFolder.Open(folder));
        Put("a/1.png", Grey(2, 3, 0));
        Put("a/2.png", Grey(3, 3, 0));
        Fails("2.png is 3 × 3", () => ImageFolder.Open(folder));
        Fails("2 channels", () => ImageFolder.Open(folder, new() { Channels = 2 }));
        Fails("size", () => ImageFolder.Open(folder, new() { Size = 0 }));
    }

    [Fact]
    public void Bad_files_are_refused_by_name()
    {
        var good = Grey(4, 5, 7);
        void Refused(string part, byte[] bytes)
        {
            Put("a/1.png", good);
            Put("a/bad.png", bytes);
            var message = Assert.ThrowsAny<DataException>(() => ImageFolder.Open(folder, new() { Size = (4, 5) }).Load()).Message;
            Assert.Contains(part, message);
            Assert.Contains("bad.png", message);
        }
        Refused("does not begin as PNG files do", "GIF89a"u8.ToArray());
        Refused("does not begin as PNG files do", []);
        Refused("truncated", good[..20]);
        Refused("damaged", [.. good[..50], (byte)(good[50] ^ 1), .. good[51..]]);
        byte[] Headed(params byte[] header) => [.. good[..8], .. PngWriter.Chunk("IHDR", header), .. good[33..]];
        Refused("by its header", Headed(0, 0, 0, 0, 0, 0, 0, 4, 8, 0, 0, 0, 0));
        Refused("by its header", Headed(0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 4, 8, 0, 0, 0, 0));
        Refused("5 bits", Headed(0, 0, 0, 5, 0, 0, 0, 4, 5, 0, 0, 0, 0));
        Refused("colour type 1", Headed(0, 0, 0, 5, 0, 0, 0, 4, 8, 1, 0, 0, 0));
        Refused("methods 0, 0, 2", Headed(0, 0, 0, 5, 0, 0, 0, 4, 8, 0, 0, 0, 2));
        Refused("bytes do not make", Headed(0, 0, 0x20, 0, 0, 0, 0x20, 0, 8, 0, 0, 0, 0));
        Refused("palette of 0 bytes", Headed(0, 0, 0, 5, 0, 0, 0, 4, 8, 3, 0, 0, 0));
        Refused("does not begin with an image header", [.. good[..8], .. PngWriter.Chunk("IEXX", new byte[13]), .. good[33..]]);
        Refused("a chunk NEED", [.. good[..33], .. PngWriter.Chunk("NEED", []), .. good[33..]]);
        Refused("cannot be decoded", [.. good[..33], .. PngWriter.Chunk("IDAT", [1, 2, 3]), .. PngWriter.Chunk("IEND", [])]);
    }

    [Property]
    public bool A_file_cut_short_anywhere_or_with_a_flipped_bit_is_refused(PositiveInt n, bool isCut)
    {
        var good = Grey(4, 5, 7);
        var at = n.Get % good.Length;
        Put("a/1.png", isCut ? good[..at] : [.. good[..at], (byte)(good[at] ^ 1 << n.Get % 8), .. good[(at + 1)..]]);
        Assert.ThrowsAny<DataException>(() => ImageFolder.Open(folder).Load());
        return true;
    }
}
