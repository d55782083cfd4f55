namespace FunctionalDL;

/// <summary>
/// A whole training step as expressions: (batch, parameters, state) → (loss, parameters, state). It can be compiled, printed and exported like
/// any other expression.
/// </summary>
/// <remarks>The parameters keep their names as variables; the optimizer's state is under <c>optimizer.…</c>.</remarks>
public sealed class TrainingStep
{
    const string StatePrefix = "optimizer.", NextPrefix = "next.";

    /// <summary>A step that makes a loss small by moving some of the variables it depends on.</summary>
    /// <param name="loss">The scalar L(w).</param>
    /// <param name="parameters">The first values of the parameters w: names of variables of the loss.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="statistics">What other carried values become after the step, by name.</param>
    /// <exception cref="FunctionalException">A parameter's value does not fit the loss's variable of its name, or the optimizer has no solver.</exception>
    public TrainingStep(Expr loss, TensorSet parameters, Optimizer optimizer, IReadOnlyDictionary<string, Expr>? statistics = null)
    {
        statistics ??= new Dictionary<string, Expr>();
        var trained = parameters.Where((name, _) => !statistics.ContainsKey(name));
        var state = optimizer.Whole().InitialState(trained);
        var variables = trained.ToOrdered((name, value) => Expr.Variable(name, value.Shape, value.DType));
        var slots = state.ToOrdered((name, value) => Expr.Variable(StatePrefix + name, value.Shape, value.DType));
        var gradients = loss.Gradient([.. variables.Values]);

        Loss = loss;
        Gradients = new OrderedDictionary<string, Expr>(variables.Keys.Zip(gradients, KeyValuePair.Create));
        var output = optimizer.Update(new(Gradients, slots, variables, loss));
        Parameters = parameters.ToOrdered((name, _) => statistics.TryGetValue(name, out var next) ? next : variables[name] + output.Updates[name]);
        State = output.State.ToOrdered((_, next) => next);
        InitialParameters = parameters;
        InitialState = TensorSet.Of(state.Select(s => KeyValuePair.Create(StatePrefix + s.Key, s.Value)));
    }

    /// <summary>L(w) before the step.</summary>
    public Expr Loss { get; }

    /// <summary>∂L/∂w of each parameter.</summary>
    public IReadOnlyDictionary<string, Expr> Gradients { get; }

    /// <summary>Each parameter after the step.</summary>
    public IReadOnlyDictionary<string, Expr> Parameters { get; }

    /// <summary>The optimizer's state after the step, by its names without the prefix.</summary>
    public IReadOnlyDictionary<string, Expr> State { get; }

    /// <summary>The parameters before the first step.</summary>
    public TensorSet InitialParameters { get; }

    /// <summary>The optimizer's state before the first step, by the names of its variables.</summary>
    public TensorSet InitialState { get; }

    /// <summary>
    /// What is carried from step to step: each parameter and each value of the optimizer's state after the step, by the name of the variable
    /// that it takes the place of.
    /// </summary>
    public IReadOnlyList<(string Name, Expr Value)> Carried =>
        [.. Parameters.Select(p => (p.Key, p.Value)), .. State.Select(s => (StatePrefix + s.Key, s.Value))];

    /// <summary>
    /// <c>loss</c>, and all that is carried under its name behind <c>next.</c>, such as <c>next.dense1.weight</c>: in ONNX no output is called
    /// as an input is.
    /// </summary>
    public IReadOnlyList<(string Name, Expr Value)> Outputs => [("loss", Loss), .. Carried.Select(c => (NextPrefix + c.Name, c.Value))];

    /// <summary>
    /// The step compiled and started from the given parameters and state: every output but the loss is carried to the next step. Others that are asked for come after them.
    /// </summary>
    internal Loop Start(TensorSet carried, CompileOptions options, params Expr[] others)
    {
        var next = Carried;
        Expr[] outputs = [Loss, .. next.Select(c => c.Value), .. others];
        var read = Graph.Variables(outputs).Select(v => v.VariableName).ToHashSet();
        // What is written and not read is an output too, for only variables that are met can be carried.
        var unread = next.Where(c => !read.Contains(c.Name)).Select(c => Expr.Variable(c.Name, carried[c.Name].Shape, carried[c.Name].DType));
        return Compilation.Compile([.. outputs, .. unread], options).Start(carried, [.. next.Select((c, i) => (c.Name, i + 1))]);
    }
}
