using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Attention, and positions as rotations (opset 23).</summary>
static class AttentionOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.Several("Attention", AttentionOf), OnnxOperator.One("RotaryEmbedding", Rotary),
    ];

    /// <summary>softmax(q kᵀ·scale + mask) v by head, after the keys and values of earlier steps.</summary>
    static Expr[] AttentionOf(OnnxNode node)
    {
        var isFlat = node[0].Rank == 3;
        var (queries, keys) = (isFlat ? node.Int32("q_num_heads") : 0, isFlat ? node.Int32("kv_num_heads") : 0);
        var (q, k, v) = (Heads(node[0], queries), Heads(node[1], keys), Heads(node[2], keys));
        if (node.Optional(4) is { } pastKeys) k = Concat(2, pastKeys, k);
        if (node.Optional(5) is { } pastValues) v = Concat(2, pastValues, v);
        if (node.Has(6)) throw OnnxNodeException.Unsupported("the number of keys that are there has no form here.");
        var (presentKeys, presentValues) = (k, v);
        (k, v) = (Shared(k, q.Shape[1]), Shared(v, q.Shape[1]));
        var dtype = q.DType;
        if (!q.Shape[3].IsKnown) throw new OnnxNodeException($"queries {q.Shape} have no known width.");
        var scale = node.Float("scale", 1 / Math.Sqrt(q.Shape[3].Size));
        // The root of the scale is on both sides, as the standard says.
        var scores = MatMul(Math.Sqrt(scale) * q, Math.Sqrt(scale) * Transpose(k));
        var (t, s) = (scores.Shape[2], scores.Shape[3]);
        var plain = scores;
        Expr Masked(Expr x, Expr mask) => mask.DType == DType.Bool
            ? Select(Broadcast(mask, x.Shape), x, Full(x, double.NegativeInfinity)) : x + mask.Cast(dtype);
        var masked = node.Optional(3) is { } given ? Masked(scores, given) : scores;
        if (node.Flag("is_causal"))
        {
            // Query i is at place i after all that is past.
            var past = SizeOf(s, DType.Int64) - SizeOf(t, DType.Int64);
            var first = node.Has(4) ? past : Expr.Constant(0, DType.Int64);
            masked = Masked(masked, ExpandDims(Functions.Range(s), 0) <= ExpandDims(Functions.Range(t), 1) + first);
        }
        var cap = node.Float("softcap", 0);
        var capped = cap > 0 ? cap * Tanh(masked / cap) : masked;
        var weights = Softmax(capped);
        var y = MatMul(weights, v);
        if (isFlat) y = Reshape(Transpose(y, 0, 2, 1, 3), [y.Shape[0], y.Shape[2], y.Shape[1] * y.Shape[3]]);
        var scored = node.Int("qk_matmul_output_mode", 0) switch
        {
            0 => plain,
            1 => masked,
            2 => capped,
            3 => weights,
            var other => throw new OnnxNodeException($"qk_matmul_output_mode is {other}, and has to be 0 to 3."),
        };
        return [y, presentKeys, presentValues, scored];
    }

    /// <summary><c>[batch, time, heads·width]</c> → <c>[batch, heads, time, width]</c>.</summary>
    static Expr Heads(Expr x, int heads)
    {
        if (x.Rank == 4) return x;
        var width = x.Shape[2].DivideExactly(heads) ?? throw new OnnxNodeException($"{x.Shape} is not of {heads} heads.");
        return Transpose(Reshape(x, [x.Shape[0], x.Shape[1], heads, width]), 0, 2, 1, 3);
    }

    /// <summary>Keys or values of fewer heads, each for several heads of queries.</summary>
    static Expr Shared(Expr x, Dim heads)
    {
        if (x.Shape[1] == heads) return x;
        var times = heads.DivideExactly(x.Shape[1]) ?? throw new OnnxNodeException($"{heads} heads of queries for {x.Shape[1]} of keys.");
        var repeated = Broadcast(ExpandDims(x, 2), x.Shape.Insert(2, times));
        return Reshape(repeated, x.Shape.With(1, heads));
    }

    /// <summary>x₁·cos − x₂·sin and x₁·sin + x₂·cos of the halves of the last axis, or of pairs.</summary>
    static Expr Rotary(OnnxNode node)
    {
        var isFlat = node[0].Rank == 3;
        var x = isFlat ? Transpose(Heads(node[0], node.Int32("num_heads")), 0, 2, 1, 3) : Transpose(node[0], 0, 2, 1, 3);
        // x is [batch, time, heads, width] from here on.
        if (!x.Shape[3].IsKnown) throw new OnnxNodeException($"{node[0].Shape} has no known width.");
        var width = x.Shape[3].Size;
        var rotated = node.Int32("rotary_embedding_dim", 0) is > 0 and var part ? part : width;
        Expr Angles(int input) => node.Has(3) ? Gather(node[input], node[3]) : node[input];
        var (cos, sin) = (ExpandDims(Angles(1), 2), ExpandDims(Angles(2), 2));
        var turning = Slice(x, 3, 0, rotated);
        var isPairs = node.Flag("interleaved");
        var (a, b) = isPairs
            ? (Slice(turning, 3, 0, rotated, 2), Slice(turning, 3, 1, rotated, 2))
            : (Slice(turning, 3, 0, rotated / 2), Slice(turning, 3, rotated / 2, rotated));
        var (first, second) = (cos * a - sin * b, sin * a + cos * b);
        var turned = isPairs ? Reshape(Stack(4, first, second), turning.Shape) : Concat(3, first, second);
        var y = rotated == width ? turned : Concat(3, turned, Slice(x, 3, rotated, width));
        return isFlat ? Reshape(y, node[0].Shape) : Transpose(y, 0, 2, 1, 3);
    }
}
