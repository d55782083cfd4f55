namespace FunctionalDL.Ops;

/// <summary>A value given when the expression is evaluated.</summary>
sealed record VariableOp(string Symbol, TensorType Type) : Op
{
    public override string Name => "Variable";

    /// <summary>Whether it stands for a statistic of a layer, which no gradient moves.</summary>
    public bool IsStatistic { get; init; }

    internal override int? Arity => 0;

    private protected override Op Remake(AttributeMap a) =>
        new VariableOp(a.Of("symbol", Symbol), a.Of(Type)) { IsStatistic = a.Of("isStatistic", IsStatistic) };

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => Symbol.Length > 0 ? Type
        : throw new FunctionalException("Variable: the name is empty. Name it, such as Expr.Variable(\"x\").");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        throw new FunctionalException(
            $"Variable \"{Symbol}\" ({Type}) has no value. Give one: expression.Evaluate((\"{Symbol}\", value)).");

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Symbol(Symbol);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) =>
        throw new FunctionalException(
            $"Variable \"{Symbol}\" is neither an input nor a parameter of the exported model. Declare it or substitute it.");
}
