using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FunctionalDL;

/// <summary>
/// Safetensors files, as Hugging Face defines them: 8 bytes with the length of a JSON header (little-endian), the header with dtype,
/// shape and place of every tensor, and the tensors' bytes without gaps.
/// </summary>
public static class Safetensors
{
    /// <summary>The longest header a file may have, the format's own limit.</summary>
    const int LongestHeader = 100_000_000;

    const string Metadata = "__metadata__";

    /// <summary>Writes tensors and a map of text; the file is whole or not there at all.</summary>
    /// <exception cref="DataException">The file cannot be written; what was there before stays.</exception>
    public static void Save(string path, TensorSet tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Reads tensors and the map of text. F16, BF16 and F32 become float32, F64 float64, integers int64, BOOL bool.</summary>
    /// <exception cref="DataException">The file cannot be read, or is not a whole and well-formed safetensors file.</exception>
    public static (TensorSet Tensors, IReadOnlyDictionary<string, string> Metadata) Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"Safetensors: {path} cannot be read: {e.Message} Check the path.", e);
        }
    }

    /// <summary>Writes tensors and a map of text to a stream.</summary>
    public static void Write(Stream stream, TensorSet tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wider elements first, so that every tensor is aligned.
        KeyValuePair<string, Tensor>[] ordered = [.. tensors.OrderByDescending(t => t.Value.DType.ByteSize())];
        var header = Header(ordered, metadata ?? new Dictionary<string, string>());
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered) EachPart(tensor, stream.Write);
    }

    static byte[] Header(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(Metadata);
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            var at = 0L;
            foreach (var (name, tensor) in tensors)
            {
                if (name == Metadata) throw new DataException($"Safetensors: a tensor cannot be named \"{Metadata}\". Rename it.");
                json.WriteStartObject(name);
                json.WriteString("dtype", tensor.DType.Row().SafetensorsCode);
                json.WriteStartArray("shape");
                foreach (var dim in tensor.Shape) json.WriteNumberValue(dim.Size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.Length <= LongestHeader
            ? buffer.ToArray()
            : throw new DataException(
                $"Safetensors: the header would have {buffer.Length} bytes, and a file may have {LongestHeader}: it could not be read. "
                    + "Write fewer tensors, or less text."
            );
    }

    /// <summary>A tensor's elements as the format has them, part by part: a span of bytes holds no more than 2³¹ of them.</summary>
    internal static void EachPart(Tensor tensor, Action<ReadOnlySpan<byte>> use, int part = SafetensorsDType.Part) =>
        tensor.DType.Visit<Parts, int>(new(tensor, use, part));

    readonly struct Parts(Tensor tensor, Action<ReadOnlySpan<byte>> use, int part) : IElementVisitor<int>
    {
        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var elements = tensor.As<T>().Span;
            for (; !elements.IsEmpty; elements = elements[Math.Min(part, elements.Length)..])
                use(MemoryMarshal.AsBytes(elements[..Math.Min(part, elements.Length)]));
            return tensor.Count;
        }
    }

    /// <summary>Reads a file's bytes; <paramref name="source"/> is what errors call it.</summary>
    /// <inheritdoc cref="Load"/>
    public static (TensorSet Tensors, IReadOnlyDictionary<string, string> Metadata) Read(ReadOnlyMemory<byte> bytes, string source)
    {
        using var stream = MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray());
        return Read(stream, source);
    }

    /// <summary>
    /// Reads a stream that knows its length, from its beginning: the header, and then tensor by tensor, each only where the whole file is
    /// as the header says.
    /// </summary>
    static (TensorSet Tensors, IReadOnlyDictionary<string, string> Metadata) Read(Stream stream, string source)
    {
        var (entries, metadata) = Entries(stream, source);
        return (TensorSet.Of(entries.Select(e => KeyValuePair.Create(e.Name, e.Read(stream)))), metadata);
    }

    /// <summary>A tensor in a file: its first byte, counted from the file's beginning, and that after its last.</summary>
    internal sealed record Entry(string Name, SafetensorsDType DType, Shape Shape, long Begin, long End)
    {
        public Tensor Read(Stream stream)
        {
            stream.Position = Begin;
            return DType.Read(Shape, stream);
        }
    }

    /// <summary>
    /// The tensors of a file, in the order of its header, and the map of text. All of the file is theirs, and none overlap.
    /// </summary>
    internal static (IReadOnlyList<Entry> Entries, IReadOnlyDictionary<string, string> Metadata) Entries(Stream stream, string source)
    {
        DataException Bad(string what, Exception? inner = null) =>
            new($"Safetensors: {source} {what}. Get the file again, or save it anew.", inner!);

        if (stream.Length < 8) throw Bad($"has {stream.Length} bytes, fewer than the 8 of its header's length");
        Span<byte> first = stackalloc byte[8];
        stream.ReadExactly(first);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(first);
        if (length > LongestHeader || length > (ulong)stream.Length - 8)
            throw Bad($"says its header has {length} bytes, and {stream.Length - 8} follow");
        var header = new byte[length];
        stream.ReadExactly(header);
        var begin = 8 + (long)length;
        var bytes = stream.Length - begin;
        try
        {
            using var document = JsonDocument.Parse(header, new() { AllowDuplicateProperties = false });
            var metadata = new Dictionary<string, string>();
            var entries = new List<Entry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == Metadata)
                    foreach (var pair in property.Value.EnumerateObject()) metadata.Add(pair.Name, pair.Value.GetString() ?? "");
                else
                    entries.Add(At(property));
            }
            var end = 0L;
            foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
            {
                if (entry.Begin != end)
                    throw Bad($"has tensor \"{entry.Name}\" at byte {entry.Begin}, where {end} is next: tensors overlap or leave a gap");
                if (
                    entry.End < entry.Begin
                    || entry.End - entry.Begin != (long)entry.Shape.ElementCount * entry.DType.Bytes
                    || entry.End > bytes)
                    throw Bad(
                        $"has tensor \"{entry.Name}\" {entry.Shape} at bytes {entry.Begin} to {entry.End} of {bytes}, which does not fit");
                end = entry.End;
            }
            if (end != bytes) throw Bad($"has {bytes} bytes of tensors, of which {end} belong to one");
            return ([.. entries.Select(e => e with { Begin = begin + e.Begin, End = begin + e.End })], metadata);
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ShapeException)
        {
            throw Bad($"has a header that cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        Entry At(JsonProperty property)
        {
            var dtype = property.Value.GetProperty("dtype").GetString() ?? "";
            var offsets = property.Value.GetProperty("data_offsets");
            if (offsets.GetArrayLength() != 2)
                throw Bad($"has tensor \"{property.Name}\" with {offsets.GetArrayLength()} offsets, not 2");
            return new(
                property.Name,
                SafetensorsDType.Of(dtype)
                    ?? throw Bad($"has tensor \"{property.Name}\" of dtype {dtype}, which is not one this library reads"),
                [.. property.Value.GetProperty("shape").EnumerateArray().Select(d => (Dim)d.GetInt32())],
                offsets[0].GetInt64(), offsets[1].GetInt64());
        }
    }
}
