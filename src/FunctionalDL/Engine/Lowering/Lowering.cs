using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Expressions as instructions over views.</summary>
/// <param name="Instructions">The instructions, each after those it reads from.</param>
/// <param name="Outputs">The values of the outputs, each an array of its own in row-major order.</param>
/// <param name="Variables">The storages of the variables, by name.</param>
/// <param name="Changing">Those of variables that change from run to run.</param>
/// <param name="Constants">The storages of constants, and what brings their elements into memory.</param>
sealed record Lowered(
    IReadOnlyList<Instruction> Instructions,
    IReadOnlyList<View> Outputs,
    IReadOnlyDictionary<string, Storage> Variables,
    IReadOnlySet<Storage> Changing,
    IReadOnlyList<(Storage Storage, Func<PinnedBuffer> Value)> Constants);

/// <summary>
/// Turns expressions, at given sizes, into instructions: each op by its rule in <see cref="LoweringRules"/>, or by the evaluator.
/// </summary>
sealed class Lowering
{
    readonly LoweringContext to;
    readonly Dictionary<Expr, View> views = [];
    readonly Results<View> several = new();

    Lowering(LoweringContext to) => this.to = to;

    /// <param name="outputs">The expressions.</param>
    /// <param name="sizes">The actual sizes.</param>
    /// <param name="storages">Where storages are numbered.</param>
    /// <param name="unchanging">The variables that stay the same from run to run.</param>
    /// <param name="compile">Makes plans for graphs within ops.</param>
    public static Lowered Lower(
        IReadOnlyCollection<Expr> outputs, Sizes sizes, Storages storages, IReadOnlySet<string> unchanging, NestedCompiler compile)
    {
        var to = new LoweringContext(sizes, storages, unchanging, compile);
        var lowering = new Lowering(to);
        foreach (var node in Graph.TopologicalOrder(outputs)) lowering.views[node] = lowering.Lower(node);
        View[] results = [.. outputs.Select(o => to.Dense(lowering.views[o]))];
        var changing = to.Variables.Where(v => !unchanging.Contains(v.Key)).Select(v => v.Value).ToHashSet();
        return new(to.Instructions, results, to.Variables, changing, to.Constants.All);
    }

    View Lower(Expr expr)
    {
        var type = expr.Type.Resolve(to.Sizes);
        var node = new Node(expr, [.. expr.Inputs.Select(x => views[x])], type, type.Shape.ToSizes());
        if (expr.VariableName is { } name) return to.Variable(name, node);
        if (to.Constants.Fold(node) is { } value && !LoweringRules.IsView(node.Op)) return to.Constants.Add(value, node.Shape);
        var rule = LoweringRules.For(node.Op);
        if (type.Shape.ElementCount == 0 && rule?.ChecksIndices != true) return to.Constants.Zeros(type.DType, node.Shape);
        if (node.Op is MultiResultOp) return several.Of(expr, op => AllResults(op, node));
        return ByRule(rule, node) ?? ByEvaluator([type], node)[0];
    }

    View? ByRule(Rule? rule, Node node)
    {
        if (rule is null) return null;
        if (node.X.Any(x => x.Count == 0) && !rule.TakesEmpty) return null;
        // Half floats are rounded once, from float64, as the evaluator has it; where a kernel would not, it computes them.
        if (node.Type.DType is var dtype && dtype.IsFloat() && dtype.IsNarrow() && !rule.IsExact) return null;
        return rule.Lower(to, node);
    }

    View[] AllResults(MultiResultOp op, Node node)
    {
        TensorType[] types = [.. op.All(node.Expr).Select(y => y.Type.Resolve(to.Sizes))];
        return LoweringRules.ForResults(op)?.Invoke(to, node, types) ?? ByEvaluator(types, node);
    }

    View[] ByEvaluator(TensorType[] types, Node node)
    {
        View[] results = [.. types.Select(type => to.New(type.DType, type.Shape.ToSizes()))];
        to.Add(new ReferenceStep(node.Op, types, to.Sizes, node.X, results));
        return results;
    }
}
