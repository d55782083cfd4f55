using System.Numerics;
using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀ x₁, the matrix product over the last two axes: <c>[b…, n, k] × [b…, k, m] → [b…, n, m]</c>, numbers of one dtype;
/// whole ones wrap around. With g the incoming gradient: ∂L/∂x₀ = g x₁ᵀ and ∂L/∂x₁ = x₀ᵀ g.
/// </summary>
sealed record MatMulOp : Op
{
    public override string Name => "MatMul";

    internal override int? Arity => 2;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var (a, b) = (x[0].Shape, x[1].Shape);
        CheckNumbers(x);
        if (a.Rank < 2 || b.Rank < 2)
            throw new ShapeException($"MatMul: {a} × {b}: both sides need two axes or more. Reshape the vector to a row or a column.");
        if (a[^1] != b[^2])
            throw new ShapeException($"MatMul: inner dimensions differ, {a} × {b} ({a[^1]} and {b[^2]}). Transpose one side?");
        if (a.Slice(0, a.Rank - 2) != b.Slice(0, b.Rank - 2))
            throw new ShapeException($"MatMul: leading dimensions differ, {a} × {b}. Broadcast one side.");
        return x[0] with { Shape = a.With(a.Rank - 1, b[^1]) };
    }

    // Floats are summed in float64, so that the reference is exact to the last bit or so of float32.
    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => type.DType.IsFloat()
        ? new Product(x, type.Shape).Visit<double>().Cast(type.DType)
        : type.DType.VisitNumbers<Product, Tensor>(new(x, type.Shape)).Cast(type.DType);

    readonly struct Product(Tensor[] x, Shape shape) : INumberVisitor<Tensor>
    {
        public Tensor Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var (n, m, k) = (shape[^2].Size, shape[^1].Size, x[0].Shape[^1].Size);
            var a = x[0].In<T>().Span;
            var b = x[1].In<T>().Span;
            var result = new T[shape.ElementCount];
            for (var at = 0; at < result.Length; at++)
            {
                var (batch, row, column) = (at / (n * m), at / m % n, at % m);
                var sum = T.Zero;
                for (var i = 0; i < k; i++) sum += a[(batch * n + row) * k + i] * b[(batch * k + i) * m + column];
                result[at] = sum;
            }
            return Tensor<T>.Adopt(shape, result);
        }
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0
        ? MatMul(g, Transpose(y.Inputs[1]))
        : MatMul(Transpose(y.Inputs[0]), g);

    internal override Expr? Jvp(Expr y, Expr?[] t) => (t[0], t[1]) switch
    {
        ({ } a, { } b) => MatMul(a, y.Inputs[1]) + MatMul(y.Inputs[0], b),
        ({ } a, null) => MatMul(a, y.Inputs[1]),
        (null, { } b) => MatMul(y.Inputs[0], b),
        _ => null,
    };

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => (batched, y.Rank) switch
    {
        // One matrix for all slices needs no copies of it.
        ([true, false], 2) => MatMul(x[0], x[1]),
        _ => new(this, AllBatched(x, batched, n)),
    };

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Infix(" @ ", Precedence.Product, x[0], x[1]);

    // ONNX broadcasts leading axes itself, where some input still has them all.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        Shape[] small = [.. y.Inputs.Select(input => IsLeadingBroadcast(input) ? input.Inputs[0].Shape : input.Shape)];
        var leads = small.Select(shape => shape.Slice(0, shape.Rank - 2)).Aggregate((a, b) => Shape.Broadcast(a, b)!);
        string[] sides = leads == y.Shape.Slice(0, y.Rank - 2)
            ? [.. y.Inputs.Select((input, i) => IsLeadingBroadcast(input) ? graph.WithoutBroadcast(input) : x[i])]
            : x;
        if (y.DType != DType.Float64) return graph.Node("MatMul", sides);
        // OnnxRuntime to 1.31 joins a product and a constant factor next to it, which it then rounds to float32.
        return graph.Apart(graph.Node("MatMul", [.. sides.Select(graph.Apart)]));
    }

    static bool IsLeadingBroadcast(Expr x) => x.Op is BroadcastOp && x.Inputs[0].Rank >= 2
        && x.Inputs[0].Shape[^1] == x.Shape[^1] && x.Inputs[0].Shape[^2] == x.Shape[^2];
}
