using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// What the stages of a derivation are called: abstract functions by their names and what stands between them as it is written, as in
/// ∂f2/∂(w2·f1); layers z1, h1, z2, …; other compositions f1, f2, …, fn from the outside in, as in Theorem 1.
/// </summary>
sealed class StageLabels
{
    const int LongestWritten = 24;

    readonly Dictionary<string, Func<Notation, Printed>> labels = [];
    readonly HashSet<string> taken;
    readonly HashSet<string> functions = [];
    int constants;
    readonly string d;
    readonly Stage root;

    public StageLabels(StageGraph graph, Expr y, Expr x)
    {
        var order = Graph.TopologicalOrder(y);
        taken = [.. order.Select(node => node.VariableName ?? (node.Op as AbstractFunctionOp)?.Symbol).OfType<string>()];
        root = graph.Stages[0];
        d = Graph.Variables(y).Count > 1 ? "∂" : "d";
        AreNumbered = graph.IsScalar && !order.Any(node => node.Op is AbstractFunctionOp);
        Total = Fresh(AreNumbered ? "f" : "L");
        foreach (var (part, given) in graph.Givens)
            labels[given.VariableName!] = Named(
                part.Op is AbstractFunctionOp f && functions.Add(f.Symbol) ? f.Symbol : Fresh($"c{++constants}"));
        if (AreNumbered)
            Number(graph, x);
        else
            NameByContent(graph, x);
        foreach (var stage in graph.Stages)
            labels[stage.Incoming.VariableName!] = notation => Derivative(notation, Whole(notation), Of(notation, stage));
    }

    /// <summary>Whether the stages are called f1, f2, …, fn, which says nothing of what they are.</summary>
    public bool AreNumbered { get; }

    /// <summary>The name of the whole function.</summary>
    public string Total { get; }

    /// <summary>Whether the label of a stage is a name, rather than the formula itself.</summary>
    public HashSet<Stage> WithName { get; } = [];

    public Printed Of(Notation notation, Stage stage) => labels[stage.Placeholder.VariableName!](notation);

    public Printed Whole(Notation notation) => notation.Symbol(Total);

    public Printed Derivative(Notation notation, Printed y, Printed x) => notation.Derivative(d, y, x);

    /// <summary>The derivative of the whole function with respect to a stage.</summary>
    public Printed Arriving(Notation notation, Stage stage) => labels[stage.Incoming.VariableName!](notation);

    public Printed Factor(Notation notation, Factor factor) => Derivative(notation, Of(notation, factor.Outer), Of(notation, factor.Inner));

    /// <summary>How a node is written where it stands for a stage or a given part.</summary>
    public Printed? Label(Notation notation, Expr node) =>
        node.VariableName is { } name && labels.TryGetValue(name, out var label) ? label(notation) : null;

    /// <summary>f1, f2, …, fn from the outside in.</summary>
    void Number(StageGraph graph, Expr x)
    {
        var functions = graph.Stages.Where(stage => stage.Node != x).ToArray();
        foreach (var (i, stage) in functions.Index()) Name(stage, functions.Length == 1 ? Total : Fresh($"f{i + 1}"));
        NameVariable(graph, x);
    }

    void NameByContent(StageGraph graph, Expr x)
    {
        NameVariable(graph, x);
        if (!ReferenceEquals(root.Node, x)) Name(root, Total);
        var (layers, activations, others) = (0, 0, 0);
        foreach (var stage in graph.Stages.Reverse().Where(stage => stage.Node != x && stage != root))
        {
            if (stage.Node.Op is AbstractFunctionOp f && functions.Add(f.Symbol))
                Name(stage, f.Symbol);
            else if (!graph.IsScalar)
                Name(stage, graph.IsAffine(stage.Node) ? Fresh($"z{++layers}") : Fresh($"h{++activations}"));
            else if (IsShort(stage))
                labels[stage.Placeholder.VariableName!] = notation =>
                    Printer.Write(notation, [stage.Body], node => Label(notation, node))[stage.Body];
            else
                Name(stage, Fresh($"u{++others}"));
        }
    }

    bool IsShort(Stage stage) =>
        stage.Factors.All(f => WithName.Contains(f.Inner))
        && Printer.Write(new TextNotation(), [stage.Body], node => Label(new TextNotation(), node))[stage.Body].Text.Length
            <= LongestWritten;

    void NameVariable(StageGraph graph, Expr x)
    {
        if (graph.Stages.FirstOrDefault(s => s.Node == x) is { } variable) Name(variable, x.VariableName ?? Fresh("x"));
    }

    void Name(Stage stage, string name)
    {
        labels[stage.Placeholder.VariableName!] = Named(name);
        WithName.Add(stage);
    }

    static Func<Notation, Printed> Named(string name) => notation => notation.Symbol(name);

    string Fresh(string name)
    {
        while (!taken.Add(name)) name += "_1";
        return name;
    }
}
