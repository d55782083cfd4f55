using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>An expression taken apart into stages, y first and x last. Every stage but y is used by the ones before it.</summary>
sealed class StageGraph
{
    readonly Dictionary<Expr, Stage> stages = [];
    readonly Dictionary<Expr, Stage> owners = [];

    /// <summary>The stages, outermost first.</summary>
    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>The parts that do not depend on x and are too long to repeat, each with the variable that stands for it.</summary>
    public OrderedDictionary<Expr, Expr> Givens { get; } = [];

    /// <summary>Whether a node is the end of an affine map, a layer's x·W + b.</summary>
    public Func<Expr, bool> IsAffine { get; }

    /// <summary>Whether all derivatives are numbers, so that they are factors of a product.</summary>
    public bool IsScalar { get; }

    public StageGraph(Expr y, Expr x)
    {
        var order = Graph.TopologicalOrder(y);
        var carriers = Carriers(order, y, x);
        IsScalar = carriers.All(node => node.Rank == 0);
        var uses = carriers
            .SelectMany(node => node.Inputs.Distinct().Where(carriers.Contains).Select(input => (input, node)))
            .ToLookup(use => use.input, use => use.node);
        StageRule rule = IsScalar ? new ScalarStages(carriers, y, x) : new LayerStages(carriers, order);
        IsAffine = node => rule is LayerStages layers && layers.IsAffine(node);
        foreach (var node in order.Reverse().Where(carriers.Contains))
        {
            Expr[] consumers = [.. uses[node]];
            Stage[] outer = [.. consumers.Select(c => owners[c]).Distinct()];
            if (node == y || node == x || outer.Length != 1 || !rule.Joins(node, consumers, c => stages.ContainsKey(c)))
                stages[node] = owners[node] = new(node, stages.Count + 1);
            else
                owners[node] = outer[0];
        }
        Stages = [.. stages.Values];
        BuildBodies(order, carriers);
        var byPlaceholder = Stages.ToDictionary(s => s.Placeholder.VariableName!);
        foreach (var stage in Stages.Where(s => s.Node != x)) Differentiate(stage, byPlaceholder);
    }

    /// <summary>The nodes a derivative passes through on its way from y to x.</summary>
    static HashSet<Expr> Carriers(IReadOnlyList<Expr> order, Expr y, Expr x)
    {
        var dependent = Graph.Dependents(order, [x]);
        var carriers = new HashSet<Expr> { y };
        foreach (var node in order.Reverse().Where(carriers.Contains).Where(node => node.Op is not StopGradientOp))
            carriers.UnionWith(node.Inputs.Where(input => dependent.Contains(input) && input.DType.IsFloat()));
        return carriers;
    }

    void BuildBodies(IReadOnlyList<Expr> order, HashSet<Expr> carriers)
    {
        var built = new Dictionary<Expr, Expr>();
        foreach (var node in order.Where(carriers.Contains))
        {
            built[node] = node.WithInputs([.. node.Inputs.Select(Part)]);
            if (stages.TryGetValue(node, out var done))
                done.Body = built[node];
        }

        Expr Part(Expr x)
        {
            if (stages.TryGetValue(x, out var stage)) return stage.Placeholder;
            return built.TryGetValue(x, out var part) ? part : Given(x);
        }
    }

    /// <summary>What does not depend on x: itself where it is short, otherwise a variable that stands for it.</summary>
    Expr Given(Expr x)
    {
        if (x.Inputs.All(input => input.Inputs.IsEmpty)) return x;
        if (!Givens.TryGetValue(x, out var variable)) Givens[x] = variable = Expr.Variable($"given {Givens.Count + 1}", x.Shape, x.DType);
        return variable;
    }

    void Differentiate(Stage stage, IReadOnlyDictionary<string, Stage> byPlaceholder)
    {
        Stage[] inner = [.. Graph.Variables(stage.Body).Select(v => byPlaceholder.GetValueOrDefault(v.VariableName!)).OfType<Stage>()];
        var seed = IsScalar ? Functions.Full(stage.Body, 1) : stage.Incoming;
        foreach (var (target, formula) in inner.Zip(stage.Body.Vjp([.. inner.Select(s => s.Placeholder)], seed)))
        {
            var factor = new Factor(stage, target, formula.Simplify());
            stage.Factors.Add(factor);
            target.Uses.Add(factor);
        }
    }
}
