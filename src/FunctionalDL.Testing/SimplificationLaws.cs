namespace FunctionalDL.Testing;

/// <summary>
/// Laws of <see cref="Simplifier"/> that hold for every expression. Each returns where the law holds and throws where it does not, naming
/// the values that differ.
/// </summary>
/// <exception cref="LawException">The law does not hold.</exception>
public static class SimplificationLaws
{
    const int Points = 4;

    /// <summary>How far rounding may move a value: rules regroup sums and products.</summary>
    const double Rounding = 100;

    /// <summary>An expression and its simplification have one value.</summary>
    public static void KeepsValue(ExpressionCase c) => Same("an expression and its simplification", [c.Output], [c.Output.Simplify()], c);

    /// <summary>The value is kept in exact arithmetic at points where the expression has one, negative numbers and 0 among them.</summary>
    public static void KeepsExactValue(ExpressionCase c) =>
        SameExactly("an expression and its simplification", [c.Output], [c.Output.Simplify()], c);

    /// <summary>A gradient, its simplification, and the gradient of the simplification have one value, also in exact arithmetic.</summary>
    public static void KeepsGradient(ExpressionCase c)
    {
        var x = c.FloatVariables;
        if (x.Count == 0 || !c.Output.DType.IsFloat()) return;
        Expr[] gradient = Sum(c.Output).Gradient(x), after = Simplifier.Simplify(gradient), ofSimple = Sum(c.Output.Simplify()).Gradient(x);
        Same("a gradient and its simplification", gradient, after, c);
        SameExactly("a gradient and its simplification", gradient, after, c);
        Same("the gradients of an expression and of its simplification", gradient, ofSimple, c);
    }

    /// <summary>
    /// <see cref="Function.Gradient()"/> has the value of the gradient that is not simplified, and so has its own gradient.
    /// </summary>
    public static void FunctionGradientIsTheGradient(ExpressionCase c)
    {
        if (c.FloatVariables.Count == 0 || !c.Output.DType.IsFloat()) return;
        var f = Function.Of([.. c.Variables.Where(v => v.DType.IsFloat())], Sum(c.Output));
        Expr[] gradient = f.Body.Gradient([.. f.Variables]), shown = [.. f.Gradient().Results];
        Same("a gradient and Function.Gradient", gradient, shown, c);
        SameExactly("a gradient and Function.Gradient", gradient, shown, c);
        Expr[] second = Sum(gradient[0]).Gradient([.. f.Variables]),
            shownSecond = [.. Function.Of([.. f.Variables], Sum(shown[0])).Gradient().Results];
        Same("a second gradient and that of Function.Gradient", second, shownSecond, c);
        SameExactly("a second gradient and that of Function.Gradient", second, shownSecond, c);
    }

    /// <summary>A derivation ends in the gradient that is not simplified, as a formula and as a number.</summary>
    public static void DerivationIsTheGradient(ExpressionCase c)
    {
        if (c.FloatVariables.Count == 0 || !c.Output.DType.IsFloat()) return;
        var (y, x) = (Sum(c.Output), c.FloatVariables[0]);
        var gradient = y.Gradient(x);
        if (!IsTame([gradient], c)) return;
        var derivation = y.Derivation(x, c.Values);
        Same("a gradient and the formula of its derivation", [gradient], [derivation.Derivative], c);
        Laws.SameValue(
            "a gradient and the value of its derivation",
            gradient.Evaluate(c.Values),
            derivation.Value!,
            Rounding * c.Tolerance);
    }

    static void Same(string what, Expr[] before, Expr[] after, ExpressionCase c)
    {
        foreach (var (expected, actual) in before.Zip(after))
            if (IsTame([expected], c)) Laws.SameValue(what, expected.Evaluate(c.Values), actual.Evaluate(c.Values), Rounding * c.Tolerance);
    }

    /// <summary>Whether rounding moves the value of no part by much.</summary>
    static bool IsTame(Expr[] expressions, ExpressionCase c) =>
        expressions.All(e => Trace.Accepts(ExpressionCase.Of(e, c.Values), AlgebraicBuilder.Options));

    internal static void SameExactly(string what, Expr[] before, Expr[] after, ExpressionCase c)
    {
        var sizes = Evaluator.Bind(c.Variables, c.Values);
        var rounding = before.Concat(after).Any(e => e.DType == DType.Float32) ? 1e-6 : 1e-12;
        for (var i = 0; i < Points; i++)
        {
            var random = new Random(31 * i + before.Length);
            var point = c.Variables.ToDictionary(v => v.VariableName!, v => Point(random, (int)v.Shape.Resolve(sizes).ElementCount));
            var values = new ExactValues(point, rounding, random);
            foreach (var (expected, actual) in before.Zip(after))
            {
                if (values.Of(expected, sizes) is not { } right) continue;
                var given = values.Of(actual, sizes);
                if (given is null && values.IsUndefined) throw Differ($"{string.Join(" ", right)} is expected, there is no value");
                // What has no fraction as its value any more, such as a root of another number, is left to the laws in floats.
                if (given is null) continue;
                for (var element = 0; element < right.Length; element++)
                    if (!AreEqual(right[element], given[element], actual))
                        throw Differ($"{right[element]} is expected, {given[element]} was given");

                LawException Differ(string how) =>
                    new(
                        $"Laws: {what} differ at {string.Join(", ", point.Select(p => $"{p.Key} = {string.Join(" ", p.Value)}"))}: {how} "
                            + $"by {actual}."
                    );
            }
        }
    }

    /// <summary>Fractions that often have a root, now and then 0.</summary>
    static Rational[] Point(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Fraction(random))];

    static Rational Fraction(Random random)
    {
        var root = new Rational(random.Next(1, 6), random.Next(1, 5));
        if (random.Next(12) == 0) return 0;
        return random.Next(3) == 0 ? -root : root * root;
    }

    /// <summary>Exactly equal, unless numbers were combined that floats round.</summary>
    static bool AreEqual(Rational expected, Rational actual, Expr simplified)
    {
        if (expected == actual)
            return true;
        var isRounded =
            simplified.DType == DType.Float32
            || Graph.TopologicalOrder(simplified).Any(node => node.ConstantValue is { } value && !HasShortOnes(value));
        return isRounded
            && (expected - actual).Abs().ToDouble()
                <= (simplified.DType == DType.Float32 ? 1e-4 : 1e-9) * Math.Max(1, expected.Abs().ToDouble());
    }

    static bool HasShortOnes(Tensor value) => Enumerable.Range(0, value.Count).All(i => Rational.Of(value.GetDouble(i)).IsShort);
}
