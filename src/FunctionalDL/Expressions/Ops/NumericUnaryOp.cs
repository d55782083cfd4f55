using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>y = f(x) for numbers, whole ones too: <c>[…] → […]</c>.</summary>
abstract record NumericUnaryOp : ElementwiseOp
{
    protected abstract T Apply<T>(T x) where T : INumber<T>;

    protected override string OnnxName => Name;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsNumeric() ? x[0]
        : throw WrongDType(x, "numbers", "Cast the input to a number.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        type.DType.VisitNumbers<Value, Tensor>(new(this, x[0])).Cast(type.DType);

    readonly struct Value(NumericUnaryOp op, Tensor x) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T> => x.In<T>().Map(op.Apply);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(Name.ToLowerInvariant(), x);
}
