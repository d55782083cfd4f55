using FsCheck.Xunit;
using SkiaSharp;

namespace FunctionalDL.Tests.Images;

public class PngTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public PngTests() => Directory.CreateDirectory(Path.Combine(folder, "a"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    Tensor<float> Read(byte[] png, int channels = 3)
    {
        File.WriteAllBytes(Path.Combine(folder, "a", "1.png"), png);
        return ImageFolder.Open(folder, new() { Channels = channels }).Load().Inputs.As<float>();
    }

    [Property(MaxTest = 200)]
    public void Any_form_of_file_comes_back_as_it_was_written(int seed)
    {
        var random = new Random(seed);
        var form = PngForm.Draw(random);
        var most = (1 << form.Bits) - 1;
        var palette = new byte[form.Colour == 3 ? 3 * (most + 1) : 0];
        random.NextBytes(palette);
        var samples = new int[form.Height, form.Width * form.Samples];
        for (var y = 0; y < form.Height; y++)
            for (var x = 0; x < form.Width * form.Samples; x++) samples[y, x] = random.Next(most + 1);

        var read = Read(form.Write(samples, palette, random));
        Assert.Equal(Shape.Of(1, 3, form.Height, form.Width), read.Shape);
        for (var y = 0; y < form.Height; y++)
            for (var x = 0; x < form.Width; x++)
                for (var c = 0; c < 3; c++)
                {
                    var sample = samples[y, x * form.Samples + (form.Samples >= 3 ? c : 0)];
                    Assert.Equal(form.Colour == 3 ? palette[3 * sample + c] / 255f : sample / (float)most, read[0, c, y, x]);
                }
    }

    /// <summary>What another program writes, filters and all, is read as it was drawn.</summary>
    [Property(MaxTest = 20)]
    public void A_file_of_another_program_is_read(int seed)
    {
        var random = new Random(seed);
        var (height, width) = (random.Next(1, 40), random.Next(1, 40));
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) bitmap.SetPixel(x, y, new((byte)(5 * x + random.Next(3)), (byte)(7 * y), (byte)(x * y)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var read = Read(data.ToArray());
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var pixel = bitmap.GetPixel(x, y);
                Assert.Equal(
                    (pixel.Red / 255f, pixel.Green / 255f, pixel.Blue / 255f), (read[0, 0, y, x], read[0, 1, y, x], read[0, 2, y, x]));
            }
    }

    [Fact]
    public void Sixteen_bits_stay_sixteen_and_grey_is_that_of_television()
    {
        var form = new PngForm(1, 2, 0, 16, false);
        Assert.Equal(
            [30000 / 65535f, 30060 / 65535f],
            Read(
                    form.Write(
                        new[,]
                        {
                            { 30000, 30060 },
                        },
                        [],
                        new(1)),
                    channels: 1)
                .ToArray<float>());
        var colour = Read(
                new PngForm(1, 3, 2, 8, false).Write(
                    new[,]
                    {
                        { 255, 0, 0, 0, 255, 0, 0, 0, 255 },
                    },
                    [],
                    new(1)),
                channels: 1)
            .ToArray<float>();
        Assert.Equal([0.299f, 0.587f, 0.114f], colour);
        Assert.Equal(
            [1f],
            Read(
                    new PngForm(1, 1, 2, 8, false).Write(
                        new[,]
                        {
                            { 255, 255, 255 },
                        },
                        [],
                        new(1)),
                    channels: 1)
                .ToArray<float>());
    }

    [Fact]
    public void Files_of_systems_are_left_alone()
    {
        File.WriteAllBytes(Path.Combine(folder, "a", "._1.png"), [0, 5, 22, 7]);
        Directory.CreateDirectory(Path.Combine(folder, ".hidden"));
        Read(PngWriter.Write(1, [7]));
        Assert.Single(ImageFolder.Open(folder).Files);
    }

    [Fact]
    public void A_colour_outside_the_palette_and_a_filter_that_does_not_exist_are_refused()
    {
        var form = new PngForm(1, 1, 3, 8, false);
        Assert.Contains(
            "a pixel has colour 2, and the palette has 2",
            Assert
                .Throws<DataException>(() =>
                    Read(
                        form.Write(
                            new[,]
                            {
                                { 2 },
                            },
                            [1, 2, 3, 4, 5, 6],
                            new(1))))
                .Message);
        using var data = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(data, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write([5, 1]);
        byte[] png = [.. PngWriter.Write(1, [7])[..33], .. PngWriter.Chunk("IDAT", data.ToArray()), .. PngWriter.Chunk("IEND", [])];
        Assert.Contains("filtered by method 5", Assert.Throws<DataException>(() => Read(png)).Message);
    }
}
