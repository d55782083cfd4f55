namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀ = f(x₁, x₂, …): <c>[…], any… → […]</c>. On the way back f is computed anew from x₁, x₂, … once the
/// gradient g has arrived, so that its inside need not be kept: ∂L/∂xᵢ = (∂f/∂xᵢ)ᵀ g (Griewank 1992).
/// </summary>
/// <param name="Inside">f as a graph of x₁, x₂, …</param>
sealed record RematerializeOp(GraphAttribute Inside) : Op
{
    public override string Name => "Rematerialize";

    internal override int? Arity => 1 + Inside.Inputs.Length;

    private protected override Op Remake(AttributeMap a) => new RematerializeOp(a.Of("inside", Inside));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (Inside.Outputs.Length != 1)
            throw new FunctionalException($"Rematerialize: the graph inside has {Inside.Outputs.Length} outputs. Give it one.");
        Expr[] expected = [F, .. Inside.Inputs];
        for (var i = 0; i < x.Length; i++)
            if (x[i] != expected[i].Type)
                throw new ShapeException(
                    $"Rematerialize: input {i} is {x[i]} and the graph inside has {expected[i].Type} there. Give the inputs its types.");
        return x[0];
    }

    Expr F => Inside.Outputs[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g)
    {
        Expr[] floats = [.. Inside.Inputs.Where(v => v.DType.IsFloat())];
        static Expr? Stand(Expr? e) => e is null ? null : Placeholder.Like(e);
        var inner = new Cotangent(Placeholder.Like(g.Value), Stand(g.Mask), Stand(g.Flag));
        var shares = Differentiation.Vjp([(F, inner)], floats);
        // All of the inside depends on x₁ or on the key of random numbers, and is computed anew from where those are.
        var x = y.Inputs.Skip(1).Select((x, i) => i == 0 || x.Rank == 0 ? new Expr(new BarrierOp(), x, g.Value) : x);
        var given = Inside.Inputs.Zip(x, KeyValuePair.Create).Append(new(inner.Value, g.Value)).ToDictionary();
        if (g.Mask is not null) given[inner.Mask!] = g.Mask;
        if (g.Flag is not null) given[inner.Flag!] = g.Flag;
        var results = Graph.Replace(shares, given);
        return i => i > 0 && Array.IndexOf(floats, Inside.Inputs[i - 1]) is >= 0 and var at
            ? new Cotangent(results[at], null, g.Flag)
            : null;
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => MaskedPullback(y, new Cotangent(g))(i)?.Clean;

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        (Expr X, Expr T)[] along = [.. Inside.Inputs.Zip(t.Skip(1)).Where(p => p.Second is not null)
            .Select(p => (p.First, Placeholder.Like(p.Second!)))];
        if (along.Length == 0) return null;
        var values = Inside.Inputs.Zip(y.Inputs.Skip(1)).Concat(along.Select(a => a.T).Zip(t.Skip(1).OfType<Expr>()));
        return Graph.Replace(Differentiation.Jvp([F], along), values.ToDictionary(p => p.First, p => p.Second))[0];
    }

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => AllBatched(x, batched, n)[0];

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => x[0];
}
