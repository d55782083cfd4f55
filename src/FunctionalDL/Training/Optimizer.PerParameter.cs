namespace FunctionalDL;

public sealed partial class Optimizer
{
    /// <summary>
    /// An optimizer that treats each parameter by itself: a rule from its gradient, its slots (zeros at first, of its shape) and the step
    /// number t = 1, 2, … (an int64 scalar) to its update and its next slots. A slot may be kept for its own sake, and not read.
    /// </summary>
    public static Optimizer PerParameter(
        string name,
        IReadOnlyList<string> slots,
        Func<Expr, Expr[], Expr, (Expr Update, Expr[] Slots)> rule,
        OptimizerRole role = OptimizerRole.Solver
    ) =>
        PerParameter(name, [.. slots.Select(slot => (slot, (Func<Tensor, Tensor>)ZerosLike))], (_, g, state, t) => rule(g, state, t), role);

    /// <summary>What comes before a solver's −η: a rule from the gradient, its slots and the step number to a direction.</summary>
    static Optimizer Direction(string name, IReadOnlyList<string> slots, Func<Expr, Expr[], Expr, (Expr Direction, Expr[] Slots)> rule) =>
        PerParameter(name, slots, rule, OptimizerRole.Transform);

    /// <summary>As above, with the first value of each slot made from the parameter's, and a rule that knows the parameter.</summary>
    static Optimizer PerParameter(
        string name,
        IReadOnlyList<(string Name, Func<Tensor, Tensor> Initial)> slots,
        Func<Expr, Expr, Expr[], Expr, (Expr Update, Expr[] Slots)> rule,
        OptimizerRole role,
        bool isLast = false,
        Func<TensorSet, TensorSet>? averages = null
    ) =>
        new(
            name,
            parameters =>
                TensorSet.Of(
                    slots
                        .SelectMany(slot => new StatePart(slot.Name).Full(parameters.Map((_, value) => slot.Initial(value))))
                        .Append(KeyValuePair.Create<string, Tensor>(StepSlot, 0L))),
            input =>
            {
                var t = input.State[StepSlot] + 1;
                var state = input.State.ToOrdered((_, old) => old);
                state[StepSlot] = t;
                var updates = new OrderedDictionary<string, Expr>();
                foreach (var (parameter, g) in input.Gradients)
                {
                    var (update, next) = rule(
                        input.Parameters[parameter],
                        g,
                        [.. slots.Select(slot => input.State[new StatePart(slot.Name).Full(parameter)])],
                        t);
                    updates[parameter] = update;
                    foreach (var (slot, value) in slots.Zip(next))
                        state[new StatePart(slot.Name).Full(parameter)] = value;
                }
                return new(updates, state);
            },
            role,
            isLast)
        {
            Averages = averages ?? (_ => TensorSet.Empty),
        };

    const string StepSlot = "step";

    static Tensor ZerosLike(Tensor parameter) => Tensor.Zeros(parameter.DType, parameter.Shape);
}
