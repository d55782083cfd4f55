using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Optimizer
{
    /// <summary>
    /// Weight decay: behind a solver decoupled, the update less λ w; before one the gradient plus λ w, that of ½ λ w². After an
    /// optimizer and before a schedule, <c>Adam(α) &gt;&gt; WeightDecay(λ) &gt;&gt; Schedule(s)</c> is AdamW as in the paper
    /// (Loshchilov, Hutter 2019, algorithm 2): Δw = −s(t) (α m̂/(√v̂ + ε) + λ w).
    /// </summary>
    /// <exception cref="FunctionalException">λ is negative or not a number.</exception>
    public static Optimizer WeightDecay(double rate)
    {
        Require(rate >= 0 && double.IsFinite(rate), "Optimizer", "weight decay", rate, "a number, 0 or more");
        return Of(FormattableString.Invariant($"weight decay({rate})"), _ => TensorSet.Empty, input =>
        {
            var signed = input.AreUpdates ? -rate : rate;
            return new(input.Gradients.ToOrdered((parameter, g) => g + signed * input.Parameters[parameter]), input.State);
        }, OptimizerRole.Transform);
    }

    /// <summary>The update times a schedule's factor s(t) at step t = 1, 2, …: behind a solver.</summary>
    public static Optimizer Schedule(Schedule schedule) =>
        PerParameter(schedule.Name, [], (g, _, t) => (schedule.At(t).Cast(g.DType) * g, []), OptimizerRole.AfterSolver);

    /// <summary>No updates: the parameters keep their values.</summary>
    public static Optimizer Frozen { get; } = Of("frozen", Functions.ZerosLike);

    /// <summary>
    /// Optimizers of groups of parameters, each chosen by name and shape; a parameter belongs to the first group that has it, and is
    /// frozen where none has. All groups are solvers, or none is.
    /// </summary>
    /// <exception cref="FunctionalException">Some groups make updates and others do not.</exception>
    public static Optimizer ByGroup(params (Func<string, Shape, bool> Contains, Optimizer Optimizer)[] groups)
    {
        (Func<string, Shape, bool> Contains, Optimizer Optimizer)[] all = [.. groups, ((_, _) => true, Frozen)];
        int GroupOf(string name, Shape shape) => Array.FindIndex(all, g => g.Contains(name, shape));
        Optimizer[] moving = [.. groups.Select(g => g.Optimizer).Where(o => !ReferenceEquals(o, Frozen))];
        return new(
            $"groups({string.Join("; ", groups.Select(g => g.Optimizer.Name))})",
            parameters =>
                all.Index()
                    .Aggregate(
                        TensorSet.Empty,
                        (state, group) =>
                            state.With(
                                StatePart.Group(group.Index).Full(
                                    group.Item.Optimizer.InitialState(
                                        parameters.Where((name, value) => GroupOf(name, value.Shape) == group.Index))))),
            input =>
            {
                var updates = input.Gradients.ToOrdered((_, g) => g);
                var state = new OrderedDictionary<string, Expr>();
                foreach (var (i, group) in all.Index())
                {
                    OrderedDictionary<string, Expr> Members(IReadOnlyDictionary<string, Expr> values) =>
                        new(values.Where(v => GroupOf(v.Key, input.Parameters[v.Key].Shape) == i));
                    var output = group.Optimizer.Update(input with
                    {
                        Gradients = Members(input.Gradients),
                        Parameters = Members(input.Parameters),
                        State = StatePart.Group(i).In(input.State),
                    });
                    foreach (var (name, update) in output.Updates) updates[name] = update;
                    foreach (var (name, value) in StatePart.Group(i).Full(output.State)) state[name] = value;
                }
                return new(updates, state);
            }, RoleOf(moving), moving.Any(o => o.isLast))
        {
            Averages = state => all.Index().Aggregate(
                TensorSet.Empty,
                (found, group) => found.With(group.Item.Optimizer.Averages(StatePart.Group(group.Index).In(state)))),
        };
    }

    /// <summary>The role of optimizers side by side.</summary>
    static OptimizerRole RoleOf(Optimizer[] optimizers)
    {
        var solvers = optimizers.Where(o => o.Role == OptimizerRole.Solver).ToArray();
        if (solvers.Length == optimizers.Length)
            return OptimizerRole.Solver;
        if (solvers.Length == 0)
            return optimizers.Any(o => o.Role == OptimizerRole.AfterSolver) ? OptimizerRole.AfterSolver : OptimizerRole.Transform;
        throw new FunctionalException(
            $"ByGroup: {solvers[0].Name} makes updates, {optimizers.First(o => o.Role != OptimizerRole.Solver).Name} does not. Add a "
                + "solver to the groups without one."
        );
    }

    /// <summary>This optimizer with some parameters kept as they are.</summary>
    /// <param name="isFrozen">Which, by name. Where that is none of them, the first state is an error: the name is misspelt.</param>
    public Optimizer Freeze(Func<string, bool> isFrozen)
    {
        var groups = ByGroup(((name, _) => isFrozen(name), Frozen), ((_, _) => true, this));
        return new(
            groups.Name,
            parameters =>
                parameters.Names.Any(isFrozen)
                    ? groups.InitialState(parameters)
                    : throw new FunctionalException(
                        $"Freeze: none of the parameters is to be frozen. Their names are {string.Join(", ", parameters.Names.Take(20))}."),
            groups.update,
            groups.Role,
            isLast)
        {
            Averages = groups.Averages,
        };
    }

    /// <summary>
    /// Steps on the mean gradient of every <paramref name="steps"/> batches, so that small batches do as large ones; no update in
    /// between.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// The number of steps is below 1, or this is no solver: one behind it would also step where nothing is due.
    /// </exception>
    public Optimizer Accumulate(int steps)
    {
        Require(steps >= 1, "Accumulate", "steps", steps, "1 or more");
        if (Role != OptimizerRole.Solver)
            throw new FunctionalException(
                $"Accumulate: {Name} makes no updates, and a solver behind it would also step where nothing is due. Accumulate the whole "
                    + $"chain: (… >> Optimizer.Adam()).Accumulate({steps})."
            );
        return new(
            $"accumulate({steps}, {Name})",
            parameters =>
                TensorSet
                    .Of(("count", 0L))
                    .With(StatePart.Sum.Full(parameters.Map((_, value) => ZerosLike(value))))
                    .With(StatePart.Inner.Full(initialState(parameters))),
            input =>
            {
                var count = input.State["count"] + 1;
                var isDue = count >= steps;
                var sums = input.Gradients.ToOrdered((name, g) => input.State[StatePart.Sum.Full(name)] + g);
                var inner = update(
                    input with
                    {
                        Gradients = sums.ToOrdered((_, sum) => sum / steps),
                        State = StatePart.Inner.In(input.State),
                    });
                var state = new OrderedDictionary<string, Expr> { ["count"] = Select(isDue, Full(count, 0), count) };
                foreach (var (name, sum) in sums) state[StatePart.Sum.Full(name)] = Select(isDue, Full(sum, 0), sum);
                foreach (var (name, next) in StatePart.Inner.Full(inner.State)) state[name] = Select(isDue, next, input.State[name]);
                return new(inner.Updates.ToOrdered((_, u) => Select(isDue, u, Full(u, 0))), state);
            }, Role, isLast)
        {
            Averages = state => Averages(StatePart.Inner.In(state)),
        };
    }

    /// <summary>
    /// An exponential moving average of the weights, a ← d a + (1 − d) w after each step, kept beside them: the last part of a chain.
    /// The updates stay as they are;
    /// <see cref="TrainingRun.AveragedModel"/> has the averages.
    /// </summary>
    /// <exception cref="FunctionalException">d is not in [0, 1).</exception>
    public static Optimizer AverageWeights(double decay = 0.999)
    {
        RequireDecay("AverageWeights", "decay", decay);
        return PerParameter(FormattableString.Invariant($"average weights({decay})"), [(StatePart.Average.Name, w => w)],
            (w, update, slots, _) => (update, [Average(decay, slots[0], w + update)]), OptimizerRole.AfterSolver, isLast: true,
            averages: StatePart.Average.In);
    }

    /// <summary>
    /// The update times a factor that falls when the loss stops falling: where the mean loss over <paramref name="window"/> steps is not
    /// below the best so far by a share of <paramref name="threshold"/>, for more than <paramref name="patience"/> windows, the factor is
    /// multiplied by <paramref name="factor"/>. In the
    /// <paramref name="cooldown"/> windows after that nothing is waited for, so that the lower rate can take effect.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// The window is below 1, patience, threshold or cool-down is negative, or the factor is not in [0, 1).
    /// </exception>
    public static Optimizer ReduceOnPlateau(int window, double factor = 0.1, int patience = 10, double threshold = 1e-4, int cooldown = 0)
    {
        Require(window >= 1, "ReduceOnPlateau", "window", window, "1 or more");
        Require(patience >= 0, "ReduceOnPlateau", "patience", patience, "0 or more");
        Require(threshold >= 0 && double.IsFinite(threshold), "ReduceOnPlateau", "threshold", threshold, "a number, 0 or more");
        Require(cooldown >= 0, "ReduceOnPlateau", "cool-down", cooldown, "0 or more");
        RequireDecay("ReduceOnPlateau", "factor", factor);
        return Of(
            FormattableString.Invariant(
                $"reduce on plateau({window}, {factor}, {patience}, {threshold}{(cooldown == 0 ? "" : $", {cooldown}")})"),
            _ =>
                TensorSet.Of(
                    ("count", 0L),
                    ("waited", 0L),
                    ("cooling", 0L),
                    ("sum", 0.0),
                    ("best", double.PositiveInfinity),
                    ("scale", 1.0)),
            input =>
            {
                var (count, sum) = (input.State["count"] + 1, input.State["sum"] + input.Loss.Cast(DType.Float64));
                var (best, scale, isDue, mean) = (input.State["best"], input.State["scale"], count >= window, sum / window);
                var isBetter = mean < best - threshold * Select(best < double.PositiveInfinity, Abs(best), Full(best, 0));
                var cooling = input.State["cooling"];
                var waited = Select(isBetter | (cooling > 0), Full(count, 0), input.State["waited"] + 1);
                var isReduced = isDue & (waited > patience);
                var next = Select(isReduced, factor * scale, scale);
                return new(input.Gradients.ToOrdered((_, u) => next.Cast(u.DType) * u), new OrderedDictionary<string, Expr>
                {
                    ["count"] = Select(isDue, Full(count, 0), count),
                    ["waited"] = Select(isReduced, Full(waited, 0), Select(isDue, waited, input.State["waited"])),
                    ["cooling"] = Select(isReduced, Full(cooling, cooldown), Select(isDue, Maximum(cooling - 1, 0), cooling)),
                    ["sum"] = Select(isDue, Full(sum, 0), sum),
                    ["best"] = Select(isDue & isBetter, mean, best),
                    ["scale"] = next,
                });
            }, OptimizerRole.AfterSolver);
    }
}
