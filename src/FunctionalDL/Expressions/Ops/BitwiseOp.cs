namespace FunctionalDL.Ops;

/// <summary>y = f(x₀, x₁) of the bits of whole numbers of one dtype: <c>[…], […] → […]</c>. Its derivative is zero.</summary>
abstract record BitwiseOp : ElementwiseOp
{
    internal override int? Arity => 2;

    /// <summary>Of numbers of 64 bits.</summary>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="isUnsigned">Whether the first bit is no sign.</param>
    protected abstract long Apply(long a, long b, bool isUnsigned);

    protected sealed override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => null;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (!x[0].DType.IsInteger() || x[0].DType != x[1].DType)
            throw WrongDType(x, "integers of one dtype", "Cast both sides, such as x.Cast(DType.Int64).");
        SameShape(x);
        return x[0];
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var isUnsigned = type.DType.IsUnsigned();
        return BinaryOp.Zip<long, long>(x[0].In<long>(), x[1].In<long>(), (a, b) => Apply(a, b, isUnsigned)).Cast(type.DType);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(Name.ToLowerInvariant(), x);
}
