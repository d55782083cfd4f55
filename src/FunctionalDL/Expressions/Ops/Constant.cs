namespace FunctionalDL.Ops;

/// <summary>A fixed value. Scalars are equal by value, larger constants by identity.</summary>
sealed record ConstantOp(Tensor Value) : Op
{
    public override string Name => "Constant";

    internal override int? Arity => 0;

    private protected override Op Remake(AttributeMap a) => new ConstantOp(a.Of("value", Value));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => new(Value.DType, Value.Shape);

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => Value;

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        Value is { Count: 1, Shape.Rank: 0 } ? notation.Constant(Value.GetDouble(0)) : notation.Symbol(Value.Describe());

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Constant(Value);

    public bool Equals(ConstantOp? other) => other is not null
        && (ReferenceEquals(Value, other.Value) || Value.Shape.Rank == 0 && Value.BitEquals(other.Value));

    public override int GetHashCode() => Value.Shape.Rank == 0 ? HashCode.Combine(Value.DType, Value.GetDouble(0)) : Value.GetHashCode();
}
