using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>y = f(x) for real x: <c>[…] → […]</c>, float32 or float64.</summary>
abstract record UnaryOp : ElementwiseOp
{
    protected abstract T Apply<T>(T x) where T : IFloatingPointIeee754<T>;

    /// <summary>∂y/∂x.</summary>
    protected abstract Expr? Partial(Expr x, Expr y);

    protected sealed override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => Partial(x[0], y);

    protected override string OnnxName => Name;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsFloat() ? x[0]
        : throw WrongDType(x, "float32 or float64", "Cast the input to a float.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        type.DType.VisitReals<Value, Tensor>(new(this, x[0])).Cast(type.DType);

    readonly struct Value(UnaryOp op, Tensor x) : IRealVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => x.In<T>().Map(op.Apply);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(Name.ToLowerInvariant(), x);
}
