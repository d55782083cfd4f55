using Google.Protobuf;

namespace FunctionalDL.Onnx;

/// <summary>
/// A model parsed but for the bytes of its large initializers, which stay where they are: a message would copy them. What remains is a
/// model of the same messages with those fields left out.
/// </summary>
static class InPlace
{
    const int Graph = 7, Initializer = 5, RawData = 9;

    /// <summary>Smaller fields are not worth the trouble.</summary>
    const int Least = 4096;

    /// <summary>The model, and where the bytes of some of its tensors are.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    public static (ModelProto Model, IReadOnlyDictionary<TensorProto, ReadOnlyMemory<byte>> Bytes) Parse(ReadOnlyMemory<byte> bytes)
    {
        var found = new List<(int Tensor, ReadOnlyMemory<byte> Bytes)>();
        var tensors = 0;
        if (Without(bytes, Graph, graph => Without(graph, Initializer, Tensor)) is not { } rest || found.Count == 0)
            return (ModelProto.Parser.ParseFrom(bytes.Span), new Dictionary<TensorProto, ReadOnlyMemory<byte>>());
        var model = ModelProto.Parser.ParseFrom(rest.Span);
        return (model, found.ToDictionary(f => model.Graph.Initializer[f.Tensor], f => f.Bytes, Same));

        ReadOnlyMemory<byte>? Tensor(ReadOnlyMemory<byte> tensor)
        {
            var number = tensors++;
            return Without(tensor, RawData, raw =>
            {
                if (raw.Length < Least) return raw;
                found.Add((number, raw));
                return ReadOnlyMemory<byte>.Empty;
            });
        }
    }

    static readonly IEqualityComparer<TensorProto> Same = ReferenceEqualityComparer.Instance;

    /// <summary>
    /// A message with a field replaced wherever it stands; null where the bytes are no message, which the parser then says.
    /// </summary>
    static ReadOnlyMemory<byte>? Without(
        ReadOnlyMemory<byte> message, int field, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?> replace)
    {
        var output = new MemoryStream();
        var (at, copied) = (0, 0);
        while (at < message.Length)
        {
            if (Varint(message.Span, ref at) is not { } tag) return null;
            var start = at;
            if (Skip(message.Span, (int)(tag & 7), ref at) is not { } length) return null;
            if (tag >> 3 != (ulong)field || (tag & 7) != (int)WireFormat.WireType.LengthDelimited) continue;
            var content = message.Slice(at - length, length);
            if (replace(content) is not { } other) return null;
            if (other.Equals(content)) continue;
            output.Write(message.Span[copied..start]);
            Write(output, (ulong)other.Length);
            output.Write(other.Span);
            copied = at;
        }
        if (copied == 0) return message;
        output.Write(message.Span[copied..]);
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <summary>Goes past a field's value, and returns the length of its content.</summary>
    static int? Skip(ReadOnlySpan<byte> message, int wireType, ref int at)
    {
        var length = 0L;
        switch ((WireFormat.WireType)wireType)
        {
            case WireFormat.WireType.Varint:
                return Varint(message, ref at) is null ? null : 0;
            case WireFormat.WireType.Fixed64: length = sizeof(ulong); break;
            case WireFormat.WireType.Fixed32: length = sizeof(uint); break;
            case WireFormat.WireType.LengthDelimited:
                if (Varint(message, ref at) is not { } count || count > int.MaxValue) return null;
                length = (long)count;
                break;
            default: return null;
        }
        if (length > message.Length - at) return null;
        at += (int)length;
        return (int)length;
    }

    static ulong? Varint(ReadOnlySpan<byte> message, ref int at)
    {
        const int mostBits = 64, bits = 7;
        var value = 0UL;
        for (var shift = 0; shift < mostBits && at < message.Length; shift += bits)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        return null;
    }

    static void Write(Stream stream, ulong value)
    {
        for (; value > 0x7F; value >>= 7) stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
