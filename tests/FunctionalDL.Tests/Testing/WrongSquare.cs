using FunctionalDL.Ops;

namespace FunctionalDL.Tests.Testing;

/// <summary>y = x² in float64, wrong in one thing: laws are held to notice each.</summary>
/// <param name="Wrong">What is wrong of its rules.</param>
/// <param name="IsWrong">Whether its value is wrong the n-th time it is asked for, from 1.</param>
sealed record WrongSquare(WrongSquare.Rule Wrong, Func<int, bool>? IsWrong = null) : ElementwiseOp
{
    public enum Rule { None, Jvp, Batch, Mask }

    readonly Counter counter = new();

    /// <summary>By what a wrong value is too large.</summary>
    public double By { get; init; } = 2;

    /// <summary>How often the value was asked for.</summary>
    public int Calls => counter.Calls;

    public override string Name => "WrongSquare";

    protected override string OnnxName => Name;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var factor = IsWrong?.Invoke(++counter.Calls) == true ? By : 1;
        return x[0].As<double>().Map(v => factor * v * v);
    }

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => 2 * x[0];

    internal override Expr? Jvp(Expr y, Expr?[] t) => base.Jvp(y, Wrong == Rule.Jvp ? [.. t.Select(e => e is null ? e : 1.5 * e)] : t);

    /// <summary>Where it is wrong, the first slice is taken for all.</summary>
    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) =>
        base.Batch(y, Wrong == Rule.Batch ? [Broadcast(Slice(x[0], 0, 0, 1), x[0].Shape)] : x, batched, n);

    internal override Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g) =>
        Wrong == Rule.Mask ? i => new Cotangent(g.Value * Partial(i, y)!) : base.MaskedPullback(y, g);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("wrong", x);

    sealed class Counter
    {
        public int Calls { get; set; }
    }
}
