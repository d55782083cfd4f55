namespace FunctionalDL;

/// <summary>
/// How gradients become updates: a pure function (gradients, state, parameters) → (updates, state), written as expressions, so that a
/// training step can be compiled, printed and exported. Optimizers chain, <c>Clip.GlobalNorm(1) &gt;&gt; Optimizer.Adam() &gt;&gt;
/// Schedule.Cosine(1000)</c>: what changes gradients, one solver that turns them into updates, and what changes updates; <see
/// cref="OptimizerRole"/> says which an optimizer is.
/// </summary>
public sealed partial class Optimizer
{
    readonly Func<TensorSet, TensorSet> initialState;
    readonly Func<OptimizerInput, OptimizerOutput> update;

    readonly bool isLast;

    /// <summary>The averages of the weights in a state, by parameter; none where the optimizer keeps none.</summary>
    internal Func<TensorSet, TensorSet> Averages { get; private init; } = _ => TensorSet.Empty;

    Optimizer(
        string name,
        Func<TensorSet, TensorSet> initialState,
        Func<OptimizerInput, OptimizerOutput> update,
        OptimizerRole role,
        bool isLast = false
    ) => (Name, this.initialState, this.update, Role, this.isLast) = (name, initialState, update, role, isLast);

    /// <summary>The optimizer's name and settings.</summary>
    public string Name { get; }

    /// <summary>Where in a chain it stands, and so what comes in and what goes out.</summary>
    public OptimizerRole Role { get; }

    /// <summary>An optimizer of your own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="initialState">The state before the first step, from the parameters it will move.</param>
    /// <param name="update">
    /// The updates, which are added to the parameters, and the next state, with the names of the first. A value of the state need not be
    /// read.
    /// </param>
    /// <param name="role">What comes in and what goes out: for a solver gradients come in, and updates against them go out.</param>
    public static Optimizer Of(
        string name,
        Func<TensorSet, TensorSet> initialState,
        Func<OptimizerInput, OptimizerOutput> update,
        OptimizerRole role = OptimizerRole.Solver
    ) => new(name, initialState, update, role);

    /// <summary>An optimizer without state that makes each update of its gradient alone.</summary>
    public static Optimizer Of(string name, Func<Expr, Expr> update, OptimizerRole role = OptimizerRole.Solver) =>
        Of(name, _ => TensorSet.Empty, input => new(input.Gradients.ToOrdered((_, g) => update(g)), input.State), role);

    /// <summary>The state before the first step.</summary>
    public TensorSet InitialState(TensorSet parameters) => initialState(parameters);

    /// <summary>The updates to add to the parameters, and the next state.</summary>
    public OptimizerOutput Update(OptimizerInput input) => update(input);

    /// <summary>First this optimizer, then the next on what it gives.</summary>
    /// <exception cref="FunctionalException">
    /// Both are solvers, or one stands where it cannot: a schedule before the solver, anything after averages.
    /// </exception>
    public Optimizer Then(Optimizer next) =>
        new(
            $"{Name} >> {next.Name}",
            parameters => StatePart.First.Full(initialState(parameters)).With(StatePart.Second.Full(next.initialState(parameters))),
            input =>
            {
                var a = update(input with { State = StatePart.First.In(input.State) });
                var b = next.update(
                    input with
                    {
                        Gradients = a.Updates,
                        AreUpdates = input.AreUpdates || Role == OptimizerRole.Solver,
                        State = StatePart.Second.In(input.State),
                    });
                var state = StatePart.First.Full(a.State).Concat(StatePart.Second.Full(b.State));
                return new(b.Updates, new OrderedDictionary<string, Expr>(state));
            },
            RoleBefore(next),
            next.isLast)
        {
            Averages = state => Averages(StatePart.First.In(state)).With(next.Averages(StatePart.Second.In(state))),
        };

    OptimizerRole RoleBefore(Optimizer next)
    {
        if (isLast)
            throw new FunctionalException(
                $"Optimizer: {Name} averages the weights as they are after the step, so {next.Name} cannot come after it. Make the "
                    + "averages the last part of the chain."
            );
        return (Role, next.Role) switch
        {
            (OptimizerRole.Solver, OptimizerRole.Solver) => throw new FunctionalException(
                $"Optimizer: {Name} and {next.Name} both make updates out of gradients. "
                    + "Behind the first, the second would take updates for gradients and turn them around: the loss would climb. "
                    + "Keep one of them (momentum is a setting of Momentum, RmsProp and Adam), "
                    + "give each its own parameters with ByGroup, or, where one is your own and only changes what it is given, "
                    + "make it with OptimizerRole.Transform."
            ),
            (OptimizerRole.AfterSolver, OptimizerRole.Solver) => throw new FunctionalException(
                $"Optimizer: {Name} changes updates, and there are none before {next.Name}. Put it behind: {next.Name} >> {Name}."),
            (OptimizerRole.Transform, var role) => role,
            (var role, _) => role,
        };
    }

    /// <summary>This optimizer, for a training step of its own.</summary>
    /// <exception cref="FunctionalException">It only changes what it is given, and would add gradients to the parameters.</exception>
    internal Optimizer Whole() =>
        Role switch
        {
            OptimizerRole.Solver => this,
            OptimizerRole.Transform => throw new FunctionalException(
                $"Optimizer: {Name} only changes gradients and makes no updates. Add a solver: {Name} >> Optimizer.Adam()."),
            _ => throw new FunctionalException(
                $"Optimizer: {Name} only changes updates and makes none. Put a solver before it: Optimizer.Adam() >> {Name}."),
        };

    /// <summary>First the left optimizer, then the right on what it gives.</summary>
    /// <inheritdoc cref="Then"/>
    public static Optimizer operator >>(Optimizer first, Optimizer second) => first.Then(second);

    /// <summary>The optimizer's name and settings.</summary>
    public override string ToString() => Name;
}

/// <summary>Where an optimizer stands in a chain. A chain that trains has one solver.</summary>
public enum OptimizerRole
{
    /// <summary>Out of gradients g it makes updates Δw against them: plain descent, Adam.</summary>
    Solver,

    /// <summary>Gives what it is given, changed: gradients before the solver, updates behind it. Clipping, weight decay.</summary>
    Transform,

    /// <summary>Changes updates: schedules, averages of the weights.</summary>
    AfterSolver,
}

/// <summary>What an optimizer is given in a step, as expressions by name.</summary>
/// <param name="Gradients">∂L/∂w of each parameter, or behind a solver the updates Δw.</param>
/// <param name="State">The optimizer's state.</param>
/// <param name="Parameters">The parameters' values w.</param>
/// <param name="Loss">L(w), a scalar.</param>
public sealed record OptimizerInput(
    IReadOnlyDictionary<string, Expr> Gradients,
    IReadOnlyDictionary<string, Expr> State,
    IReadOnlyDictionary<string, Expr> Parameters,
    Expr Loss)
{
    /// <summary>Whether a solver came before, so that <see cref="Gradients"/> are updates Δw.</summary>
    public bool AreUpdates { get; init; }
}

/// <summary>What an optimizer answers in a step, as expressions by name.</summary>
/// <param name="Updates">What is added to each parameter.</param>
/// <param name="State">The next state.</param>
public sealed record OptimizerOutput(IReadOnlyDictionary<string, Expr> Updates, IReadOnlyDictionary<string, Expr> State);

static class OrderedDictionaries
{
    /// <summary>A dictionary with each value mapped, in the same order.</summary>
    public static OrderedDictionary<string, TResult> ToOrdered<T, TResult>(
        this IEnumerable<KeyValuePair<string, T>> values,
        Func<string, T, TResult> map
    ) => new(values.Select(v => KeyValuePair.Create(v.Key, map(v.Key, v.Value))));
}
