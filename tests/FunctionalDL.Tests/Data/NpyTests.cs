using System.Buffers.Binary;
using System.Text;

namespace FunctionalDL.Tests.Data;

/// <summary>Arrays of NumPy, as bytes written by hand from its description of the format.</summary>
public class NpyTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Combine(folder, name);

    /// <summary>A file of a version: magic, version, length of the header, header, elements.</summary>
    string File(string header, byte[] elements, byte version = 1)
    {
        var text = Encoding.UTF8.GetBytes(header + "\n");
        var length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        var path = At($"{Guid.NewGuid():N}.npy");
        System.IO.File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. elements]);
        return path;
    }

    static string Header(string dtype, string shape, string order = "False") =>
        $"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}";

    public static TheoryData<string, string, double[], DType> Elements => new()
    {
        { "<f4", "0000C03F000020C1", [1.5, -10], DType.Float32 },
        { ">f4", "3FC00000C1200000", [1.5, -10], DType.Float32 },
        { "=f8", "000000000000F83F00000000000024C0", [1.5, -10], DType.Float64 },
        { "<f2", "003E00C9", [1.5, -10], DType.Float16 },
        { "<i8", "0100000000000000FEFFFFFFFFFFFFFF", [1, -2], DType.Int64 },
        { ">i8", "0000000000000001FFFFFFFFFFFFFFFE", [1, -2], DType.Int64 },
        { "<i4", "01000000FEFFFFFF", [1, -2], DType.Int32 },
        { "|i1", "01FE", [1, -2], DType.Int8 },
        { "|u1", "01FE", [1, 254], DType.UInt8 },
        { "|b1", "0102", [1, 1], DType.Bool },
        { "<i2", "0100FEFF", [1, -2], DType.Int16 },
        { ">u2", "0001FFFE", [1, 65534], DType.UInt16 },
        { "<u4", "01000000FEFFFFFF", [1, 4294967294], DType.UInt32 },
        { "<u8", "0100000000000000FEFFFFFF00000000", [1, 4294967294], DType.UInt64 },
    };

    [Theory, MemberData(nameof(Elements))]
    public void Elements_are_those_of_the_file(string dtype, string bytes, double[] values, DType expected)
    {
        var read = NpyFile.Read(File(Header(dtype, "(2,)"), Convert.FromHexString(bytes)));
        Assert.Equal((expected, Shape.Of(2)), (read.DType, read.Shape));
        Assert.Equal(values, new[] { read.GetDouble(0), read.GetDouble(1) });
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void All_versions_are_read(byte version) =>
        Assert.Equal([7L], NpyFile.Read(File(Header("<i8", "(1, 1)"), [7, 0, 0, 0, 0, 0, 0, 0], version)).ToArray<long>());

    [Fact]
    public void Column_major_order_becomes_row_major()
    {
        byte[] elements = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        var read = (Tensor<byte>)NpyFile.Read(File(Header("|u1", "(2, 3, 4)", "True"), elements));
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 3; j++)
                for (var k = 0; k < 4; k++) Assert.Equal(i + 2 * j + 6 * k, read[i, j, k]);
    }

    [Theory, InlineData("()", 1), InlineData("(0, 3)", 0), InlineData("( 2L , 3 )", 6)]
    public void Shapes_are_read_as_Python_writes_them(string shape, int count) =>
        Assert.Equal(count, NpyFile.Read(File(Header("|u1", shape), new byte[count])).Count);

    public static TheoryData<DType> Written => [.. DTypes.All.Where(dtype => dtype != DType.BFloat16)];

    [Theory, MemberData(nameof(Written))]
    public void What_is_written_is_read_back(DType dtype)
    {
        foreach (Shape shape in new Shape[] { Shape.Scalar, Shape.Of(0), Shape.Of(3), Shape.Of(2, 1, 5) })
        {
            var tensor = Key.Of(1).Uniform(shape, DType.Float64).As<double>().Map(u => 100 * u - 50).Cast(dtype);
            NpyFile.Write(At("a.npy"), tensor);
            Assert.True(tensor.BitEquals(NpyFile.Read(At("a.npy"))));
            var bytes = System.IO.File.ReadAllBytes(At("a.npy"));
            Assert.Equal(0, (bytes.Length - (int)shape.ElementCount * dtype.ByteSize()) % 64);
        }
    }

    [Fact]
    public void Headers_are_those_that_NumPy_writes()
    {
        NpyFile.Write(At("a.npy"), Tensor.Matrix(new float[,] { { 1, 2, 3 } }));
        var bytes = System.IO.File.ReadAllBytes(At("a.npy"));
        Assert.Equal([0x93, .. "NUMPY"u8.ToArray(), 1, 0, 118, 0], bytes[..10]);
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }".PadRight(117) + "\n";
        Assert.Equal(header, Encoding.ASCII.GetString(bytes[10..128]));
    }

    [Fact]
    public void What_cannot_be_read_or_written_is_told_in_words()
    {
        void Told(string path, string part) => Assert.Contains(part, Assert.Throws<DataException>(() => NpyFile.Read(path)).Message);
        Told(At("none.npy"), "none.npy");
        Told(File(Header("<f4", "(2,)"), new byte[7]), "holds 7 bytes of elements, its header says 8");
        Told(File(Header("<f4", "(2,)"), new byte[9]), "holds 9 bytes of elements, its header says 8");
        Told(File(Header("<f4", "(9999999, 9999999, 9999999)"), new byte[8]), "E+21");
        Told(File(Header("<f4", "(99999999999,)"), new byte[8]), "dimension of 99999999999");
        Told(File(Header("<c8", "(1,)"), new byte[8]), "\"<c8\"");
        Told(File(Header("|O", "(1,)"), new byte[8]), "\"|O\"");
        Told(File(Header("<f1", "(1,)"), new byte[1]), "\"<f1\"");
        Told(File("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }", new byte[4]), "fields");
        Told(File("{'shape': '<f4', 'fortran_order': False, 'descr': (1,), }", new byte[4]), "belong to their names");
        Told(File("{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }", new byte[4]), "is not of one array");
        Told(File(Header("<f4", "(1,)"), new byte[4], version: 9), "version 9");
        System.IO.File.WriteAllText(At("text.npy"), "1,2,3\n4,5,6\n");
        Told(At("text.npy"), "numpy.save");
        System.IO.File.WriteAllBytes(At("short.npy"), [0x93, .. "NUMPY"u8, 1, 0, 255, 255, 0, 0]);
        Told(At("short.npy"), "truncated");
        Assert.Contains("DType.Float32", Assert.Throws<DataException>(() =>
            NpyFile.Write(At("b.npy"), Tensor.Zeros(DType.BFloat16, Shape.Of(1)))).Message);
        Assert.Throws<DataException>(() => NpyFile.Write(Path.Combine(folder, "no folder", "b.npy"), 1f));
    }
}
