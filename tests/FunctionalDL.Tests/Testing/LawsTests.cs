using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Testing;

/// <summary>The laws hold for what is right and say what is wrong, for functions of one's own as well.</summary>
public class LawsTests
{
    static readonly Expr X = Expr.Variable("x", ["n"]);
    static readonly TensorSet Values = TensorSet.Of(("x", new[] { -1.5f, 0.2f, 0.9f }));

    static void Fails(string says, Action law) => Assert.Contains(says, Assert.Throws<LawException>(law).Message);

    [Fact]
    public void A_right_composite_obeys_them()
    {
        var swish = new ExpressionCase(X * Sigmoid(X), Values);
        Laws.GradientMatchesDifferences(swish, 1e-8);
        Laws.SecondGradientMatchesDifferences(swish);
        Laws.VjpIsLinear(swish);
        Laws.AgreesWithReference(swish, outputs => values => [.. outputs.Select(o => o.Evaluate(values))]);
    }

    [Fact]
    public void A_gradient_that_is_stopped_where_it_should_not_be_is_found() =>
        Fails("x[", () => Laws.GradientMatchesDifferences(new(X * StopGradient(X), Values)));

    [Fact]
    public void A_wrong_second_gradient_is_found()
    {
        // The first gradient of this is right, 2x; the gradient of that is 0 instead of 2.
        var y = 2 * StopGradient(X) * X - StopGradient(Square(X));
        Laws.GradientMatchesDifferences(new(2 * X, Values));
        Fails("gradient differs", () => Laws.SecondGradientMatchesDifferences(new(y, Values)));
    }

    [Fact]
    public void An_evaluator_that_is_off_is_found_with_the_element() =>
        Fails(
            "element 1 of float32[3]",
            () =>
                Laws.AgreesWithReference(
                    new(Tanh(X), Values),
                    outputs => values => [Tensor.Vector(MathF.Tanh(-1.5f), 0.3f, MathF.Tanh(0.9f))]));

    [Fact]
    public void Shapes_dtypes_and_NaN_are_told_apart()
    {
        Fails("float32[2] was given", () => Laws.SameValue("a", Tensor.Vector(1f), Tensor.Vector(1f, 2), 1));
        Fails("float64[1] was given", () => Laws.SameValue("a", Tensor.Vector(1f), Tensor.Vector(1.0), 1));
        Fails("NaN was given", () => Laws.SameValue("a", Tensor.Vector(1f), Tensor.Vector(float.NaN), 1));
        foreach (var other in new[] { 0f, float.MaxValue, float.PositiveInfinity, float.NaN })
        {
            Fails(
                $"{(double)other:R} was given",
                () => Laws.SameValue("a", Tensor.Vector(float.NegativeInfinity), Tensor.Vector(other), 1));
            Fails("-Infinity was given", () => Laws.SameValue("a", Tensor.Vector(other), Tensor.Vector(float.NegativeInfinity), 1));
        }
        Fails("2001 was given", () => Laws.SameValue("a", Tensor.Vector(2000L), Tensor.Vector(2001L), 1));
        Fails("9007199254740993 was given", () => Laws.SameValue("a", Tensor.Vector(1L << 53), Tensor.Vector((1L << 53) + 1), 1));
        Fails("False was given", () => Laws.SameValue("a", Tensor.Vector(true), Tensor.Vector(false), 1));
        Laws.SameValue("a", Tensor.Vector(float.NaN, float.PositiveInfinity), Tensor.Vector(float.NaN, float.PositiveInfinity), 0);
    }

    [Fact]
    public void A_law_takes_names_that_the_case_does_not_have() =>
        Laws.GradientMatchesDifferences(new(Sin(Expr.Variable("g")), TensorSet.Of(("g", 1.0))));
}
