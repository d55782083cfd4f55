namespace FunctionalDL;

/// <summary>
/// How gradients become updates: a pure function (gradients, state, parameters) → (updates, state), written as expressions, so that a
/// training step can be compiled, printed and exported. Optimizers chain: the updates of one are the gradients of the next.
/// </summary>
public sealed partial class Optimizer
{
    readonly Func<TensorSet, TensorSet> initialState;
    readonly Func<OptimizerInput, OptimizerOutput> update;

    Optimizer(string name, Func<TensorSet, TensorSet> initialState, Func<OptimizerInput, OptimizerOutput> update) =>
        (Name, this.initialState, this.update) = (name, initialState, update);

    /// <summary>The optimizer's name and settings.</summary>
    public string Name { get; }

    /// <summary>An optimizer of your own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="initialState">The state before the first step, from the parameters it will move.</param>
    /// <param name="update">The updates, which are added to the parameters, and the next state, with the names of the first.</param>
    public static Optimizer Of(string name, Func<TensorSet, TensorSet> initialState, Func<OptimizerInput, OptimizerOutput> update) => new(name, initialState, update);

    /// <summary>An optimizer without state that changes each gradient by itself.</summary>
    public static Optimizer Of(string name, Func<Expr, Expr> update) => Of(name, _ => TensorSet.Empty,
        input => new(input.Gradients.ToOrdered((_, g) => update(g)), input.State));

    /// <summary>The state before the first step.</summary>
    public TensorSet InitialState(TensorSet parameters) => initialState(parameters);

    /// <summary>The updates to add to the parameters, and the next state.</summary>
    public OptimizerOutput Update(OptimizerInput input) => update(input);

    /// <summary>First this optimizer, then the next on its updates.</summary>
    public Optimizer Then(Optimizer next) => new($"{Name} >> {next.Name}",
        parameters => Prefixed("first.", initialState(parameters)).With(Prefixed("then.", next.initialState(parameters))),
        input =>
        {
            var a = update(input with { State = Unprefixed("first.", input.State) });
            var b = next.update(input with { Gradients = a.Updates, State = Unprefixed("then.", input.State) });
            return new(b.Updates, new OrderedDictionary<string, Expr>(Prefixed("first.", a.State).Concat(Prefixed("then.", b.State))));
        });

    /// <summary>First the left optimizer, then the right on its updates.</summary>
    public static Optimizer operator >>(Optimizer first, Optimizer second) => first.Then(second);

    static TensorSet Prefixed(string prefix, TensorSet state) => TensorSet.Of(state.Select(s => KeyValuePair.Create(prefix + s.Key, s.Value)));

    static IEnumerable<KeyValuePair<string, Expr>> Prefixed(string prefix, IReadOnlyDictionary<string, Expr> state) =>
        state.Select(s => KeyValuePair.Create(prefix + s.Key, s.Value));

    static OrderedDictionary<string, Expr> Unprefixed(string prefix, IReadOnlyDictionary<string, Expr> state) =>
        new(state.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(s => KeyValuePair.Create(s.Key[prefix.Length..], s.Value)));

    /// <summary>The optimizer's name and settings.</summary>
    public override string ToString() => Name;
}

/// <summary>What an optimizer is given in a step, as expressions by name.</summary>
/// <param name="Gradients">∂L/∂w of each parameter, or the updates of the optimizer before it.</param>
/// <param name="State">The optimizer's state.</param>
/// <param name="Parameters">The parameters' values w.</param>
/// <param name="Loss">L(w), a scalar.</param>
public sealed record OptimizerInput(
    IReadOnlyDictionary<string, Expr> Gradients, IReadOnlyDictionary<string, Expr> State, IReadOnlyDictionary<string, Expr> Parameters, Expr Loss);

/// <summary>What an optimizer answers in a step, as expressions by name.</summary>
/// <param name="Updates">What is added to each parameter.</param>
/// <param name="State">The next state.</param>
public sealed record OptimizerOutput(IReadOnlyDictionary<string, Expr> Updates, IReadOnlyDictionary<string, Expr> State);

static class OrderedDictionaries
{
    /// <summary>A dictionary with each value mapped, in the same order.</summary>
    public static OrderedDictionary<string, TResult> ToOrdered<T, TResult>(this IEnumerable<KeyValuePair<string, T>> values, Func<string, T, TResult> map) =>
        new(values.Select(v => KeyValuePair.Create(v.Key, map(v.Key, v.Value))));
}
