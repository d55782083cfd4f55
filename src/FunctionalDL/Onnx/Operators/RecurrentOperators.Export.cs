using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Recurrent networks: loops over time whose step is that of a simple network, an LSTM or a GRU.</summary>
static partial class RecurrentOperators
{
    /// <summary>An LSTM's gates i, f, g, o in ONNX's order, and a GRU's r, z, n.</summary>
    static readonly int[] LstmOrder = [0, 3, 1, 2], GruOrder = [1, 0, 2], RnnOrder = [0];

    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<SliceOp>("LSTM", Pattern.Single, y => LoopOf(y) is { Carried: 2, Constants: [var recurrent] } loop
            ? loop.Composite("LSTM", LstmOrder, [recurrent], Recurrence.LstmStep(recurrent, loop.Units)) : null),
        Pattern.Of<SliceOp>("GRU", Pattern.Single, y => LoopOf(y) is { Carried: 1, Constants: [var one, var other] } loop
            && (one.Rank == 2 ? (one, other) : (other, one)) is var (recurrent, bias)
            ? loop.Composite("GRU", GruOrder, [recurrent, bias], Recurrence.GruStep(recurrent, bias, loop.Units)) : null),
        Pattern.Of<SliceOp>("RNN", Pattern.Single, y => LoopOf(y) is { Carried: 1, Constants: [var recurrent] } loop
            ? loop.Composite("RNN", RnnOrder, [recurrent], Recurrence.RnnStep(recurrent)) : null),
    ];

    /// <summary>What a root takes of a loop over one sequence, x W + b.</summary>
    static Loop? LoopOf(Expr y)
    {
        if (y.Inputs[0] is not { Op: ScanOp { Body: var body } } result || body is not { Elements.Length: 1, Stacked: [], Summed: [] })
            return null;
        var carried = body.Carries.Length;
        return body.Carries[0] is { Rank: 2 } h && h.Shape[1].IsKnown
            && result.Inputs[carried] is { Op: AddOp, Inputs: [{ Op: ReshapeOp, Inputs: [{ Op: MatMulOp } product] }, var offset] }
            && product.Inputs is [{ Op: ReshapeOp, Inputs: [{ Rank: 3 } x] }, var weight] && offset.Vector(weight.Shape[1]) is { } bias
            ? new(y, result, x, weight, bias, [.. result.Inputs.Take(carried)], [.. result.Inputs.Skip(carried + 1)], h.Shape[1].Size)
            : null;
    }

    /// <summary>A loop as a recurrent network would have it.</summary>
    sealed record Loop(Expr Root, Expr Result, Expr X, Expr Weight, Expr Bias, Expr[] Initial, Expr[] Constants, int Units)
    {
        public int Carried => Initial.Length;

        ScanOp Scanned => (ScanOp)Result.Op;

        public Composite? Composite(string op, int[] order, Expr[] recurrent, Func<Expr[], Expr, Expr[]> step)
        {
            var width = (Dim)(order.Length * Units);
            if (Weight.Shape[1] != width || recurrent[0].Shape != Shape.Of(Units, width)) return null;
            var loop = Scan(Initial, [MatMul(X, Weight) + Bias], (h, x) => step(h, x[0]), Scanned.Body.IsReversed);
            // h after every step, or one of the carried values after the last, which is a slice too before its axis goes.
            var all = loop.Steps[0];
            var isAll = Scanned.Result == 0 && Root.Op.Equals(all.Op);
            var function = isAll ? all : loop.Last[Scanned.Result].Inputs[0];
            Expr[] started = [.. Initial.Where(value => value.RepeatedNumber != 0)];
            return new(function, [X, Weight, Bias, .. recurrent, .. started], (graph, names) =>
            {
                var results = Write(graph, op, order, names, started);
                return isAll ? graph.Node("Squeeze", [results[0], graph.Constant(Tensor.Vector(1L))]) : results[1 + Scanned.Result];
            });
        }

        string[] Write(IOnnxGraph graph, string op, int[] order, string[] names, Expr[] started)
        {
            var (length, axis0) = (order.Length * Units, graph.Constant(Tensor.Vector(0L)));
            var places = Tensor.Vector([.. order.SelectMany(gate => Enumerable.Range(gate * Units, Units)).Select(at => (long)at)]);
            var isGru = op == "GRU";
            var second = isGru ? Ordered(names[4], 0) : graph.Constant(Tensor.Zeros(X.DType, [length]));
            var bias = graph.Node("Unsqueeze", [graph.Node("Concat", [Ordered(names[2], 0), second], ("axis", 0L)), axis0]);
            string[] starts = [.. Initial.Select(value => Array.IndexOf(started, value) is >= 0 and var i
                ? graph.Node("Unsqueeze", [names[names.Length - started.Length + i], axis0]) : "")];
            return graph.Nodes(
                op,
                1 + Carried,
                [names[0], Matrix(names[1]), Matrix(names[3]), bias, .. started.Length > 0 ? ["", .. starts] : Array.Empty<string>()],
                [
                    ("hidden_size", (long)Units),
                    ("direction", Scanned.Body.IsReversed ? "reverse" : "forward"),
                    .. isGru ? [("linear_before_reset", 1L)] : Array.Empty<(string, object)>(),
                ]);

            string Ordered(string values, long axis) =>
                order.Length == 1 ? values : graph.Node("Gather", [values, graph.Constant(places)], ("axis", axis));

            string Matrix(string weight) => graph.Node(
                "Unsqueeze", [graph.Node("Transpose", [Ordered(weight, 1)], ("perm", (long[])[1, 0])), axis0]);
        }
    }
}
