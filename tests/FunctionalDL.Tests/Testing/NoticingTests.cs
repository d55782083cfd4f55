using FunctionalDL.Ops;
using FunctionalDL.Testing;
using static FunctionalDL.Tests.Testing.WrongSquare;

namespace FunctionalDL.Tests.Testing;

/// <summary>A law that no longer notices what it is for would never fail: each is given something wrong in just one place.</summary>
public class NoticingTests
{
    static readonly Expr X = Expr.Variable("x", [3], DType.Float64), Y = Expr.Variable("y", [3], DType.Float64);

    static readonly TensorSet Values = TensorSet.Of(("x", new[] { 0.5, -1.25, 1.5 }), ("y", new[] { 0.25, 0.75, -0.5 }));

    static ExpressionCase Case(Expr output) => ExpressionCase.Of(output, Values);

    static Expr Wrong(Rule rule, Expr x) => new(new WrongSquare(rule), x);

    static Expr WrongAt(Expr x, params int[] calls) => new(new WrongSquare(Rule.None, calls.Contains), x);

    /// <summary>The value of x, with 2x for its gradient, in the words of a square that is wrong.</summary>
    static Expr WithGradient(Func<Expr, Expr> square, Expr x) =>
        CustomGradient(v => v[0], (v, _, g) => [g * square(v[0])], x);

    static void Fails(string says, Action law) => Assert.Contains(says, Assert.Throws<LawException>(law).Message);

    /// <summary>The evaluator is asked first, then the engine with one thread and with two.</summary>
    [Fact]
    public void The_laws_of_the_engine_notice_a_wrong_value()
    {
        Laws.CompiledAgrees(Case(Sin(Wrong(Rule.None, X))));
        Fails("output 0, differ", () => Laws.CompiledAgrees(Case(WrongAt(X, 1))));
        Fails(
            "output 0 on one thread",
            () => Laws.CompiledAgrees(Case(new(new WrongSquare(Rule.None, n => n == 3) { By = 1 + 1e-12 }, X))));
        // Among several outputs.
        Fails("output 0, differ", () => Laws.CompiledAgrees(Case(Sin(WrongAt(X, 4)))));
        Laws.CompiledGradientAgrees(Case(WithGradient(x => Wrong(Rule.None, x), X)));
        Fails("output 1, differ", () => Laws.CompiledGradientAgrees(Case(WithGradient(x => WrongAt(x, 1), X))));
    }

    [Fact]
    public void The_laws_of_gradients_notice_a_wrong_one_of_any_variable()
    {
        Fails("y[", () => Laws.GradientMatchesDifferences(Case(Square(X) + Y * StopGradient(Y))));
        // Also beside elements that cannot be compared.
        var besideAKink = new ExpressionCase(Abs(X) + X * StopGradient(X), TensorSet.Of(("x", new[] { 0.0, 1, 2 })));
        Fails("gradient differs", () => Laws.GradientMatchesDifferences(besideAKink));
        var wrongInX = 2 * StopGradient(X) * X - StopGradient(Square(X));
        Laws.GradientMatchesDifferences(Case(2 * X + Square(Y)));
        Fails("gradient differs", () => Laws.SecondGradientMatchesDifferences(Case(wrongInX + Square(Y))));
        Fails("gradient differs", () => Laws.SecondGradientMatchesDifferences(Case(Square(Y) + wrongInX)));
    }

    [Fact]
    public void The_laws_of_the_transforms_notice_a_wrong_rule()
    {
        Laws.ForwardIsTheTransposeOfReverse(Case(Sin(Wrong(Rule.None, X))));
        Fails("⟨v, Jvp u⟩", () => Laws.ForwardIsTheTransposeOfReverse(Case(Sin(Wrong(Rule.Jvp, X)))));
        Laws.VmapIsALoop(Case(Sin(Wrong(Rule.None, X)) * Y));
        Fails("a loop and Vmap", () => Laws.VmapIsALoop(Case(Sin(Wrong(Rule.Batch, X)) * Y)));
        Laws.VmapIsALoop(Case(WithGradient(x => Wrong(Rule.None, x), X)));
        Fails("a loop and Vmap", () => Laws.VmapIsALoop(Case(WithGradient(x => Wrong(Rule.Batch, x), X))));
    }

    /// <summary>Whatever steep function is drawn, a mask that is lost on the way lets its infinite slope through.</summary>
    [Fact]
    public void The_law_of_branches_notices_a_lost_mask()
    {
        static int Noticed(Rule rule) => Enumerable.Range(1, 20).Count(n =>
        {
            var x = Expr.Variable("x", [n + 1], DType.Float64);
            var c = new ExpressionCase(Wrong(rule, x), TensorSet.Of(("x", Enumerable.Range(0, n + 1).Select(i => 0.2 + i).ToArray())));
            return Record.Exception(() => BranchLaws.UntakenBranchesSendNothing(c)) is LawException;
        });
        Assert.Equal(0, Noticed(Rule.None));
        Assert.InRange(Noticed(Rule.Mask), 5, 20);
    }

    /// <summary>A square of a number is computed where it is simplified: there it is wrong.</summary>
    [Fact]
    public void The_laws_of_Simplify_notice_a_wrong_value()
    {
        Expr Scaled(params int[] wrong) => X * WrongAt(Expr.Constant(1.5), wrong);
        Laws.SimplificationKeepsTheValue(Case(Scaled()));
        Fails("an expression and its simplification", () => Laws.SimplificationKeepsTheValue(Case(Scaled(1))));
        // 0 · ∞ is no number, and 0 where it is simplified.
        var infinite = new ExpressionCase(0 * Exp(X), TensorSet.Of(("x", new[] { 1.0, 1000, 1 })));
        Fails("a gradient and its simplification", () => Laws.SimplificationKeepsTheGradient(infinite));
        SimplificationLaws.KeepsValue(Case(Scaled()));
        Fails("an expression and its simplification", () => SimplificationLaws.KeepsValue(Case(Scaled(1))));
        SimplificationLaws.KeepsGradient(Case(Scaled()));
        Fails("a gradient and its simplification", () => SimplificationLaws.KeepsGradient(Case(Scaled(1))));
        Fails("the gradients of an expression and of its simplification", () => SimplificationLaws.KeepsGradient(Case(Scaled(2))));
    }

    /// <summary>A square that is wrong one time while a derivation is made is wrong in its formula, or in its value.</summary>
    [Fact]
    public void The_law_of_derivations_notices_a_wrong_formula_and_a_wrong_value()
    {
        static ExpressionCase Times(WrongSquare square) =>
            new(Sin(Expr.Variable("x")) * new Expr(square, Expr.Constant(1.5)), TensorSet.Of(("x", 0.5)));
        var counted = new WrongSquare(Rule.None, _ => false);
        Times(counted).Output.Derivation(Expr.Variable("x"), Times(counted).Values);
        // Before that the square is asked for twice, to see whether the case is well conditioned.
        string[] noticed = [.. Enumerable.Range(3, counted.Calls)
            .Select(call => Record.Exception(() => SimplificationLaws.DerivationIsTheGradient(Times(new(Rule.None, n => n == call)))))
            .OfType<LawException>().Select(e => e.Message)];
        Assert.Contains(noticed, message => message.Contains("the formula of its derivation"));
        Assert.Contains(noticed, message => message.Contains("the value of its derivation"));
        SimplificationLaws.DerivationIsTheGradient(Times(new(Rule.None)));
    }

    /// <summary>In exact arithmetic a difference of one part in a thousand million counts, and a value that is lost.</summary>
    [Fact]
    public void Exact_values_are_compared_exactly()
    {
        var (x, c) = (Expr.Variable("x"), new ExpressionCase(Expr.Variable("x"), TensorSet.Of(("x", 1.0))));
        void Same(Expr before, Expr after) => SimplificationLaws.SameExactly("a and b", [before], [after], c);
        Same(Square(x + 1), Square(x) + 2 * x + 1);
        Same(Square(Sin(x)) + Square(Cos(x)), Full(x, 1));
        Same(Sqrt(Square(x)), Abs(x));
        Fails("is expected", () => Same(Square(x + 1), Square(x) + 2 * x + (1 + 1.0 / (1 << 20))));
        Fails("is expected", () => Same(Sqrt(Square(x)), x));
        Fails("is expected", () => Same(Cos(-x), -Cos(x)));
        Fails("there is no value", () => Same(x, x + 0 * Log(-1 - Square(x))));
        Fails("there is no value", () => Same(x, x + 0 / (x - x)));
    }

    [Theory]
    [InlineData(9, 4, 3, 2)]
    [InlineData(0, 1, 0, 1)]
    [InlineData(2, 1, null, null)]
    [InlineData(4, 3, null, null)]
    [InlineData(-1, 1, null, null)]
    public void A_fraction_has_a_root_where_that_is_one(int above, int below, int? rootAbove, int? rootBelow) =>
        Assert.Equal(rootAbove is { } a ? new Rational(a, rootBelow!.Value) : null, new Rational(above, below).Root());
}
