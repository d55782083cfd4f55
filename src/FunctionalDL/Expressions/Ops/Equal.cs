namespace FunctionalDL.Ops;

/// <summary>y = [x₀ = x₁], for truth values too.</summary>
sealed record EqualOp : ComparisonOp
{
    public override string Name => "Equal";

    protected override string Symbol => "==";

    protected override bool Apply<T>(T a, T b) => a == b;

    private protected override void CheckDTypes(ReadOnlySpan<TensorType> x)
    {
        if (x[0].DType != x[1].DType || x[0].DType != DType.Bool) base.CheckDTypes(x);
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        x[0] is Tensor<bool> a ? BinaryOp.Zip<bool, bool>(a, x[1], (p, q) => p == q) : base.Evaluate(x, type, sizes);
}
