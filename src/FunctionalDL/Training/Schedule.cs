using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A factor of the learning rate over the steps: a pure function of the step t = 1, 2, …, written as an expression. Schedules chain with
/// optimizers,
/// <c>Optimizer.Adam(1e-3) &gt;&gt; Schedule.Cosine(1000)</c>, and with each other by multiplication.
/// </summary>
public sealed class Schedule
{
    readonly Func<Expr, Expr> factor;

    Schedule(string name, Func<Expr, Expr> factor) => (Name, this.factor) = (name, factor);

    /// <summary>The schedule's name and settings.</summary>
    public string Name { get; }

    /// <summary>
    /// A schedule of your own: from the number of steps taken before, t − 1 = 0, 1, … as a float64 scalar, to the factor.
    /// </summary>
    public static Schedule Of(string name, Func<Expr, Expr> factor) => new(name, factor);

    /// <summary>The factor at step t, an int64 scalar counted from 1: a float64 scalar.</summary>
    internal Expr At(Expr t) => factor((t - 1).Cast(DType.Float64));

    /// <summary>The factor at step t = 1, 2, ….</summary>
    public double At(long t) => At(Expr.Constant(t)).Evaluate().ToScalar();

    /// <summary>c at every step.</summary>
    /// <exception cref="FunctionalException">c is negative or not a number.</exception>
    public static Schedule Constant(double factor) => Of(Named($"constant({NotNegative(factor)})"), n => Full(n, factor));

    /// <summary>γ^⌊n/every⌋ after n steps.</summary>
    /// <exception cref="FunctionalException">The number of steps is below 1, or the factor is negative.</exception>
    public static Schedule Step(int every, double factor = 0.1) =>
        Of(Named($"step({Positive(every)}, {NotNegative(factor)})"), n => Exponentially(factor, Floor(n / every)));

    /// <summary>γᵐ after n steps, with m of the milestones passed: those of at most n.</summary>
    /// <exception cref="FunctionalException">A milestone is below 1, or the factor is negative.</exception>
    public static Schedule MultiStep(IReadOnlyList<int> milestones, double factor = 0.1) =>
        Of(
            Named($"multi-step({string.Join(", ", milestones.Select(Positive))}; {NotNegative(factor)})"),
            n =>
                Exponentially(
                    factor,
                    milestones.Select(m => (n >= m).Cast(DType.Float64)).Aggregate(Full(n, 0), (passed, next) => passed + next)));

    /// <summary>γ^(n/steps) after n steps.</summary>
    /// <exception cref="FunctionalException">The number of steps is below 1, or the factor is negative.</exception>
    public static Schedule Exponential(int steps, double factor = 0.1) =>
        Of(Named($"exponential({Positive(steps)}, {NotNegative(factor)})"), n => Exponentially(factor, n / steps));

    /// <summary>
    /// From 1 to <paramref name="last"/>, last + (1 − last)(1 − n/steps)^power after n steps, so that the step after the given number
    /// is the first with last; and last from there on.
    /// </summary>
    /// <exception cref="FunctionalException">The number of steps is below 1, or a number is negative.</exception>
    public static Schedule Polynomial(int steps, double power = 1, double last = 0) =>
        Of(
            Named($"polynomial({Positive(steps)}, {NotNegative(power)}, {NotNegative(last)})"),
            n => last + (1 - last) * Power(1 - Minimum(n / steps, 1), power));

    /// <summary>
    /// From 1 to <paramref name="last"/> along half a cosine, last + (1 − last)(1 + cos πn/steps)/2 after n steps, so that the step
    /// after the given number is the first with last (as in PyTorch's CosineAnnealingLR; <see cref="OneCycle"/> has it in its last step);
    /// and last from there on.
    /// </summary>
    /// <exception cref="FunctionalException">The number of steps is below 1.</exception>
    public static Schedule Cosine(int steps, double last = 0) =>
        Of(Named($"cosine({Positive(steps)}, {NotNegative(last)})"), n => HalfCosine(Minimum(n / steps, 1), last));

    /// <summary>
    /// Cosine with warm restarts (Loshchilov, Hutter 2017): half a cosine from 1 to <paramref name="last"/> that starts again after
    /// <paramref name="steps"/> steps; each period is <paramref name="multiplier"/> times as long as the one before. Its last step is one
    /// short of last, and the next has 1 again.
    /// </summary>
    /// <exception cref="FunctionalException">The number of steps or the multiplier is below 1.</exception>
    public static Schedule CosineWithRestarts(int steps, int multiplier = 1, double last = 0) =>
        Of(
            Named($"cosine restarts({Positive(steps)}, {Positive(multiplier)}, {NotNegative(last)})"),
            n =>
            {
                if (multiplier == 1)
                    return HalfCosine(n / steps - Floor(n / steps), last);
                // Period i starts at steps·(mⁱ − 1)/(m − 1). The logarithm may round to just below a whole number, hence the
                // half step.
                var period = Floor(Log((n + 0.5) * ((multiplier - 1.0) / steps) + 1) / Math.Log(multiplier));
                var length = Exponentially(multiplier, period);
                return HalfCosine((n - steps * (length - 1) / (multiplier - 1)) / (steps * length), last);
            });

    /// <summary>From 1/steps at the first step in a line to 1, and 1 from there on. Multiply it with another schedule.</summary>
    /// <exception cref="FunctionalException">The number of steps is below 1.</exception>
    public static Schedule WarmUp(int steps) => Of(Named($"warm-up({Positive(steps)})"), n => Minimum((n + 1) / steps, 1));

    /// <summary>
    /// Cycles (Smith 2017): in a line from <paramref name="first"/> to 1 in <paramref name="up"/> steps, and back in <paramref
    /// name="down"/> steps, as many if not given; and again. After n steps, of which c cycles are whole, the height above first is
    /// multiplied by perCycleᶜ · perStepⁿ: PyTorch's CyclicLR calls the default <c>triangular</c>, perCycle = ½ <c>triangular2</c>,
    /// and perStep = γ <c>exp_range</c>.
    /// </summary>
    /// <exception cref="FunctionalException">A number of steps is below 1, or a factor is negative.</exception>
    public static Schedule Cyclic(int up, int? down = null, double first = 0.1, double perCycle = 1, double perStep = 1)
    {
        var fall = Positive(down ?? up);
        return Of(
            Named($"cyclic({Positive(up)}, {fall}, {NotNegative(first)}, {NotNegative(perCycle)}, {NotNegative(perStep)})"),
            n =>
            {
                var whole = Floor(n / ((double)up + fall));
                var at = n - whole * ((double)up + fall);
                return first
                    + (1 - first)
                        * Select(at < up, at / up, ((double)up + fall - at) / fall)
                        * Exponentially(perCycle, whole)
                        * Exponentially(perStep, n);
            });
    }

    /// <summary>
    /// One cycle (Smith, Topin 2018): along half a cosine from <paramref name="first"/> at the first step up to 1 at step rise · steps,
    /// and down to <paramref name="last"/> at the last step; last from there on. With a rise of less than one step it begins with 1.
    /// </summary>
    /// <exception cref="FunctionalException">The number of steps is below 2, or the share is not between 0 and 1.</exception>
    public static Schedule OneCycle(int steps, double rise = 0.3, double first = 0.04, double last = 4e-6) => rise is > 0 and < 1
        ? Of(Named($"one cycle({AtLeastTwo(steps)}, {rise}, {NotNegative(first)}, {NotNegative(last)})"), n =>
        {
            var up = Math.Max(rise * steps - 1, 0);
            var fall = HalfCosine(Minimum(Maximum(n - up, 0) / (steps - 1 - up), 1), last);
            return up > 0 ? Select(n < up, HalfCosine(1 - Minimum(n / up, 1), first), fall) : fall;
        })
        : throw new FunctionalException(Named($"OneCycle: the rising share {rise} is not between 0 and 1."));

    /// <summary>
    /// This schedule for a number of steps, and then the next one from its own beginning:
    /// <c>Schedule.WarmUp(100).Then(Schedule.Cosine(900), after: 100)</c>.
    /// </summary>
    /// <exception cref="FunctionalException">The number of steps is below 1.</exception>
    public Schedule Then(Schedule next, int after) =>
        Of(
            Named($"{Name} for {Positive(after)} steps, then {next.Name}"),
            n => Select(n < after, factor(n), next.factor(Maximum(n - after, 0))));

    /// <summary>The product of two schedules.</summary>
    public static Schedule operator *(Schedule a, Schedule b) => Of($"{a.Name} * {b.Name}", n => a.factor(n) * b.factor(n));

    /// <summary>The optimizer that multiplies the updates before it by the factor.</summary>
    public static implicit operator Optimizer(Schedule schedule) => Optimizer.Schedule(schedule);

    static Expr HalfCosine(Expr x, double last) => last + (1 - last) / 2 * (1 + Cos(Math.PI * x));

    static Expr Exponentially(double factor, Expr n) => Power(Expr.Constant(factor, DType.Float64), n);

    /// <summary>The whole part of a number that is not negative.</summary>
    static Expr Floor(Expr x) => x.Cast(DType.Int64).Cast(DType.Float64);

    static string Named(FormattableString text) => FormattableString.Invariant(text);

    static double NotNegative(double number) =>
        number >= 0 && double.IsFinite(number)
            ? number
            : throw new FunctionalException(Named($"Schedule: {number} is not a number, 0 or more."));

    static int AtLeastTwo(int steps) =>
        steps >= 2 ? steps : throw new FunctionalException($"OneCycle: {steps} steps have no first and last one. Give 2 or more.");

    static int Positive(int steps) => steps >= 1 ? steps : throw new FunctionalException($"Schedule: {steps} is below 1. Give 1 or more.");

    /// <summary>The schedule's name and settings.</summary>
    public override string ToString() => Name;
}
