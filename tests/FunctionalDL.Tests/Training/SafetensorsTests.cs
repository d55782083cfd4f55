using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using FunctionalDL.Testing;

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
        var tensors = TensorSet.Of(
            ("a", a),
            ("π", b),
            ("c.d", c),
            ("bool", Tensor.Vector(d)),
            ("scalar", 2.5),
            ("empty", Tensor.Zeros(DType.Float32, [0, 3])));
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

    /// <summary>
    /// A file as other libraries write them: metadata first, tensors in any order in the header and in another in the file, an empty one
    /// between, the header padded with spaces so that the tensors are aligned.
    /// </summary>
    [Fact]
    public void Files_of_other_libraries_are_read()
    {
        const string header = """
            {"__metadata__":{"format":"pt"},"tokens":{"dtype":"I64","shape":[1,2],"data_offsets":[8,24]},
            "none":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},
            "w":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},
            "mask":{"dtype":"BOOL","shape":[3],"data_offsets":[26,29]},"scale":{"dtype":"F16","shape":[],"data_offsets":[24,26]}}
            """;
        byte[] data = [
            0x80, 0x3F, 0x00, 0xC0, 0x80, 0x7F, 0x00, 0x80, // BF16 1, -2, ∞, -0
            7, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, // I64 7, -2
            0x00, 0x38, // F16 0.5
            1, 0, 1];
        var (tensors, metadata) = Safetensors.Read(File(header.TrimEnd().PadRight((header.Length + 7) / 8 * 8), data), "memory");

        Assert.Equal("pt", metadata["format"]);
        Assert.Equal([1f, -2, float.PositiveInfinity, -0f], tensors["w"].Cast(DType.Float32).ToArray<float>());
        Assert.Equal([7L, -2], tensors["tokens"].ToArray<long>());
        Assert.Equal([true, false, true], tensors["mask"].ToArray<bool>());
        Assert.Equal(0.5, tensors["scale"].ToScalar());
        Assert.Equal(("float32[0, 3]", "bfloat16[2, 2]"), (tensors["none"].Describe(), tensors["w"].Describe()));
    }

    /// <summary>Files of this library, by the rules of the format: read with nothing but JSON and offsets, as others do.</summary>
    [Fact]
    public void Other_libraries_can_read_what_is_written()
    {
        var bytes = Written(
            TensorSet.Of(("a", Tensor.Vector(true, false, true)), ("b", new[] { 1.5 }), ("c", new[] { 3L }), ("d", new[] { -1f })),
            new() { ["key"] = "value" });
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.Equal((byte)'{', bytes[8]);
        Assert.Equal(0, length % 8);
        Assert.Equal("value", header.RootElement.GetProperty("__metadata__").GetProperty("key").GetString());
        var end = 0;
        foreach (var (name, dtype, size) in new[] { ("b", "F64", 8), ("c", "I64", 8), ("d", "F32", 4), ("a", "BOOL", 3) })
        {
            var tensor = header.RootElement.GetProperty(name);
            Assert.Equal(
                (dtype, end, end + size),
                (
                    tensor.GetProperty("dtype").GetString(),
                    tensor.GetProperty("data_offsets")[0].GetInt32(),
                    tensor.GetProperty("data_offsets")[1].GetInt32()));
            end += size;
        }
        Assert.Equal(8 + length + end, bytes.Length);
        Assert.Equal(
            (1.5, 3L, -1f),
            (BitConverter.ToDouble(bytes, 8 + length), BitConverter.ToInt64(bytes, 16 + length), BitConverter.ToSingle(bytes, 24 + length))
        );
        Assert.Equal([1, 0, 1], bytes[^3..]);
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
    [InlineData("U64", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x80 }, 9223372036854775808)]
    [InlineData("BOOL", new byte[] { 1 }, 1)]
    public void Numbers_of_every_dtype_are_read(string dtype, byte[] data, double value) =>
        Assert.Equal(
            value,
            Safetensors
                .Read(File($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,{{{data.Length}}}]}}""", data), "memory")
                .Tensors["x"]
                .ToScalar());

    /// <summary>Each dtype's elements as the bytes they are in memory, and back.</summary>
    [Fact]
    public void Every_dtype_is_written_as_it_is()
    {
        foreach (var row in ElementType.Table)
        {
            var x = new Random(1).Tensor(new(row.DType, [7]), special: true);
            var bytes = Written(TensorSet.Of(("x", x)));
            Assert.Contains($"\"{row.SafetensorsCode}\"", System.Text.Encoding.UTF8.GetString(bytes));
            using var memory = new MemoryStream();
            Safetensors.EachPart(x, memory.Write);
            Assert.Equal(7 * row.Size, memory.Length);
            Assert.Equal(memory.ToArray(), bytes[^(int)memory.Length..]);
            Assert.True(x.BitEquals(Safetensors.Read(bytes, "memory").Tensors["x"]), row.Name);
        }
    }

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
    public void Hostile_headers_are_refused(string header, int bytes) =>
        Assert.Throws<DataException>(() => Safetensors.Read(File(header, new byte[bytes]), "memory"));

    [Fact]
    public void An_absurd_header_length_is_refused()
    {
        Assert.Contains("fewer than", Assert.Throws<DataException>(() => Safetensors.Read(new byte[4], "memory")).Message);
        Assert.Contains(
            "header has",
            Assert.Throws<DataException>(() => Safetensors.Read(Enumerable.Repeat((byte)0xFF, 64).ToArray(), "memory")).Message);
    }

    /// <summary>A file of any length that holds a header, and behind it bytes that are the low ones of their place.</summary>
    sealed class SparseFile(byte[] beginning, long length) : MemoryStream
    {
        public override long Length => length;
        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            // As files may, it gives less than asked for.
            var count = (int)Math.Min(Math.Min(buffer.Length, 1000), length - Position);
            for (var i = 0; i < count; i++, Position++) buffer[i] = Position < beginning.Length ? beginning[Position] : (byte)Position;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Four tensors of 7.2 GB; only the last one, of 24 bytes, is read.</summary>
    [Fact]
    public void Places_beyond_2_GB_are_read_where_they_are()
    {
        const long large = 2_400_000_000;
        var header = $$$"""
            {"a":{"dtype":"F32","shape":[600000000],"data_offsets":[0,{{{large}}}]},
            "c":{"dtype":"I64","shape":[3],"data_offsets":[{{{3 * large}}},{{{3 * large + 24}}}]},
            "b":{"dtype":"F16","shape":[30000,40000],"data_offsets":[{{{large}}},{{{2 * large}}}]},
            "d":{"dtype":"F64","shape":[300000000],"data_offsets":[{{{2 * large}}},{{{3 * large}}}]}}
            """;
        var beginning = File(header);
        var file = new SparseFile(beginning, beginning.Length + 3 * large + 24);
        Assert.Throws<DataException>(() => Safetensors.Entries(new SparseFile(beginning, file.Length - 1), "memory"));
        Assert.Throws<DataException>(() => Safetensors.Entries(new SparseFile(beginning, file.Length + 1), "memory"));
        var entries = Safetensors.Entries(file, "memory").Entries;

        Assert.Equal(
            [("a", 0L), ("c", 3 * large), ("b", large), ("d", 2 * large)],
            entries.Select(e => (e.Name, e.Begin - beginning.Length)));
        var at = beginning.Length + 3 * large;
        var expected = Enumerable.Range(0, 24).Select(i => (byte)(at + i)).ToArray();
        Assert.Equal(expected.Chunk(8).Select(b => BitConverter.ToInt64(b)), entries[1].Read(file).ToArray<long>());
    }

    /// <summary>Several parts, the last one short.</summary>
    [Fact]
    public void Tensors_are_written_and_read_part_by_part()
    {
        const int count = (1 << 21) + 5;
        using var written = new MemoryStream();
        var values = Enumerable.Range(0, 10).Select(i => i * 1.5f).ToArray();
        Safetensors.EachPart(Tensor.Vector(values), written.Write, part: 4);
        Assert.Equal(values, written.ToArray().Chunk(4).Select(b => BitConverter.ToSingle(b)));

        var data = Enumerable.Range(0, count).Select(i => (byte)(i * 7)).ToArray();
        var (read, _) = Safetensors.Read(
            File($$$"""{"x":{"dtype":"U8","shape":[{{{count}}}],"data_offsets":[0,{{{count}}}]}}""", data),
            "memory");
        Assert.Equal(data, read["x"].ToArray<byte>());
        var floats = Tensor.Vector([.. data.Select(b => (float)b)]);
        Assert.True(Safetensors.Read(Written(TensorSet.Of(("x", floats))), "memory").Tensors["x"].BitEquals(floats));
    }

    [Fact]
    public void What_could_not_be_read_again_is_not_written() => Assert.Contains("could not be read", Assert.Throws<DataException>(() =>
        Safetensors.Write(Stream.Null, TensorSet.Empty, new Dictionary<string, string> { ["text"] = new('x', 100_000_001) })).Message);

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
