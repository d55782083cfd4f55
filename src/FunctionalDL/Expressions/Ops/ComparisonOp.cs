using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>
/// y = whether a relation holds between x₀ and x₁: <c>[…], […] → […]</c>, bool. Every relation with NaN is false. Its
/// derivative is zero.
/// </summary>
abstract record ComparisonOp : ElementwiseOp
{
    internal override int? Arity => 2;

    protected abstract bool Apply<T>(T a, T b) where T : INumber<T>;

    protected abstract string Symbol { get; }

    protected override string OnnxName => Name;

    protected sealed override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => null;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        CheckDTypes(x);
        SameShape(x);
        return x[0] with { DType = DType.Bool };
    }

    private protected virtual void CheckDTypes(ReadOnlySpan<TensorType> x) => CheckNumbers(x);

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0].DType.VisitNumbers<Value, Tensor>(new(this, x));

    readonly struct Value(ComparisonOp op, Tensor[] x) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>()
            where T : unmanaged, INumber<T>, IMinMaxValue<T> => BinaryOp.Zip<T, bool>(x[0].In<T>(), x[1].In<T>(), op.Apply);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Infix($" {Symbol} ", Precedence.Comparison, x[0], x[1]);

    private protected sealed override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) =>
        y.Inputs[0].DType.IsFloat() && Math.Abs(x[0] - x[1]) <= within
            ? new(NonSmoothKind.Jump, "The comparison changes where both sides are equal; the derivative is that of the branch taken.")
            : null;
}
