using System.Globalization;
using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>Writes the lines of a derivation.</summary>
sealed class DerivationWriter
{
    const int LongestExpanded = 40;
    const int MostNamedParts = 12;

    readonly Expr y;
    readonly Expr x;
    readonly TensorSet? at;
    readonly IReadOnlyDictionary<string, Func<Expr, Expr>> functions;
    readonly StageGraph graph;
    readonly StageLabels labels;
    readonly DerivationValues? values;
    readonly Dictionary<string, Stage> byPlaceholder;
    readonly Dictionary<Expr, Printed> expanded;
    readonly OrderedDictionary<Expr, string> names;
    readonly HashSet<Expr> written = [];
    readonly List<DerivationLine> lines = [];
    readonly List<DerivationFactor> factors = [];

    public DerivationWriter(Expr y, Expr x, TensorSet? at, IReadOnlyDictionary<string, Func<Expr, Expr>> functions)
    {
        // One node for each part, so that it is named once and the paths through it meet.
        var merged = Graph.Merge([y, x]);
        (this.y, this.x, this.at, this.functions) = (merged[0], merged[1], at, functions);
        if (y.Rank != 0)
            throw new ShapeException($"Derivation: {y.Type} is not a scalar. Reduce it first (Sum, Mean), or use Jacobian or Vjp.");
        graph = new StageGraph(this.y, this.x);
        byPlaceholder = graph.Stages.ToDictionary(s => s.Placeholder.VariableName!);
        labels = new StageLabels(graph, this.y, this.x);
        values = at is null ? null : new DerivationValues(graph, at, Concrete);
        (expanded, names) = (
            ShortOnes(this.y),
            Printer.Names([
                .. graph.Stages.Select(s => s.Body),
                .. graph.Stages.SelectMany(s => s.Factors).Select(f => f.Formula),
                .. graph.Givens.Keys,
            ]));
    }

    public Derivation Write()
    {
        var derivative = Concrete([y])[0].Gradient(x).Simplify();
        if (IsConstant) Heading($"{Plain(x)} does not occur in the function: the derivative is 0.");
        else if (y == x) Heading($"The function is {Plain(x)} itself: the derivative is 1.");
        else
        {
            Definitions();
            foreach (var stage in graph.Stages.Where(s => s.IsJunction && s.Uses.Count > 0 || s.Node == x)) Paths(stage);
            if (!graph.IsScalar) Layers();
        }
        Result(derivative);
        return new(derivative, Value(derivative), factors, lines);
    }

    bool IsConstant => graph.Stages[^1].Node != x;

    Tensor? Value(Expr derivative)
    {
        if (at is null) return null;
        return IsConstant ? derivative.Evaluate(at) : values![graph.Stages[^1]];
    }

    void Definitions()
    {
        if (graph.Stages is [_, _] && graph.IsScalar) return;
        Heading("The function");
        foreach (var stage in graph.Stages.Where(s => s.Node != x && labels.WithName.Contains(s)))
            Equation(graph.IsScalar ? "" : Shapes(stage.Body), n => [labels.Of(n, stage).Text, Formula(n, stage.Body)], stage.Body);
        foreach (var (part, given) in graph.Givens) Equation("", n => [labels.Label(n, given)!.Value.Text, Formula(n, part)], part);
        foreach (var (name, body) in functions)
        {
            var taken = Graph.Variables(body(Placeholder.Like(Expr.Variable("u")))).Select(v => v.VariableName!).ToHashSet();
            var u = Expr.Variable(FunctionNames.Free("u", taken));
            var written = body(u);
            Equation("", n => [n.Function(name, [n.Symbol(u.VariableName!)]).Text, Printer.Write(n, [written], _ => null)[written].Text]);
        }
    }

    /// <summary>
    /// The derivative with respect to a stage where paths meet, as the sum over the paths from where they met before; then the factors.
    /// </summary>
    void Paths(Stage target)
    {
        Factor[][] paths = [.. target.Uses.Select(PathTo)];
        if (target.Uses is not [{ Outer: var outer }] || outer != graph.Stages[0] || labels.Total != Plain(outer))
        {
            Heading(target.Node == x ? "The chain rule" : "Where paths part or meet");
            Equation("", n => [labels.Arriving(n, target).Text, string.Join(n.Operator("+"), paths.Select(path => Product(n, path)))]);
        }
        if (!graph.IsScalar) return;
        Heading("Factors");
        foreach (var factor in paths.SelectMany(path => path)) FactorLine(factor);
        if (target.Node != x && values is not null) Equation("", n => [labels.Arriving(n, target).Text, .. NumberText(n, values[target])]);
    }

    /// <summary>The factors from the nearest stage outside where paths meet, to the end of the given one.</summary>
    static Factor[] PathTo(Factor last)
    {
        var path = new List<Factor> { last };
        while (!path[^1].Outer.IsJunction) path.Add(path[^1].Outer.Uses[0]);
        path.Reverse();
        return [.. path];
    }

    string Product(Notation n, Factor[] path)
    {
        var start = path[0].Outer;
        return string.Join(
            n.Operator("·"),
            path.Select(factor => labels.Factor(n, factor).Text)
                .Prepend(start.Uses.Count > 0 ? labels.Arriving(n, start).Text : null)
                .OfType<string>());
    }

    void FactorLine(Factor factor)
    {
        var concrete = Concrete([factor.Formula])[0];
        var inFull = labels.AreNumbered ? Expand(factor.Formula) : null;
        List<Expr> shown = [factor.Formula];
        if (concrete != factor.Formula)
            shown.Add(concrete.Simplify());
        else if (inFull is not null && Formula(new TextNotation(), inFull) != Formula(new TextNotation(), factor.Formula))
            shown.Add(inFull);
        Equation(
            "",
            n => [labels.Factor(n, factor).Text, .. shown.Select(e => Formula(n, e)), .. NumberText(n, values?[factor])],
            factor.Formula);
        factors.Add(
            new(labels.Factor(new TextNotation(), factor).Text, Formula(new TextNotation(), shown[^1]), values?[factor].ToScalar()));
    }

    /// <summary>Layer by layer, what each makes of the gradient that arrives at it.</summary>
    void Layers()
    {
        Heading("Layer by layer");
        foreach (var stage in graph.Stages.Where(s => s.Uses.Count > 0))
        {
            var sum = stage
                .Uses.Select(f => f.Formula.Substitute((graph.Stages[0].Incoming.VariableName!, Functions.Full(y, 1))))
                .Aggregate((a, b) => a + b)
                .Simplify();
            Equation(Shapes(sum), n => [labels.Arriving(n, stage).Text, Formula(n, sum), .. NumberText(n, values?[stage])], sum);
            factors.Add(new(labels.Arriving(new TextNotation(), stage).Text, Formula(new TextNotation(), sum), null));
        }
    }

    void Result(Expr derivative)
    {
        var parts = Printer.Names([derivative]);
        Heading(
            at is null
                ? "The derivative"
                : $"The derivative at {string.Join(", ", at.Take(8).Select(v => $"{v.Key} = {Short(v.Value)}"))}"
                    + (at.Count > 8 ? ", …" : "")
        );
        if (parts.Count <= MostNamedParts)
            foreach (var (part, name) in parts) Equation("", n => [n.Symbol(name).Text, Plain(n, part, parts)]);
        Equation(graph.IsScalar ? "" : derivative.Shape.ToString(), n => [
            labels.Derivative(n, labels.Whole(n), Plain(n, x)).Text,
            .. parts.Count <= MostNamedParts ? new[] { Plain(n, derivative, parts) } : [],
            .. NumberText(n, Value(derivative))]);
        foreach (var line in at is null ? [] : Differentiability.Report(Concrete([y])[0], at).Lines) Heading(line);
    }

    void Heading(string text) => lines.Add(new(text));

    /// <summary>An equation, after those of the named parts its formulas are written with.</summary>
    void Equation(string remark, Func<Notation, IReadOnlyList<string>> sides, Expr? formula = null)
    {
        foreach (var part in formula is null ? [] : Graph.TopologicalOrder(formula))
            if (part != formula && names.TryGetValue(part, out var name) && written.Add(part))
                lines.Add(new("", n => [n.Symbol(name).Text, Formula(n, part)]));
        lines.Add(new(remark, sides));
    }

    string Formula(Notation n, Expr formula) => (labels.Label(n, formula) ?? Printer.Write(n, [formula], Label(n))[formula]).Text;

    Func<Expr, Printed?> Label(Notation n) => node => labels.Label(n, node) ?? Printer.Labels(n, names)(node);

    static string Plain(Notation n, Expr e, IReadOnlyDictionary<Expr, string> parts) =>
        Printer.Write(n, [e], Printer.Labels(n, parts))[e].Text;

    static Printed Plain(Notation n, Expr e) => Printer.Write(n, [e], _ => null)[e];

    string Plain(Expr e) => Plain(new TextNotation(), e).Text;

    string Plain(Stage stage) => labels.Of(new TextNotation(), stage).Text;

    /// <summary>The parts of a function that are short without naming anything in them.</summary>
    static Dictionary<Expr, Printed> ShortOnes(Expr y)
    {
        var named = Printer.Names([y]);
        var text = Printer.Write(new TextNotation(), [y], Printer.Labels(new TextNotation(), named));
        var result = new Dictionary<Expr, Printed>();
        foreach (var node in Graph.TopologicalOrder(y))
            if (!named.ContainsKey(node) && node.Inputs.All(result.ContainsKey) && text[node].Text.Length <= LongestExpanded)
                result[node] = text[node];
        return result;
    }

    /// <summary>A formula with the stages it mentions written out, where that is short.</summary>
    Expr? Expand(Expr formula)
    {
        var mentioned = Graph.Variables(formula).Select(v => v.VariableName!);
        Stage[] stages = [.. mentioned.Select(name => byPlaceholder.GetValueOrDefault(name)).OfType<Stage>()];
        return stages.Length > 0 && stages.All(s => expanded.ContainsKey(s.Node))
            ? formula.Substitute([.. stages.Select(s => (s.Placeholder.VariableName!, s.Node))])
            : null;
    }

    Expr[] Concrete(IReadOnlyCollection<Expr> expressions) =>
        functions.Count == 0 ? [.. expressions] : AbstractFunctions.DefineAll(expressions, functions);

    /// <summary>The shape of a formula's value, and of the matrices in the products it contains.</summary>
    static string Shapes(Expr formula)
    {
        var products = Graph
            .TopologicalOrder(formula)
            .Where(node => node.Op is MatMulOp)
            .Select(node => $"{node.Inputs[0].Shape} × {node.Inputs[1].Shape} → {node.Shape}")
            .ToArray();
        if (formula.Rank == 0)
            return "";
        return products.Length == 0
            ? formula.Shape.ToString()
            : string.Join("; ", products) + (products[^1].EndsWith($"→ {formula.Shape}") ? "" : $" → {formula.Shape}");
    }

    /// <summary>A number to ten digits; nothing where there is none.</summary>
    static IEnumerable<string> NumberText(Notation n, Tensor? value) => value is { Shape.Rank: 0 }
        ? [n.Number(double.Parse(value.ToScalar().ToString("G10", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)).Text] : [];

    static string Short(Tensor value) => NumberText(new TextNotation(), value).FirstOrDefault() ?? value.Describe();
}
