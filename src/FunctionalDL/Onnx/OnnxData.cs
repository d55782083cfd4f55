using System.Globalization;
using System.Runtime.InteropServices;

namespace FunctionalDL.Onnx;

/// <summary>The elements of a model's tensors: in the model, or those of larger ones in a file beside it.</summary>
sealed class OnnxData(string? file)
{
    /// <summary>Smaller tensors stay in the model, where shapes are read from.</summary>
    const int SmallestOutside = 1024;

    /// <summary>Tensors from this size on begin at a page, so that they can be mapped into memory.</summary>
    const int SmallestAligned = 1 << 20, Page = 4096, Step = 16;

    readonly Dictionary<TensorProto, Tensor> outside = new(ReferenceEqualityComparer.Instance);
    readonly List<(Tensor Value, long Offset)> placed = [];

    /// <summary>Whether a tensor's elements are not in the model.</summary>
    public bool IsOutside(Tensor value) => file is not null && value.Bytes >= SmallestOutside;

    /// <summary>The message of a tensor, with its elements or, where they lie outside, without.</summary>
    public TensorProto Hold(Tensor value, string name)
    {
        if (!IsOutside(value)) return value.ToProto(name);
        var proto = value.ToHeader(name);
        proto.DataLocation = TensorProto.Types.DataLocation.External;
        outside.Add(proto, value);
        return proto;
    }

    /// <summary>Gives the tensors of a finished graph their places in the file.</summary>
    public void Place(GraphProto graph)
    {
        var (graphs, end) = (new Stack<GraphProto>([graph]), 0L);
        while (graphs.TryPop(out var next))
        {
            foreach (var proto in next.Initializer.Where(outside.ContainsKey))
            {
                var value = outside[proto];
                var step = value.Bytes >= SmallestAligned ? Page : Step;
                var offset = (end + step - 1) / step * step;
                Say(proto, "location", file!);
                Say(proto, "offset", offset.ToString(CultureInfo.InvariantCulture));
                Say(proto, "length", value.Bytes.ToString(CultureInfo.InvariantCulture));
                placed.Add((value, offset));
                end = offset + value.Bytes;
            }
            foreach (var inner in next.Node.SelectMany(node => node.Attribute).Select(a => a.G).OfType<GraphProto>()) graphs.Push(inner);
        }
    }

    static void Say(TensorProto proto, string key, string value) =>
        proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });

    /// <summary>Writes the file.</summary>
    public void Write(Stream stream)
    {
        var gap = new byte[Page];
        var end = 0L;
        foreach (var (value, offset) in placed)
        {
            stream.Write(gap, 0, (int)(offset - end));
            value.DType.Visit<Elements, bool>(new(value, stream));
            end = offset + value.Bytes;
        }
    }

    readonly struct Elements(Tensor tensor, Stream stream) : IElementVisitor<bool>
    {
        public bool Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            const int most = 1 << 20;
            for (var left = tensor.As<T>().Span; left.Length > 0; left = left[Math.Min(most, left.Length)..])
                stream.Write(MemoryMarshal.AsBytes(left[..Math.Min(most, left.Length)]));
            return true;
        }
    }
}
