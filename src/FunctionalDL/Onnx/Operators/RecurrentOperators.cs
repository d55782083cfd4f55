using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Recurrent networks: LSTM, GRU and RNN, in one direction or both.</summary>
static partial class RecurrentOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.Several("RNN", node => Run(node, gates: 1, carried: 1, Rnn)),
        OnnxOperator.Several("GRU", node => Run(node, gates: 3, carried: 1, Gru)),
        OnnxOperator.Several("LSTM", node => Run(node, gates: 4, carried: 2, Lstm)),
    ];

    /// <summary>
    /// What one direction has: its weights <c>[n, gates·units]</c> and <c>[units, gates·units]</c>, the biases of both, the peepholes,
    /// and what the cell is to know.
    /// </summary>
    sealed record Direction(int Units, Expr W, Expr R, Expr Wb, Expr Rb, Expr[] Peepholes, Func<Expr, Expr>[] F, Func<Expr, Expr> Clip)
    {
        public Expr Part(Expr x, int i) => Slice(x, -1, i * Units, (i + 1) * Units);

        public Expr Peep(int i, Expr cell) => Peepholes.Length == 0 ? Full(cell, 0) : Peepholes[i] * cell;
    }

    /// <summary>The next state from the state and the inputs' part of a step, x Wᵀ + b.</summary>
    delegate Expr[] Cell(OnnxNode node, Direction d, Expr[] state, Expr x);

    static Expr[] Rnn(OnnxNode node, Direction d, Expr[] state, Expr x) => [d.F[0](d.Clip(x + MatMul(state[0], d.R) + d.Rb))];

    static Expr[] Gru(OnnxNode node, Direction d, Expr[] state, Expr x)
    {
        var h = state[0];
        var recurrent = MatMul(h, d.R);
        Expr Gate(int i) => d.F[0](d.Clip(d.Part(x, i) + d.Part(recurrent, i) + d.Part(d.Rb, i)));
        var (z, r) = (Gate(0), Gate(1));
        var memory = node.Flag("linear_before_reset")
            ? r * (d.Part(recurrent, 2) + d.Part(d.Rb, 2))
            : MatMul(r * h, d.Part(d.R, 2)) + d.Part(d.Rb, 2);
        var n = d.F[1](d.Clip(d.Part(x, 2) + memory));
        return [(1 - z) * n + z * h];
    }

    static Expr[] Lstm(OnnxNode node, Direction d, Expr[] state, Expr x)
    {
        var (h, c) = (state[0], state[1]);
        var sum = x + MatMul(h, d.R) + d.Rb;
        var i = d.F[0](d.Clip(d.Part(sum, 0) + d.Peep(0, c)));
        var f = node.Flag("input_forget") ? 1 - i : d.F[0](d.Clip(d.Part(sum, 2) + d.Peep(2, c)));
        var next = f * c + i * d.F[1](d.Clip(d.Part(sum, 3)));
        var o = d.F[0](d.Clip(d.Part(sum, 1) + d.Peep(1, next)));
        return [o * d.F[2](next), next];
    }

    static Expr[] Run(OnnxNode node, int gates, int carried, Cell cell)
    {
        var isBatchFirst = node.Flag("layout");
        var x = isBatchFirst ? Transpose(node[0], 1, 0, 2) : node[0];
        if (!node[2].Shape[2].IsKnown) throw new OnnxNodeException($"the recurrent weights {node[2].Shape} have no known width.");
        var units = node[2].Shape[2].Size;
        var name = node.String("direction", "forward");
        bool[] reversed = name switch
        {
            "forward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            _ => throw new OnnxNodeException($"direction is \"{name}\", and has to be forward, reverse or bidirectional."),
        };
        if (node[1].Shape[0] != reversed.Length || node[1].Shape[1] != gates * units)
            throw new OnnxNodeException($"weights {node[1].Shape} do not fit {reversed.Length} directions of {gates}·{units} units.");
        var runs = reversed.Select((isReversed, i) => One(node, x, i, reversed.Length, units, gates, carried, isReversed, cell)).ToArray();
        // [time, batch, units] → [time, directions, batch, units]; states [batch, units] → [directions, batch, units].
        var steps = Stack(1, [.. runs.Select(r => r.Steps)]);
        var last = Enumerable.Range(0, carried).Select(k => Stack(0, [.. runs.Select(r => r.Last[k])]));
        if (!isBatchFirst) return [steps, .. last];
        return [Transpose(steps, 2, 0, 1, 3), .. last.Select(h => Transpose(h, 1, 0, 2))];
    }

    static (Expr Steps, Expr[] Last) One(
        OnnxNode node, Expr x, int direction, int directions, int units, int gates, int carried, bool isReversed, Cell cell)
    {
        var d = Of(node, direction, directions, units, gates, carried);
        Expr[] start = [.. Enumerable.Range(0, carried).Select(k => Start(node, 5 + k, direction, x, units))];
        var inputs = MatMul(x, d.W) + d.Wb;
        if (!node.Has(4))
        {
            var loop = Scan(start, [inputs], (state, e) => cell(node, d, state, e[0]), isReversed);
            return (loop.Steps[0], [.. loop.Last]);
        }
        // Sequences that are over keep their state, and have zeros for outputs.
        var shape = x.Shape.Slice(0, 2);
        var isThere = Less(Broadcast(ExpandDims(Functions.Range(shape[0]), 1), shape),
            Broadcast(ExpandDims(node[4].Cast(DType.Int64), 0), shape));
        var present = ExpandDims(isThere, 2);
        var masked = Scan(start, [inputs, present], (state, e) => [.. cell(node, d, state, e[0]).Zip(state, (after, before) =>
            Select(Broadcast(e[1], before.Shape), after, before))], isReversed);
        var steps = masked.Steps[0];
        return (Select(Broadcast(present, steps.Shape), steps, ZerosLike(steps)), [.. masked.Last]);
    }

    static Expr Start(OnnxNode node, int input, int direction, Expr x, int units)
    {
        if (!node.Has(input)) return Broadcast(Expr.Constant(0, x.DType), [x.Shape[1], units]);
        return node.Flag("layout") ? Index(node[input], 1, direction) : Index(node[input], 0, direction);
    }

    static Direction Of(OnnxNode node, int direction, int directions, int units, int gates, int carried)
    {
        var (w, r) = (Index(node[1], 0, direction), Index(node[2], 0, direction));
        var bias = node.Optional(3) is { } b ? Index(b, 0, direction) : Broadcast(Expr.Constant(0, w.DType), [2 * gates * units]);
        var peepholes = carried == 2 && node.Optional(7) is { } p ? Split(Index(p, 0, direction), 0, units, units, units) : [];
        var clip = node.Float("clip", 0);
        return new(units, Transpose(w), Transpose(r), Slice(bias, 0, 0, gates * units), Slice(bias, 0, gates * units, 2 * gates * units),
            peepholes, Activations(node, direction, directions, gates), clip > 0 ? x => Maximum(Minimum(x, clip), -clip) : x => x);
    }

    /// <summary>The activations of one direction: one for RNN, two for GRU and three for LSTM.</summary>
    static Func<Expr, Expr>[] Activations(OnnxNode node, int direction, int directions, int gates)
    {
        string[] usual = gates switch
        {
            1 => ["Tanh"],
            3 => ["Sigmoid", "Tanh"],
            _ => ["Sigmoid", "Tanh", "Tanh"],
        };
        var names = node.Strings("activations");
        if (names.Length == 0) names = [.. Enumerable.Repeat(usual, directions).SelectMany(n => n)];
        if (names.Length != usual.Length * directions)
            throw new OnnxNodeException($"{names.Length} activations are given, and {usual.Length} for each direction are needed.");
        var (alphas, betas) = (new Queue<double>(node.Floats("activation_alpha")), new Queue<double>(node.Floats("activation_beta")));
        var all = names.Select(name => Activation(name, alphas, betas)).ToArray();
        return all[(direction * usual.Length)..((direction + 1) * usual.Length)];
    }

    static Func<Expr, Expr> Activation(string name, Queue<double> alphas, Queue<double> betas)
    {
        double Alpha(double otherwise) => alphas.TryDequeue(out var a) ? a : otherwise;
        double Beta(double otherwise) => betas.TryDequeue(out var b) ? b : otherwise;
        var lower = name.ToLowerInvariant();
        // The parameters are taken once, in the order of the functions that have some.
        var (a, b) = lower switch
        {
            "affine" => (Alpha(1), Beta(0)),
            "leakyrelu" => (Alpha(0.01), 0),
            "thresholdedrelu" or "elu" => (Alpha(1), 0),
            "scaledtanh" => (Alpha(1), Beta(1)),
            "hardsigmoid" => (Alpha(0.2), Beta(0.5)),
            _ => (0.0, 0.0),
        };
        return lower switch
        {
            "relu" => Relu,
            "tanh" => Tanh,
            "sigmoid" => Sigmoid,
            "affine" => x => a * x + b,
            "leakyrelu" => x => LeakyRelu(x, a),
            "thresholdedrelu" => x => ThresholdedRelu(x, a),
            "scaledtanh" => x => a * Tanh(b * x),
            "hardsigmoid" => x => HardSigmoid(x, a, b),
            "elu" => x => Elu(x, a),
            "softsign" => Softsign,
            "softplus" => Softplus,
            _ => throw new OnnxNodeException($"the activation \"{name}\" is not one of the standard's."),
        };
    }
}
