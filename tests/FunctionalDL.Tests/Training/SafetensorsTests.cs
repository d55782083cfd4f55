using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Training;

public class SafetensorsTests
{
    static byte[] File(string header, params byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    static byte[] Written(TensorSet tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    [Property]
    public bool What_is_written_is_read(float[] a, double[] b, long[] c, bool[] d)
    {
        var tensors = TensorSet.Of(("a", a), ("π", b), ("c.d", c), ("bool", Tensor.Vector(d)), ("scalar", 2.5), ("empty", Tensor.Zeros(DType.Float32, [0, 3])));
        var (read, metadata) = Safetensors.Read(Written(tensors, new() { ["über"] = "\"text\"" }), "memory");
        return tensors.All(t => read[t.Key].BitEquals(t.Value)) && read.Count == tensors.Count && metadata["über"] == "\"text\"";
    }

    /// <summary>The layout byte by byte, as the format's description has it.</summary>
    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        var bytes = Written(TensorSet.Of(("x", new[] { 1f, -2f })));
        const string header = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
        Assert.Equal(File(header.PadRight((header.Length + 7) / 8 * 8), 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0), bytes);
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3E }, 1.5)]
    [InlineData("BF16", new byte[] { 0xC0, 0x3F }, 1.5)]
    [InlineData("I8", new byte[] { 0xFF }, -1)]
    [InlineData("U8", new byte[] { 0xFF }, 255)]
    [InlineData("I16", new byte[] { 0xFE, 0xFF }, -2)]
    [InlineData("U16", new byte[] { 0xFE, 0xFF }, 65534)]
    [InlineData("I32", new byte[] { 0, 0, 0, 0x80 }, int.MinValue)]
    [InlineData("U32", new byte[] { 0, 0, 0, 0x80 }, 2147483648)]
    [InlineData("BOOL", new byte[] { 1 }, 1)]
    public void Other_dtypes_are_widened(string dtype, byte[] data, double value) => Assert.Equal(value,
        Safetensors.Read(File($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,{{{data.Length}}}]}}""", data), "memory").Tensors["x"].ToScalar());

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6)]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8)]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"x":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999]}}""", 4)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4)]
    [InlineData("""{"x":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1]}}""", 4)]
    [InlineData("""{"x":5}""", 0)]
    [InlineData("""[1]""", 0)]
    [InlineData("""{"__metadata__":{"a":1}}""", 0)]
    [InlineData("", 0)]
    public void Hostile_headers_are_refused(string header, int bytes) => Assert.Throws<DataException>(() => Safetensors.Read(File(header, new byte[bytes]), "memory"));

    [Fact]
    public void An_absurd_header_length_is_refused()
    {
        Assert.Contains("fewer than", Assert.Throws<DataException>(() => Safetensors.Read(new byte[4], "memory")).Message);
        Assert.Contains("header has", Assert.Throws<DataException>(() => Safetensors.Read(Enumerable.Repeat((byte)0xFF, 64).ToArray(), "memory")).Message);
    }

    [Property]
    public void Damage_is_an_error_or_other_numbers_never_a_crash(int at, byte value)
    {
        var bytes = Written(TensorSet.Of(("x", new[] { 1f, -2f }), ("y", 3L)), new() { ["a"] = "b" });
        bytes[(at & int.MaxValue) % bytes.Length] = value;
        try
        {
            Safetensors.Read(bytes, "memory");
        }
        catch (DataException)
        {
        }
    }
}
