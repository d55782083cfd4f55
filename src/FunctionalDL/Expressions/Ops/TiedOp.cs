namespace FunctionalDL.Ops;

/// <summary>y = x₀, whatever x₁ is: <c>[…], any → […]</c>. What ties the two is not a value.</summary>
abstract record TiedOp : Op
{
    internal override int? Arity => 2;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0 ? g : null;

    private protected override Func<int, Expr?> Through(Expr y, Expr mask) => _ => mask;

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[0];

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) =>
        batched[0] ? new(this, x) : Functions.Broadcast(new(this, x), y.Shape.Insert(0, n));

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => x[0];
}
