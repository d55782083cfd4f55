using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// Attention of a sequence to itself, or to another one, by several heads: <c>[batch, time, width] → [batch, time, width]</c>
    /// (Vaswani et al. 2017). Projections with a weight and a bias: <c>qkv [width, 3·width]</c>, or with another sequence <c>query</c>
    /// and <c>keyvalue</c>, and <c>out [width, width]</c>.
    /// </summary>
    /// <param name="heads">The number of heads, a divisor of the width.</param>
    /// <param name="causal">Whether a place sees itself and those before it only.</param>
    /// <param name="rotary">Whether queries and keys are turned by their places (<see cref="RotaryPositions"/>).</param>
    /// <param name="mask">
    /// Bool <c>[batch, keys]</c>, true for the keys that count, such as <c>model.InputVariable > 0</c> where 0 pads; or <c>[time,
    /// keys]</c> or <c>[batch, time, keys]</c>, true where a place sees a key.
    /// </param>
    /// <param name="memory">The other sequence to attend to, <c>[batch, keys, n]</c>.</param>
    /// <param name="dropout">The rate at which attention weights are dropped in training.</param>
    /// <exception cref="FunctionalException">There are fewer than 1 heads, or the rate is outside [0, 1).</exception>
    public static Layer MultiHeadAttention(
        int heads,
        bool causal = false,
        bool rotary = false,
        Expr? mask = null,
        Expr? memory = null,
        double dropout = 0)
    {
        Positive("MultiHeadAttention", ("heads", heads));
        var drop = Dropout(dropout);
        return Of(
            "attention",
            (scope, x) =>
            {
                var width = CheckSequence("MultiHeadAttention", x).Shape[2].Size;
                if (width % heads != 0)
                    throw new ShapeException(
                        $"MultiHeadAttention: {heads} heads do not divide the width {width} of {x.Shape}. Use a divisor.");
                Expr[] Project(string name, Expr from, int parts) =>
                    ByHead(Dense(parts * width).Named(name).Apply(scope, from), heads, parts);
                Expr[] projections = memory is null
                    ? Project("qkv", x, 3)
                    : [.. Project("query", x, 1), .. Project("keyvalue", CheckSequence("MultiHeadAttention", memory), 2)];
                var (q, k, v) = (projections[0], projections[1], projections[2]);
                if (rotary)
                    (q, k) = (RotaryPositions(q), RotaryPositions(k));

                var weights = AttentionWeights(q, k, mask is null ? null : ForHeads(mask, q, k), causal);
                var taken = MatMul(drop.Apply(scope, weights), v);
                return Dense(width).Named("out").Apply(scope, Functions.Reshape(Transpose(taken, 0, 2, 1, 3), x.Shape));
            });
    }

    /// <summary>
    /// A transformer's encoder block, x + attention and x + feed-forward, each with a LayerNorm: <c>[batch, time, width] → [batch, time,
    /// width]</c> (Vaswani et al. 2017).
    /// </summary>
    /// <param name="heads">The number of heads, a divisor of the width.</param>
    /// <param name="hidden">The size of the feed-forward part's inner layer, four times the width if not given.</param>
    /// <param name="dropout">The rate of dropout on attention weights and on what is added.</param>
    /// <param name="rotary">Whether queries and keys are turned by their places.</param>
    /// <param name="mask">Bool <c>[batch, time]</c>, true for the places that count.</param>
    /// <param name="activation">The feed-forward part's activation, Gelu if not given.</param>
    /// <param name="normFirst">Whether a part gets its input normalized, or its sum with the input is (as in the paper).</param>
    /// <exception cref="FunctionalException">A number is below 1, or the rate is outside [0, 1).</exception>
    public static Layer TransformerEncoder(
        int heads,
        int? hidden = null,
        double dropout = 0,
        bool rotary = false,
        Expr? mask = null,
        Layer? activation = null,
        bool normFirst = true
    ) =>
        Block(
            "encoder",
            normFirst,
            dropout,
            MultiHeadAttention(heads, false, rotary, mask, dropout: dropout),
            FeedForward(hidden, activation));

    /// <summary>
    /// A transformer's decoder block: causal attention, attention to another sequence where one is given, and feed-forward, each added
    /// and with a LayerNorm:
    /// <c>[batch, time, width] → [batch, time, width]</c>. Without another sequence it is the block of generative models.
    /// </summary>
    /// <param name="heads">The number of heads, a divisor of the width.</param>
    /// <param name="hidden">The size of the feed-forward part's inner layer, four times the width if not given.</param>
    /// <param name="dropout">The rate of dropout on attention weights and on what is added.</param>
    /// <param name="rotary">Whether queries and keys are turned by their places.</param>
    /// <param name="mask">Bool <c>[batch, time]</c>, true for the places that count.</param>
    /// <param name="memory">The encoder's result, <c>[batch, keys, n]</c>.</param>
    /// <param name="memoryMask">Bool <c>[batch, keys]</c>, true for the encoder's places that count.</param>
    /// <param name="activation">The feed-forward part's activation, Gelu if not given.</param>
    /// <param name="normFirst">Whether a part gets its input normalized, or its sum with the input is (as in the paper).</param>
    /// <exception cref="FunctionalException">A number is below 1, or the rate is outside [0, 1).</exception>
    public static Layer TransformerDecoder(
        int heads,
        int? hidden = null,
        double dropout = 0,
        bool rotary = false,
        Expr? mask = null,
        Expr? memory = null,
        Expr? memoryMask = null,
        Layer? activation = null,
        bool normFirst = true
    ) =>
        Block(
            "decoder",
            normFirst,
            dropout,
            [
                MultiHeadAttention(heads, true, rotary, mask, dropout: dropout),
                .. memory is null ? [] : new[] { MultiHeadAttention(heads, mask: memoryMask, memory: memory, dropout: dropout) },
                FeedForward(hidden, activation),
            ]);

    static Layer Block(string name, bool normFirst, double dropout, params Layer[] parts) =>
        Of(
            name,
            Sequence([
                .. parts.SelectMany(part =>
                    normFirst
                        ? (Layer[])[Residual(LayerNorm() >> part >> Dropout(dropout))]
                        : [Residual(part >> Dropout(dropout)), LayerNorm()]),
            ]).Apply);

    static Layer FeedForward(int? hidden, Layer? activation)
    {
        Positive("Transformer", ("hidden", hidden ?? 1));
        return Of("feedforward", (scope, x) =>
            (Dense(hidden ?? 4 * x.Shape[^1].Size) >> (activation ?? Gelu) >> Dense(x.Shape[^1].Size)).Apply(scope, x));
    }

    /// <summary>
    /// The parts of the last axis, each split into heads: <c>[batch, time, parts·width] → parts × [batch, heads, time,
    /// width/heads]</c>.
    /// </summary>
    static Expr[] ByHead(Expr x, int heads, int parts)
    {
        var split = Transpose(Functions.Reshape(x, [x.Shape[0], x.Shape[1], parts, heads, x.Shape[2].Size / parts / heads]), 2, 0, 3, 1, 4);
        return [.. Enumerable.Range(0, parts).Select(part => Index(split, 0, part))];
    }

    /// <summary>A mask of keys, or of places and keys, for all heads.</summary>
    static Expr ForHeads(Expr mask, Expr queries, Expr keys)
    {
        var (batch, time, count) = (queries.Shape[0], queries.Shape[2], keys.Shape[2]);
        if (mask.DType == DType.Bool && mask.Shape == Shape.Of(batch, count))
            return Functions.Reshape(mask, [batch, 1, 1, count]);
        if (mask.DType == DType.Bool && mask.Shape == Shape.Of(time, count))
            return Functions.Reshape(mask, [1, 1, time, count]);
        if (mask.DType == DType.Bool && mask.Shape == Shape.Of(batch, time, count))
            return Functions.Reshape(mask, [batch, 1, time, count]);
        throw new ShapeException(
            $"MultiHeadAttention: the mask is {mask.Type}, and there are keys for [{batch}, {count}]. Give a bool for each key, [batch, "
                + "keys], "
                + $"or for each place and key, [{time}, {count}] or [{batch}, {time}, {count}].");
    }
}
