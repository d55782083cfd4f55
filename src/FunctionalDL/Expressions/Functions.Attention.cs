namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// What takes the place of −∞ for a masked score, so that a query all of whose keys are masked has no NaN on the way to its zeros.
    /// </summary>
    const double Masked = -1e30;

    /// <summary>
    /// softmax(q kᵀ/√d) v, scaled dot-product attention: <c>[b…, t, d], [b…, s, d], [b…, s, e] → [b…, t, e]</c> (Vaswani et
    /// al. 2017). A query that may see no key at all takes nothing of any: zeros.
    /// </summary>
    /// <param name="q">The queries.</param>
    /// <param name="k">The keys.</param>
    /// <param name="v">The values.</param>
    /// <param name="mask">Bool, true where a query may see a key, of a shape that broadcasts to <c>[b…, t, s]</c>.</param>
    /// <param name="isCausal">Whether query i sees the keys 0 … i only.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">The mask is not bool.</exception>
    public static Expr Attention(Expr q, Expr k, Expr v, Expr? mask = null, bool isCausal = false) =>
        MatMul(AttentionWeights(q, k, mask, isCausal), v);

    /// <summary>softmax(q kᵀ/√d), how much each query takes of each key: <c>[b…, t, d], [b…, s, d] → [b…, t, s]</c>.</summary>
    /// <inheritdoc cref="Attention"/>
    public static Expr AttentionWeights(Expr q, Expr k, Expr? mask = null, bool isCausal = false)
    {
        if (q.Rank < 2 || k.Rank < 2 || !q.Shape[^1].IsKnown)
            throw new ShapeException($"Attention: queries {q.Shape} and keys {k.Shape}. Both are [b…, time, width] with a known width.");
        var scores = MatMul(q / Math.Sqrt(q.Shape[^1].Size), Transpose(k));
        var causal = isCausal ? Broadcast(Causal(scores.Shape[^2], scores.Shape[^1]), scores.Shape) : null;
        if (mask is null)
            return Softmax(causal is null ? scores : Select(causal, scores, Full(scores, Masked)));
        if (mask.DType != DType.Bool)
            throw new DTypeException($"Attention: the mask is {mask.Type}. Give truth values, such as tokens > 0.");
        if (!mask.Shape.BroadcastsTo(scores.Shape))
            throw new ShapeException(
                $"Attention: a mask {mask.Shape} does not broadcast to the scores {scores.Shape}. Its last axis is the keys', the one "
                    + "before the queries'."
            );
        var visible = Broadcast(mask, scores.Shape);
        if (causal is not null) visible = visible & causal;
        // Where a query sees no key, all scores are equal, and so would the weights be.
        return Select(visible, Softmax(Select(visible, scores, Full(scores, Masked))), ZerosLike(scores));
    }

    /// <summary>
    /// x with its places written into its angles: with x₁ and x₂ the halves of the last axis, (x₁·cos − x₂·sin, x₂·cos +
    /// x₁·sin) of t/10000^(2i/d) for place t:
    /// <c>[b…, time, d] → […]</c> (Su et al. 2021, halves in place of pairs). Products of two such vectors depend on the distance of
    /// their places only.
    /// </summary>
    /// <exception cref="ShapeException">The last axis is not of a known even size.</exception>
    public static Expr RotaryPositions(Expr x)
    {
        var (sine, cosine) = Waves("RotaryPositions", x);
        var half = x.Shape[^1].Size / 2;
        var (first, second) = (Slice(x, -1, 0, half), Slice(x, -1, half, 2 * half));
        return Concat(x.Rank - 1, first * cosine - second * sine, second * cosine + first * sine);
    }

    /// <summary>sin and cos of t/10000^(2i/d) for the places t and the i &lt; d/2 of <c>[b…, time, d]</c>: <c>[time, d/2]</c>.</summary>
    internal static (Expr Sine, Expr Cosine) Waves(string op, Expr x)
    {
        if (x.Rank < 2 || !x.Shape[^1].IsKnown || x.Shape[^1].Size % 2 != 0)
            throw new ShapeException(
                $"{op}: takes […, time, width] with an even width, given {x.Shape}. Sines and cosines share the width equally.");
        var width = x.Shape[^1].Size;
        var frequencies = Expr.Constant(
            Tensor.Vector([.. Enumerable.Range(0, width / 2).Select(i => Math.Pow(10000, -2.0 * i / width))]).Cast(x.DType));
        var angles = ExpandDims(Range(x.Shape[^2], x.DType), 1) * frequencies;
        return (Sin(angles), Cos(angles));
    }

    /// <summary>Whether key j ≤ query i: <c>[queries, keys]</c>, bool.</summary>
    static Expr Causal(Dim queries, Dim keys) => ExpandDims(Range(keys), 0) <= ExpandDims(Range(queries), 1);
}
