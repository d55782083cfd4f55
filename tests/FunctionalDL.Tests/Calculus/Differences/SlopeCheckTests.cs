namespace FunctionalDL.Tests.Calculus;

/// <summary>What a slope is taken for where values are not those of a smooth function.</summary>
public class SlopeCheckTests
{
    static readonly Expr Part = Expr.Variable("part");

    /// <summary>Compares 1 with the slope at 0 of h·q, where q is given by the level of the step h.</summary>
    static SlopeComparison Compare(Func<int, double> quotient, bool isEven, bool isCrossed)
    {
        Sample At(double offset)
        {
            var level = (int)Math.Round(Math.Log(new Steps(0).At(0) / Math.Abs(offset), Steps.Factor));
            return new(offset, (isEven ? Math.Abs(offset) : offset) * quotient(level), []);
        }
        return new SlopeCheck(new(0, 0, []), At, 0, (_, _, _) => isCrossed ? Part : null, 1, 0, 0, 1e-6).Compare();
    }

    /// <summary>Two steps that agree by chance, with 1.5, do not refute a derivative.</summary>
    [Fact]
    public void One_quotient_alone_proves_nothing()
    {
        static double Noisy(int level) => level % 2 == 0 ? 1000 : -1000;
        GradientVerdict Verdict(int last) =>
            Compare(level => level >= 4 && level <= last ? 1.5 : Noisy(level), isEven: false, isCrossed: false).Verdict;
        Assert.Equal(GradientVerdict.CannotBeCompared, Verdict(last: 5));
        Assert.Equal(GradientVerdict.Disagrees, Verdict(last: 8));
    }

    [Fact]
    public void The_slopes_at_a_kink_are_said_where_they_are_known()
    {
        Assert.Equal("the slope is -2 from below and 2 from above", Compare(_ => 2, isEven: true, isCrossed: true).Reason);
        Assert.StartsWith("difference quotients", Compare(level => 2 + 0.04 * (level % 2), isEven: true, isCrossed: true).Reason);
    }

    /// <summary>A kink counts wherever it lies between the outermost of three samples.</summary>
    [Theory]
    [InlineData(-1.1, false)]
    [InlineData(-0.9, true)]
    [InlineData(0.1, true)]
    [InlineData(0.9, true)]
    [InlineData(1.1, false)]
    public void A_kink_between_samples_is_crossed(double kink, bool isCrossed)
    {
        var y = Relu(Expr.Variable("x") - kink);
        TensorSet Point(double x) => TensorSet.Of(("x", x));
        var suspects = new Suspects(y, Point(0));
        Sample At(double x) => new(x, y.Evaluate(Point(x)).ToScalar(), Evaluator.Evaluate(suspects.Watched, Point(x)));
        Assert.Equal(isCrossed, suspects.Crossed(At(-1), At(0), At(1)) is not null);
    }
}
