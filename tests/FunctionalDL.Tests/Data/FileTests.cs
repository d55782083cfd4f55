using System.IO.Compression;

namespace FunctionalDL.Tests.Data;

public class FileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, params byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static byte[] Idx => [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

    static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

    [Fact]
    public void Idx_files_are_read_plain_and_gzipped()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionMode.Compress)) gzip.Write(Idx);
        foreach (var path in new[] { Write("plain", Idx), Write("zipped", zipped.ToArray()) })
        {
            var tensor = IdxFile.Read(path, DType.Int64);
            Assert.Equal(Shape.Of(2, 3), tensor.Shape);
            Assert.Equal([1, 2, 3, 4, 5, 255], tensor.ToArray<long>());
        }
        Assert.Equal([1f, -2], IdxFile.Read(Write("shorts", 0, 0, 0x0B, 1, 0, 0, 0, 2, 0, 1, 255, 254), DType.Float32).ToArray<float>());
    }

    [Fact]
    public void Damaged_idx_files_are_refused()
    {
        Fails("truncated: 4 bytes", () => IdxFile.Read(Write("a", Idx[..^2]), DType.Float32));
        Fails("truncated", () => IdxFile.Read(Write("b", Idx[..6]), DType.Float32));
        Fails("goes on after", () => IdxFile.Read(Write("c", [.. Idx, 0]), DType.Float32));
        Fails("not an IDX file", () => IdxFile.Read(Write("d", "hello, world"u8.ToArray()), DType.Float32));
        Fails("element type 0x07", () => IdxFile.Read(Write("e", [0, 0, 7, .. Idx[3..]]), DType.Float32));
        Fails("more than the", () => IdxFile.Read(Write("f", 0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255), DType.Float32));
        Fails("truncated", () => IdxFile.Read(Write("g", 0, 0, 8, 1, 127, 255, 0, 0, 1), DType.Float32));
        Fails("Check the path", () => IdxFile.Read(Path.Combine(folder, "none"), DType.Float32));
        Fails("train-images-idx3-ubyte", () => Digits.Load(folder));
    }

    static CsvTable Csv(string text) => CsvTable.Read(new StringReader(text), "table.csv");

    [Fact]
    public void Csv_tables_have_a_header_or_none()
    {
        var named = Csv("species, length\nsetosa,5.1\n\"virginica\",6.3\nsetosa,4.9\n");
        Assert.Equal("species length", string.Join(" ", named.Columns));
        Assert.Equal([5.1f, 6.3f, 4.9f], named.Numbers("length").ToArray<float>());
        var (labels, classes) = named.Labels("species");
        Assert.Equal([0, 1, 0], labels.ToArray<long>());
        Assert.Equal("setosa virginica", string.Join(" ", classes));

        var plain = Csv("1,2\n3,4\n");
        Assert.Equal("0 1", string.Join(" ", plain.Columns));
        Assert.Equal([1f, 2, 3, 4], plain.Numbers("0", "1").ToArray<float>());
    }

    [Fact]
    public void Bad_csv_names_the_line()
    {
        Fails("table.csv, line 3 has 3 cells, line 1 has 2", () => Csv("a,b\n1,2\n1,2,3\n"));
        Fails("line 2, column \"b\": \"x\" is not a number", () => Csv("a,b\n1,x\n").Numbers("a", "b"));
        Fails("no column \"c\". There are: a, b", () => Csv("a,b\n1,2\n").Numbers("c"));
        Fails("is empty", () => Csv(""));
        Fails("no rows", () => Csv("a,b\n"));
        Fails("two columns of one name", () => Csv("a,a\n1,2\n"));
        Fails("Check the path", () => CsvTable.Read(Path.Combine(folder, "none.csv")));
    }
}
