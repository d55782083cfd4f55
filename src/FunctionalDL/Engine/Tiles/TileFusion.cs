namespace FunctionalDL.Engine;

/// <summary>Makes fewer operations of a tile step's: each is a pass over the tile, and what passes share is computed once.</summary>
static class TileFusion
{
    public static List<TileOp> Apply(IReadOnlyList<TileOp> ops, IReadOnlySet<Storage> stored) => Chain(ShareGaussians(ops), stored);

    /// <summary>
    /// erf x and its derivative both need e^−x²: where the step computes both, once for the two. From the gradient of GELU, where it
    /// saves one exponential of two an element.
    /// </summary>
    static List<TileOp> ShareGaussians(IReadOnlyList<TileOp> ops)
    {
        var by = ops.ToDictionary(op => op.Output);
        TileOp? Producer(TileOp op, int input, Code code) =>
            by.TryGetValue(op.Inputs[input].Storage, out var x) && x.Code == code ? x : null;
        bool IsGaussian(TileOp exp, View x) =>
            exp.Code == Code.Exp
            && Producer(exp, 0, Code.Negate) is { } negated
            && Producer(negated, 0, Code.Multiply) is { } square
            && square.Inputs.All(s => s.Storage == x.Storage && s.IsWhole);

        var pairs = new Dictionary<TileOp, (TileOp Erf, TileOp Exp)>();
        foreach (var op in ops)
            if (
                op is { Code: Code.Erf, Lane: DType.Float32, Inputs: [{ IsWhole: true } x] }
                && ops.FirstOrDefault(o => o.Extent == op.Extent && !pairs.ContainsKey(o) && IsGaussian(o, x)) is { } exp)
                pairs[op] = pairs[exp] = (op, exp);

        // Where the first of a pair was, both are: they depend on x alone.
        var (result, made) = (new List<TileOp>(), new HashSet<TileOp>());
        foreach (var op in ops)
            if (!pairs.TryGetValue(op, out var pair)) result.Add(op);
            else if (made.Add(pair.Erf) && pair is var (erf, exp))
            {
                var x = erf.Inputs[0];
                result.Add(exp with { Code = Code.Gaussian, Inputs = [x] });
                result.Add(erf with { Code = Code.ErfByGaussian, Inputs = [x, View.Of(exp.Output, x.Sizes)] });
            }
        return result;
    }

    /// <summary>
    /// A sum or a product whose only use is another, or a bound, is computed in the same pass. Roundings stay as they are.
    /// </summary>
    static List<TileOp> Chain(IReadOnlyList<TileOp> ops, IReadOnlySet<Storage> stored)
    {
        var uses = ops.SelectMany(op => op.Inputs).CountBy(x => x.Storage).ToDictionary();
        var by = new Dictionary<Storage, TileOp>();
        var inner = new HashSet<TileOp>();
        var result = new List<TileOp>();
        bool IsInner(View x, TileOp outer) =>
            x.IsWhole
            && !stored.Contains(x.Storage)
            && uses[x.Storage] == 1
            && by.TryGetValue(x.Storage, out var op)
            && op.Lane == outer.Lane
            && op.Extent == outer.Extent;
        foreach (var op in ops)
        {
            var fused = op;
            if (IsOuter(op))
                fused = op.Inputs switch
                {
                    [var x, var c] when IsInner(x, op) => With(by[x.Storage], op, op.Code, c),
                    [var c, var x] when IsInner(x, op) => With(by[x.Storage], op, Turned(op.Code), c),
                    _ => op,
                };
            if (fused == op && IsInnermost(op)) by[op.Output] = op;
            result.Add(fused);
        }
        result.RemoveAll(inner.Contains);
        return result;

        TileOp With(TileOp first, TileOp outer, Code code, View c)
        {
            inner.Add(first);
            return outer with { Code = code, Inner = first.Code, Inputs = [.. first.Inputs, c] };
        }
    }

    /// <summary>The operation with its operands exchanged.</summary>
    static Code Turned(Code code) => code == Code.Subtract ? Code.SubtractFrom : code;

    static bool IsInnermost(TileOp op) => op.Code is Code.Add or Code.Subtract or Code.Multiply && IsChained(op);

    static bool IsOuter(TileOp op) => (IsInnermost(op) || op.Code is Code.Maximum or Code.Minimum) && IsChained(op);

    static bool IsChained(TileOp op) =>
        op.Lane.IsFloat()
        && op.Lane == op.Output.DType
        && op.Extent is Extent.Full or Extent.Row;
}
