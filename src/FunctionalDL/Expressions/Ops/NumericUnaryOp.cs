using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>y = f(x) for numbers, whole ones too: <c>[…] → […]</c>.</summary>
abstract record NumericUnaryOp : ElementwiseOp
{
    protected abstract T Apply<T>(T x) where T : INumber<T>;

    protected override string OnnxName => Name;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsNumeric() ? x[0]
        : throw WrongDType(x, "numbers", "Cast the input to a number.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0] switch
    {
        Tensor<float> v => v.Map(Apply),
        Tensor<double> v => v.Map(Apply),
        var v => v.As<long>().Map(Apply),
    };

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(Name.ToLowerInvariant(), x);
}
