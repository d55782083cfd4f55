using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>y = f(x₀, x₁) for numbers of one dtype: <c>[…], […] → […]</c>.</summary>
abstract record BinaryOp : ElementwiseOp
{
    internal override int? Arity => 2;

    protected abstract T Apply<T>(T a, T b) where T : INumber<T>;

    protected override string OnnxName => Name;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        CheckNumbers(x);
        SameShape(x);
        return x[0];
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        type.DType.VisitNumbers<Value, Tensor>(new(this, x)).Cast(type.DType);

    readonly struct Value(BinaryOp op, Tensor[] x) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T> => Zip<T, T>(x[0].In<T>(), x[1].In<T>(), op.Apply);
    }

    internal static Tensor<TResult> Zip<T, TResult>(Tensor<T> x0, Tensor x1, Func<T, T, TResult> f)
        where T : unmanaged
        where TResult : unmanaged
    {
        var a = x0.Span;
        var b = x1.As<T>().Span;
        var result = new TResult[a.Length];
        for (var i = 0; i < result.Length; i++) result[i] = f(a[i], b[i]);
        return Tensor<TResult>.Adopt(x0.Shape, result);
    }
}
