namespace FunctionalDL;

/// <summary>The values of a derivation at a point: of every stage, every factor, and the gradient arriving at every stage.</summary>
sealed class DerivationValues
{
    readonly Dictionary<Factor, Tensor> factors = [];
    readonly Dictionary<Stage, Tensor> gradients = [];

    public DerivationValues(StageGraph graph, TensorSet at, Func<IReadOnlyCollection<Expr>, Expr[]> concrete)
    {
        Expr[] nodes = [.. graph.Stages.Select(s => s.Node), .. graph.Givens.Keys],
            placeholders = [.. graph.Stages.Select(s => s.Placeholder), .. graph.Givens.Values];
        var values = TensorSet.Of(
            at.Concat(placeholders.Zip(Evaluator.Evaluate(concrete(nodes), at), (p, value) => KeyValuePair.Create(p.VariableName!, value)))
        );
        var incoming = values;
        foreach (var stage in graph.Stages)
        {
            var gradient =
                stage.Uses.Count == 0 ? Tensor.Full(stage.Node.DType, Shape.Scalar, 1) : stage.Uses.Select(Arriving).Aggregate(Add);
            gradients[stage] = gradient;
            if (!graph.IsScalar) incoming = incoming.With(stage.Incoming.VariableName!, gradient);
            foreach (var (factor, formula) in stage.Factors.Zip(concrete([.. stage.Factors.Select(f => f.Formula)])))
                factors[factor] = formula.Evaluate(incoming);
        }

        Tensor Arriving(Factor factor) => graph.IsScalar ? Multiply(gradients[factor.Outer], factors[factor]) : factors[factor];
    }

    public Tensor this[Factor factor] => factors[factor];

    public Tensor this[Stage stage] => gradients[stage];

    static Tensor Add(Tensor a, Tensor b) => Combine(a, b, Functions.Add);

    static Tensor Multiply(Tensor a, Tensor b) => Combine(a, b, Functions.Multiply);

    static Tensor Combine(Tensor a, Tensor b, Func<Expr, Expr, Expr> f) => f(Expr.Constant(a), Expr.Constant(b)).Evaluate(TensorSet.Empty);
}
