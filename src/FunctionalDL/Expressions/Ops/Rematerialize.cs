namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀ = f(x₁, x₂, …): <c>[…], any… → […]</c>. On the way back f is computed anew from x₁, x₂, … once the gradient g has arrived, so that its inside need not be kept:
/// ∂L/∂xᵢ = (∂f/∂xᵢ)ᵀ g (Griewank 1992).
/// </summary>
/// <param name="Inside">f(x₁, x₂, …) as an expression of the variables.</param>
/// <param name="Variables">What stands for x₁, x₂, … in it.</param>
sealed record RematerializeOp(Expr Inside, System.Collections.Immutable.ImmutableArray<Expr> Variables) : Op
{
    public override string Name => "Rematerialize";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g)
    {
        Expr[] floats = [.. Variables.Where(v => v.DType.IsFloat())];
        static Expr? Stand(Expr? e) => e is null ? null : Placeholder.Like(e);
        var inner = new Cotangent(Placeholder.Like(g.Value), Stand(g.Mask), Stand(g.Flag));
        var shares = Differentiation.Vjp([(Inside, inner)], floats);
        // All of the inside depends on x₁ or on the key of random numbers, and is computed anew from where those are.
        var x = y.Inputs.Skip(1).Select((x, i) => i == 0 || x.Rank == 0 ? new Expr(new BarrierOp(), x, g.Value) : x);
        var given = Variables.Zip(x, KeyValuePair.Create).Append(new(inner.Value, g.Value)).ToDictionary();
        if (g.Mask is not null) given[inner.Mask!] = g.Mask;
        if (g.Flag is not null) given[inner.Flag!] = g.Flag;
        var results = Graph.Replace(shares, given);
        return i => i > 0 && Array.IndexOf(floats, Variables[i - 1]) is >= 0 and var at ? new Cotangent(results[at], null, g.Flag) : null;
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => MaskedPullback(y, new Cotangent(g))(i)?.Clean;

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        (Expr X, Expr T)[] along = [.. Variables.Zip(t.Skip(1)).Where(p => p.Second is not null).Select(p => (p.First, Placeholder.Like(p.Second!)))];
        if (along.Length == 0) return null;
        var values = Variables.Zip(y.Inputs.Skip(1)).Concat(along.Select(a => a.T).Zip(t.Skip(1).OfType<Expr>()));
        return Graph.Replace(Differentiation.Jvp([Inside], along), values.ToDictionary(p => p.First, p => p.Second))[0];
    }

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => AllBatched(x, batched, n)[0];

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => x[0];

    internal override Op Retype(Func<DType, DType> map) => Map(op => op.Retype(map));

    internal override Op Reshape(Func<Dim, Dim> map) => Map(op => op.Reshape(map));

    RematerializeOp Map(Func<Op, Op> map)
    {
        var all = Graph.Rebuild([.. Variables, Inside], (node, x) => map(node.Op) is var op && ReferenceEquals(op, node.Op) ? node.WithInputs(x) : new(op, x));
        return new(all[^1], [.. all[..^1]]);
    }

    // As with loops, the inside is the same only as itself.
    public bool Equals(RematerializeOp? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
