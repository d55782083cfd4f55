using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// A loop over time: carried values h and, at each step t, the elements x[t] of sequences <c>[time, …]</c>; the step says what the
    /// carried values become. The step is kept as an expression, once, and so is its derivative; time may be a name.
    /// </summary>
    /// <remarks>
    /// The step may use any other expression, such as parameters; what does not depend on h and x is computed once, before the loop,
    /// random numbers too, and so is a product of x with a matrix that does not change, for all steps.
    /// </remarks>
    /// <param name="initial">The first carried values, floats of one dtype.</param>
    /// <param name="sequences">Tensors whose first axis is time, of one length.</param>
    /// <param name="step">The next carried values from the carried values and the elements, of the same types.</param>
    /// <param name="reverse">Whether the loop goes from the last element to the first.</param>
    /// <exception cref="ShapeException">There is no sequence, lengths differ, or the step changes the shape of a carried value.</exception>
    /// <exception cref="DTypeException">A carried value is not a float of the others' dtype.</exception>
    public static ScanResult Scan(Expr[] initial, Expr[] sequences, Func<Expr[], Expr[], Expr[]> step, bool reverse = false)
    {
        if (initial.Length == 0 || sequences.Length == 0 || sequences.Any(s => s.Rank == 0))
            throw new ShapeException(
                $"Scan: {initial.Length} carried values and {sequences.Length} sequences. Give one of each or more; the first axis of a "
                    + "sequence is time."
            );
        Expr[] carries = [.. initial.Select((x, i) => Expr.Variable($"h{i}", x.Shape, x.DType))];
        Expr[] elements = [.. sequences.Select((x, i) => Expr.Variable($"x{i}", x.Shape.Remove(0), x.DType))];
        // The step sees variables that no other expression can name, so that it may take derivatives with respect to them.
        Expr[] hidden = [.. carries.Concat(elements).Select(Placeholder.Like)];
        var next = step(hidden[..carries.Length], hidden[carries.Length..]);
        if (next.Length != initial.Length)
            throw new ShapeException($"Scan: the step makes {next.Length} values of {initial.Length} carried ones. Return one for each.");
        for (var i = 0; i < next.Length; i++)
            if (next[i].Type != initial[i].Type)
                throw new ShapeException(
                    $"Scan: the step makes {next[i].Type} of the carried value {initial[i].Type}. Start with a value of the type the "
                        + "step makes."
                );

        var (outputs, captured, constants) = Capture(next, [.. hidden], []);
        outputs = Graph.Replace(outputs, hidden.Zip(carries.Concat(elements)).ToDictionary());
        var body = new ScanBody([.. carries], [.. elements], [.. constants], [.. outputs], [], [], reverse);
        var results = LoopMotion.Results(body, [.. initial, .. sequences, .. captured]);
        return new([.. results.Select(body.After)], [.. results.Select(body.Last)]);
    }

    /// <summary>
    /// f(x), whose inside is not kept for the gradient: reverse mode computes it anew when it gets there. A chain of n functions, each
    /// rematerialized, is trained in the memory of n results and the inside of one, for the time of one more evaluation. What is computed
    /// anew has the same bits, random numbers too.
    /// </summary>
    /// <param name="f">The function; what else it uses, such as parameters, gets gradients too.</param>
    /// <param name="x">Its argument.</param>
    public static Expr Rematerialize(Func<Expr, Expr> f, Expr x)
    {
        var y = f(x);
        var drawn = Graph.OrderDownTo([x], [y]).Where(node => node.Op is RandomUniformOp);
        var (inside, captured, constants) = Capture([y], [x], drawn);
        var argument = Placeholder.Like(x);
        var graph = new GraphAttribute([argument, .. constants], Graph.Replace(inside, new() { [x] = argument }));
        return new(new RematerializeOp(graph), [y, x, .. captured]);
    }

    /// <summary>
    /// The outputs with what does not depend on the variables replaced by new variables, and what they stand for. A broadcast stays, so
    /// that what is captured is the smaller tensor; so do numbers, which rules look at, and what is not to be captured.
    /// </summary>
    static (Expr[] Outputs, Expr[] Captured, Expr[] Constants) Capture(Expr[] outputs, HashSet<Expr> variables, IEnumerable<Expr> inside)
    {
        var order = Graph.OrderDownTo(variables, outputs);
        var dependent = new HashSet<Expr>([.. variables, .. inside]);
        foreach (var node in order)
            if (node.Inputs.Any(dependent.Contains)) dependent.Add(node);

        bool Stays(Expr node) => dependent.Contains(node) || node.Op is BroadcastOp || node.ConstantValue is { Shape.Rank: 0 };
        var needed = new HashSet<Expr>(outputs);
        foreach (var node in order.Reverse())
            if (needed.Contains(node) && Stays(node) && !variables.Contains(node)) needed.UnionWith(node.Inputs);

        Expr[] captured = [.. order.Where(node => needed.Contains(node) && !Stays(node))];
        Expr[] constants = [.. captured.Select((node, i) => Expr.Variable($"w{i}", node.Shape, node.DType))];
        var given = variables.Zip(variables).Concat(captured.Zip(constants)).ToDictionary(p => p.First, p => p.Second);
        return (Graph.Replace(outputs, given), captured, constants);
    }
}
