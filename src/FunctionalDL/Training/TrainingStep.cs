using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// A whole training step as expressions: (batch, parameters, state) → (losses, parameters, state). It can be compiled, printed and
/// exported like any other expression, and <see cref="Start(long, CompileOptions?, Expr[])"/> runs it.
/// </summary>
/// <remarks>
/// The parameters keep their names as variables; the optimizer's state is under <c>optimizer.…</c>, with several losses under
/// <c>optimizer.name.…</c> of what each moves.
/// </remarks>
public sealed class TrainingStep
{
    internal const string NextPrefix = "next.";

    const string LossName = "loss";

    readonly IReadOnlyList<Descent> descents;

    /// <summary>A step that makes a loss small by moving some of the variables it depends on.</summary>
    /// <param name="loss">The scalar L(w).</param>
    /// <param name="parameters">The first values of the parameters w: names of variables of the loss.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="statistics">What other carried values become after the step, by name.</param>
    /// <exception cref="FunctionalException">
    /// A parameter's value does not fit the loss's variable of its name, the optimizer has no solver, or a statistic of a layer would be
    /// moved like a parameter.
    /// </exception>
    public TrainingStep(Expr loss, TensorSet parameters, Optimizer optimizer, IReadOnlyDictionary<string, Expr>? statistics = null)
        : this([new Descent(loss, optimizer)], parameters, statistics ?? new Dictionary<string, Expr>(), new HashSet<string>()) { }

    TrainingStep(
        IReadOnlyList<Descent> descents,
        TensorSet parameters,
        IReadOnlyDictionary<string, Expr> statistics,
        IReadOnlySet<string> fixedParameters)
    {
        this.descents = descents;
        var trained = parameters.Where((name, _) => !statistics.ContainsKey(name) && !fixedParameters.Contains(name));
        RefuseStatistics(descents, trained);
        var variables = trained.ToOrdered((name, value) => Expr.Variable(name, value.Shape, value.DType));
        var next = parameters.ToOrdered((name, value) =>
            statistics.GetValueOrDefault(name) ?? Expr.Variable(name, value.Shape, value.DType));
        var (gradients, state, initial) = (new OrderedDictionary<string, Expr>(), new OrderedDictionary<string, Expr>(), TensorSet.Empty);
        foreach (var descent in descents)
        {
            var own = trained.Where((name, _) => descent.Moves(name));
            if (descents.Count > 1 && own.Count == 0) throw new FunctionalException("TrainingStep: there is no parameter "
                + $"\"{descent.Of}\". There are: {string.Join(", ", trained.Names.Take(20))}.");
            if (own.Names.FirstOrDefault(gradients.ContainsKey) is { } twice)
                throw new FunctionalException($"TrainingStep: two losses move \"{twice}\". Add the losses up, or say what each moves: "
                    + "new Descent(loss, optimizer, \"model\").");
            var first = descent.Optimizer.Whole().InitialState(own);
            var slots = first.ToOrdered((name, value) => Expr.Variable(StateName(descent, name), value.Shape, value.DType));
            var moved = new OrderedDictionary<string, Expr>(variables.Where(v => own.ContainsKey(v.Key)));
            var slopes = new OrderedDictionary<string, Expr>(moved.Keys.Zip(descent.Loss.Gradient([.. moved.Values]), KeyValuePair.Create));
            var output = descent.Optimizer.Update(new(slopes, slots, moved, descent.Loss));
            foreach (var (name, gradient) in slopes) (gradients[name], next[name]) = (gradient, moved[name] + output.Updates[name]);
            foreach (var (name, value) in output.State) state[StateName(descent, name)] = value;
            initial = initial.With(TensorSet.Of(first.Select(s => KeyValuePair.Create(StateName(descent, s.Key), s.Value))));
        }
        Losses = [.. descents.Select(d => (descents.Count == 1 ? LossName : $"{LossName}.{d.Of}", d.Loss))];
        (Gradients, Parameters, State) = (gradients, next, StatePart.Optimizer.In(state));
        (InitialParameters, InitialState) = (parameters, initial);
    }

    /// <summary>
    /// The step of a model's training, as <see cref="Model.Fit(Dataset, Objective, Optimizer, int, Batching, long, FitOptions?)"/> takes
    /// it.
    /// </summary>
    /// <param name="model">A model whose parameters have values.</param>
    /// <param name="objective">What to make small.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="like">Data of the types that batches will have; targets are variables <see cref="ColumnNames.TargetVariable"/>.</param>
    /// <exception cref="FunctionalException">
    /// The data does not fit the model or the objective, or the parameters have no values.
    /// </exception>
    public static TrainingStep Of(Model model, Objective objective, Optimizer optimizer, Dataset like)
    {
        like.CheckInputs(model);
        var forward = Forward.Build(model.Body, isTraining: true);
        return new(new BoundObjective(objective, model, like).Apply(forward), model.Parameters, optimizer, forward.Updates);
    }

    /// <summary>
    /// A step of one or several models and losses. In the scope models are applied in the form to train with: what BatchNorm keeps and
    /// Dropout draws is part of the step. Parameters are those of the models under their names, and those the scope is asked for; what no
    /// loss moves stays as it is.
    /// </summary>
    /// <param name="build">The losses, each with its optimizer and what it moves.</param>
    /// <param name="seed">The seed of first values, for models that have none.</param>
    /// <param name="dtype">The dtype of the parameters.</param>
    /// <example><code>
    /// var step = TrainingStep.Of(scope =>
    /// {
    ///     var fake = scope.Apply(generator, "generator", scope.RandomNormal([Model.Batch, 8]));
    ///     Expr Judged(Expr x) => scope.Apply(critic, "critic", x);
    ///     return
    ///     [
    ///         new(Mean(Softplus(-Judged(real)) + Softplus(Judged(StopGradient(fake)))), Optimizer.Adam(1e-3), "critic"),
    ///         new(Mean(Softplus(-Judged(fake))), Optimizer.Adam(1e-3), "generator"),
    ///     ];
    /// });
    /// </code></example>
    /// <exception cref="FunctionalException">Two losses move one parameter, or one moves none.</exception>
    public static TrainingStep Of(Func<LayerScope, IReadOnlyList<Descent>> build, long seed = 0, DType dtype = DType.Float32)
    {
        var collected = new LayerBuild(isTraining: true, dtype);
        var descents = build(new LayerScope(collected, LayerNames.None));
        if (descents.Count == 0) throw new FunctionalException("TrainingStep: there are no losses. Return at least one.");
        var key = Key.Of(seed);
        var parameters = TensorSet.Of(collected.Parameters.Select((p, i) => KeyValuePair.Create(p.Name, p.FirstValue(key.Fold(i)))));
        var unmoved = collected.Parameters.Where(p => !p.IsTrainable || !descents.Any(d => d.Moves(p.Name)));
        return new(descents, parameters, collected.Updates, unmoved.Select(p => p.Name).ToHashSet());
    }

    static void RefuseStatistics(IReadOnlyList<Descent> descents, TensorSet trained)
    {
        var found = Graph.Variables([.. descents.Select(d => d.Loss)])
            .FirstOrDefault(v => v.Op is VariableOp { IsStatistic: true } && trained.ContainsKey(v.VariableName!));
        if (found is not null)
            throw new FunctionalException($"TrainingStep: \"{found.VariableName}\" is a statistic, "
                + "which a layer keeps and no gradient moves, and the loss is of the form to predict with. "
                + "Take TrainingStep.Of, which applies models in the form to train with.");
    }

    /// <summary>L(w) before the step.</summary>
    /// <exception cref="FunctionalException">There are several: take <see cref="Losses"/>.</exception>
    public Expr Loss => Losses is [var only] ? only.Value
        : throw new FunctionalException($"TrainingStep: there are {Losses.Count} losses, "
            + $"{string.Join(", ", Losses.Select(l => l.Name))}. Take one of Losses.");

    /// <summary>Each L(w) before the step: <c>loss</c>, or of several <c>loss.generator</c> by what they move.</summary>
    public IReadOnlyList<(string Name, Expr Value)> Losses { get; }

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

    /// <summary>The variable of a value of an optimizer's state.</summary>
    string StateName(Descent descent, string name) =>
        StatePart.Optimizer.Full(descents.Count == 1 ? name : new StatePart(descent.Of!).Full(name));

    /// <summary>The averages of the weights in a state, by parameter.</summary>
    /// <param name="state">The state, by the names of its variables.</param>
    internal TensorSet Averages(TensorSet state)
    {
        var all = StatePart.Optimizer.In(state);
        return descents.Aggregate(TensorSet.Empty, (found, descent) =>
            found.With(descent.Optimizer.Averages(descents.Count == 1 ? all : new StatePart(descent.Of!).In(all))));
    }

    /// <summary>
    /// What is carried from step to step: each parameter and each value of the optimizer's state after the step, by the name of the
    /// variable that it takes the place of.
    /// </summary>
    public IReadOnlyList<(string Name, Expr Value)> Carried =>
        [.. Parameters.Select(p => (p.Key, p.Value)), .. State.Select(s => (StatePart.Optimizer.Full(s.Key), s.Value))];

    /// <summary>
    /// The losses, and all that is carried under its name behind <c>next.</c>, such as <c>next.dense1.weight</c>: in ONNX no output is
    /// called as an input is.
    /// </summary>
    public IReadOnlyList<(string Name, Expr Value)> Outputs => [.. Losses, .. Carried.Select(c => (NextPrefix + c.Name, c.Value))];

    /// <summary>The step compiled, to be run from its first parameters and state.</summary>
    /// <param name="seed">The seed of what is drawn in each step.</param>
    /// <param name="options">How it is compiled.</param>
    /// <param name="others">Other expressions of its variables to compute in each step, before the update.</param>
    public TrainingLoop Start(long seed = 0, CompileOptions? options = null, params Expr[] others) =>
        new(this, Start(InitialParameters.With(InitialState), options ?? new(), others), Key.Of(seed), others);

    /// <summary>
    /// The step compiled and started from the given parameters and state: every output but the losses is carried to the next step. Others
    /// that are asked for come after them.
    /// </summary>
    internal Loop Start(TensorSet carried, CompileOptions options, params Expr[] others)
    {
        var next = Carried;
        Expr[] outputs = [.. Losses.Select(l => l.Value), .. next.Select(c => c.Value), .. others];
        var read = Graph.Variables(outputs).Select(v => v.VariableName).ToHashSet();
        // What is written and not read is an output too, for only variables that are met can be carried.
        var unread = next.Where(c => !read.Contains(c.Name))
            .Select(c => Expr.Variable(c.Name, carried[c.Name].Shape, carried[c.Name].DType));
        return Compilation.Compile([.. outputs, .. unread], options).Start(carried, [.. next.Select((c, i) => (c.Name, i + Losses.Count))]);
    }
}
