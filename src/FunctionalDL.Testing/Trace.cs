using System.Numerics;
using FunctionalDL.Ops;

namespace FunctionalDL.Testing;

/// <summary>
/// The values of a growing set of nodes, computed node by node as they are added, and whether they are tame: well conditioned and not huge.
/// </summary>
/// <remarks>
/// Everything is computed twice, the second time with up to two parts in a million of noise on each variable and each rounded result. A
/// node whose value then moves by more than one part in ten thousand is refused. That keeps logarithms from 0, differences from
/// cancelling and relations from near ties, for any op. An op whose value jumps is also looked at with more noise the other way, as it
/// tells elements apart that differ by rounding alone. Where special values are wanted the noise is relative, so that 0 and infinities
/// stay what they are. A value of an elementary function so small that it has lost digits is refused, as an evaluator may take it for 0,
/// and so is a sum whose terms are so large that their rounding is all that is left.
/// </remarks>
sealed class Trace(Sizes sizes, ExpressionOptions options)
{
    const double Noise = 2e-6, MayMove = 1e-4;
    const long LargestWhole = 1 << 20;

    readonly Dictionary<Expr, (Tensor At, Tensor Near)> values = [];

    double LargestReal => options.SpecialValues ? 1e15 : 50;

    public Tensor this[Expr node] => values[node].At;

    public void Add(Expr variable, Tensor value) => values[variable] = (value, Noisy(value));

    /// <summary>Adds a node and those it depends on, unless one of them is not allowed or not tame.</summary>
    public bool TryAdd(Expr expression)
    {
        foreach (var node in Graph.TopologicalOrder(expression))
        {
            if (values.ContainsKey(node)) continue;
            var type = node.Type.Resolve(sizes);
            if (!options.DTypes.Contains(node.DType) || !options.Allows(node) || !options.EmptyTensors && type.Shape.ElementCount == 0)
                return false;
            Tensor Compute(Func<Expr, Tensor> input) => node.Op.Evaluate([.. node.Inputs.Select(input)], type, sizes);
            var (at, near) = (Compute(x => values[x].At), Compute(x => values[x].Near));
            // A key has any 64 bits, which are whole and have no noise.
            if (node.Op is not FoldKeyOp && !IsTame(at, near) || node.Op is UnaryOp or PowerOp && HasLostDigits(at))
                return false;
            if (options.SpecialValues && node.Op is ScanOp loop && !HasTameSteps(loop, [.. node.Inputs.Select(x => values[x])]))
                return false;
            if (node.Op is EqualOp && AreNearlyEqual(values[node.Inputs[0]].At, values[node.Inputs[1]].At))
                return false;
            if (node.Op is PowerOp && HasUncertainSign(values[node.Inputs[0]], values[node.Inputs[1]]))
                return false;
            if ((Jumps(node.Op) || options.SpecialValues && Ends(node.Op)) && !IsTame(at, Compute(x => Opposite(values[x]))))
                return false;
            if (options.SpecialValues && (Adds(node.Op) || node.Op is MultiplyOp))
            {
                var total = Compute(x => Absolute(values[x].At));
                if (Cancels(total, at) || Vanishes(total, Compute(x => IsNotZero(values[x].At)))) return false;
            }
            values[node] = (at, Rounds(node.Op) ? Noisy(near) : near);
        }
        return true;
    }

    /// <summary>Whether all that a loop computes on its way is tame, too.</summary>
    bool HasTameSteps(ScanOp loop, (Tensor At, Tensor Near)[] inputs)
    {
        var body = loop.Body;
        var (first, end) = (body.Carries.Length, body.Carries.Length + body.Elements.Length);
        var length = inputs[first].At.Shape[0].Size;
        var any = ExpressionOptions.Any with { SpecialValues = true };
        for (var step = 0; step < length; step++)
        {
            var t = body.IsReversed ? length - 1 - step : step;
            var inner = new Trace(sizes, any);
            foreach (var (i, variable) in body.Variables.Index())
                inner.values[variable] =
                    i >= first && i < end ? (ScanOp.Element(inputs[i].At, t), ScanOp.Element(inputs[i].Near, t)) : inputs[i];
            if (!body.Outputs.All(inner.TryAdd))
                return false;
            for (var i = 0; i < first; i++)
                inputs[i] = inner.values[body.Next[i]];
        }
        return true;
    }

    /// <summary>Whether a whole case is allowed and tame.</summary>
    /// <exception cref="FunctionalException">A value does not fit its variable, or an op is not defined for a value.</exception>
    public static bool Accepts(ExpressionCase c, ExpressionOptions options)
    {
        if (!options.AllowsOutput(c.Output) || !options.EmptyTensors && c.Values.Values.Any(v => v.Count == 0)) return false;
        var trace = new Trace(Evaluator.Bind(c.Variables, c.Values), options);
        foreach (var node in Graph.TopologicalOrder(c.Output))
            if (node.VariableName is { } name) trace.Add(node, c.Values[name]);
        return trace.TryAdd(c.Output);
    }

    /// <summary>Whether an op computes new numbers, rather than moving, choosing or negating those it is given.</summary>
    static bool Rounds(Op op) =>
        op
            is UnaryOp
                or AddOp
                or SubtractOp
                or MultiplyOp
                or DivideOp
                or PowerOp
                or Atan2Op
                or RemainderOp
                or SumOp
                or MatMulOp
                or ScatterAddOp
                or CumulativeSumOp
                or ConvolutionOp
                or MaxPoolGradientOp
                or ScanOp;

    /// <summary>Whether the value of an op may change much where its inputs change little.</summary>
    static bool Jumps(Op op) =>
        op is ComparisonOp or SignOp or FloorOp or RoundOp or RemainderOp or Atan2Op
        || op is ArgMaxOp or MaxPoolGradientOp or MaxPoolTangentOp or TopKOp { Result: 1 }
        || op is CastOp cast && !cast.To.IsFloat();

    /// <summary>Whether an op has values on one side of a number only, and NaN on the other.</summary>
    static bool Ends(Op op) => op is SqrtOp or LogOp or Log1POp or PowerOp or AsinOp or AcosOp or AcoshOp or AtanhOp;

    /// <summary>Whether a negative number is raised to one that rounding may make whole, or not.</summary>
    static bool HasUncertainSign((Tensor At, Tensor Near) x, (Tensor At, Tensor Near) y) => Enumerable.Range(0, x.At.Count).Any(i =>
        (x.At.GetDouble(i) < 0 || x.Near.GetDouble(i) < 0) && !y.At.GetDouble(i).Equals(y.Near.GetDouble(i)));

    /// <summary>Whether some elements may be equal but for rounding, which no noise shows, as then they are unequal too.</summary>
    static bool AreNearlyEqual(Tensor a, Tensor b) => a.DType.IsFloat() && Enumerable.Range(0, a.Count).Any(i =>
        a.GetDouble(i) != b.GetDouble(i) && Math.Abs(a.GetDouble(i) - b.GetDouble(i)) <= MayMove * Math.Max(1, Math.Abs(a.GetDouble(i))));

    /// <summary>A value on the other side of that without noise, and further away.</summary>
    static Tensor Opposite((Tensor At, Tensor Near) value)
    {
        const double further = 8;
        if (!value.At.DType.IsFloat()) return value.At;
        var (at, near) = (value.At.Cast(DType.Float64).As<double>(), value.Near.Cast(DType.Float64).As<double>());
        static double Beyond(double a, double n) => double.IsFinite(a) && double.IsFinite(n) ? a - further * (n - a) : a;
        return BinaryOp.Zip<double, double>(at, near, Beyond).Cast(value.At.DType);
    }

    /// <summary>Whether an op is a sum of many terms, in an order of its own.</summary>
    static bool Adds(Op op) => op is SumOp or MatMulOp or ScatterAddOp or CumulativeSumOp or ConvolutionOp or MaxPoolGradientOp;

    static Tensor Absolute(Tensor value) => value.DType.IsFloat() ? new Expr(new AbsOp(), Expr.Constant(value)).Evaluate() : value;

    /// <summary>
    /// Whether the terms of a sum, all taken positive, are much larger than it: large ones cancel, and their rounding stays.
    /// </summary>
    static bool Cancels(Tensor total, Tensor sum)
    {
        const double most = 50;
        return total.DType.IsFloat() && Enumerable.Range(0, sum.Count).Any(i =>
            double.IsFinite(sum.GetDouble(i)) && total.GetDouble(i) > most * Math.Max(1, Math.Abs(sum.GetDouble(i))));
    }

    /// <summary>
    /// Whether terms that are not 0 come to a number too small for all its digits: whether they are rounded one by one decides over the
    /// sign of what is left.
    /// </summary>
    static bool Vanishes(Tensor total, Tensor terms)
    {
        var smallest = total.DType == DType.Float32 ? 1.17549435e-38 : 2.2250738585072014e-308;
        return total.DType.IsFloat() && Enumerable.Range(0, total.Count).Any(i => total.GetDouble(i) < smallest && terms.GetDouble(i) > 0);
    }

    /// <summary>1 for each element that is not 0, and 0 for others.</summary>
    static Tensor IsNotZero(Tensor value) => !value.DType.IsFloat() ? value
        : value.Cast(DType.Float64).As<double>().Map(v => v == 0 ? 0.0 : 1).Cast(value.DType);

    static bool HasLostDigits(Tensor value) => value.DType.IsFloat() && value.DType.VisitReals<LostDigits, bool>(new(value));

    readonly struct LostDigits(Tensor value) : IRealVisitor<bool>
    {
        public bool Visit<T>()
            where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => value.In<T>().Span.ToArray().Any(T.IsSubnormal);
    }

    bool IsTame(Tensor at, Tensor near)
    {
        for (var i = 0; i < at.Count; i++)
        {
            var (a, b) = (at.GetDouble(i), near.GetDouble(i));
            if (!options.SpecialValues && !(Math.Abs(a) <= (at.DType.IsFloat() ? LargestReal : LargestWhole)))
                return false;
            if (double.IsFinite(a) && at.DType.IsFloat() && Math.Abs(a) > LargestReal)
                return false;
            if (!a.Equals(b) && !(at.DType.IsFloat() && double.IsFinite(a) && Math.Abs(a - b) <= MayMove * Math.Max(1, Math.Abs(a))))
                return false;
        }
        return true;
    }

    /// <summary>The value with noise on each element that depends on how many values there are, so that equal ones part.</summary>
    Tensor Noisy(Tensor value)
    {
        if (!value.DType.IsFloat()) return value;
        var i = 31L * values.Count;
        // Hardly ever are large terms that cancel moved so that they still do.
        double Part() => RandomValues.Mix((ulong)i++) * Math.ScaleB(1, -63) - 1;
        double Moved(double v) => v + Part() * Noise * (options.SpecialValues ? Math.Abs(v) : Math.Max(1, Math.Abs(v)));
        return value.Cast(DType.Float64).As<double>().Map(v => double.IsFinite(v) ? Moved(v) : v).Cast(value.DType);
    }
}
