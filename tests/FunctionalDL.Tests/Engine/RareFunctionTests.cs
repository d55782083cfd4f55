namespace FunctionalDL.Tests.Engine;

/// <summary>The functions that the engine takes one element at a time: their errors in units of the last place.</summary>
public class RareFunctionTests
{
    const double BoundOfSingles = 2, BoundOfDoubles = 2;

    static readonly (string Name, Func<Expr, Expr> Of, Func<double, double> Exact)[] Functions =
    [
        ("tan", Tan, Math.Tan), ("asin", Asin, Math.Asin), ("acos", Acos, Math.Acos), ("sinh", Sinh, Math.Sinh), ("cosh", Cosh, Math.Cosh),
        ("asinh", Asinh, Math.Asinh), ("acosh", Acosh, Math.Acosh), ("atanh", Atanh, Math.Atanh),
        ("floor", x => Floor(x), Math.Floor), ("round", x => Round(x), Math.Round),
    ];

    public static TheoryData<string> Names => [.. Functions.Select(f => f.Name)];

    /// <summary>A dense sample of all bit patterns, NaN and infinities among them, against float64.</summary>
    [Theory, MemberData(nameof(Names))]
    public void In_float32_they_are_float64_rounded_but_for_the_last_digits(string name)
    {
        var (_, f, exact) = Functions.First(g => g.Name == name);
        float[] at = [.. Enumerable.Range(0, 400_000).Select(i => BitConverter.UInt32BitsToSingle((uint)i * 10_737)), 0, -0f, 1, -1, 0.5f];
        var y = f(Expr.Variable("x", [at.Length])).Compile().Run(("x", Tensor.Vector(at)))[0].ToArray<float>();
        foreach (var (i, x) in at.Index())
        {
            var expected = exact(x);
            var rounded = (float)expected;
            var unit = Math.Max((double)MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded), float.Epsilon);
            var isNear = rounded.Equals(y[i]) || float.IsFinite(rounded) && Math.Abs(y[i] - expected) <= BoundOfSingles * unit;
            Assert.True(isNear, $"{name}({x:R}) is {y[i]:R}, exactly {expected:R}");
        }
    }

    /// <summary>A function, a number, and the value there of 60 digits computed elsewhere and rounded.</summary>
    public static TheoryData<string, double, double> Doubles => new()
    {
        { "tan", 1e-300, 1e-300 }, { "tan", 0.5, 0.5463024898437905 }, { "tan", 1.5, 14.101419947171719 },
        { "tan", 1.5707963267948966, 1.633123935319537e+16 }, { "tan", -1.6, 34.232532735557314 }, { "tan", 3, -0.1425465430742778 },
        { "tan", 10, 0.6483608274590866 }, { "tan", 1e5, -0.035771662952898776 }, { "tan", 1e22, -1.6287782256068988 },
        { "asin", 1e-300, 1e-300 }, { "asin", 0.1, 0.1001674211615598 }, { "asin", 0.5, 0.5235987755982989 },
        { "asin", -0.7, -0.775397496610753 }, { "asin", 0.9999999999999999, 1.5707963118937354 }, { "asin", 1, 1.5707963267948966 },
        { "acos", 1e-300, 1.5707963267948966 }, { "acos", 0.5, 1.0471975511965979 }, { "acos", -0.7, 2.3461938234056494 },
        { "acos", 0.9999999999999999, 1.4901161193847656e-08 }, { "acos", -0.9999999999999999, 3.141592638688632 },
        { "sinh", 1e-300, 1e-300 }, { "sinh", 1e-8, 1e-8 }, { "sinh", 0.3, 0.3045202934471426 }, { "sinh", 1, 1.1752011936438014 },
        { "sinh", 20, 242582597.70489514 }, { "sinh", 709, 4.109203730777486e+307 }, { "sinh", -710.4, -1.6663642832806496e+308 },
        { "cosh", 1e-8, 1 }, { "cosh", 0.3, 1.0453385141288605 }, { "cosh", 1, 1.5430806348152437 }, { "cosh", -2.5, 6.132289479663686 },
        { "cosh", 50, 2.592352764293536e+21 }, { "cosh", -710.4, 1.6663642832806496e+308 },
        { "asinh", 1e-300, 1e-300 }, { "asinh", 1e-8, 1e-8 }, { "asinh", 0.1, 0.09983407889920756 }, { "asinh", 2, 1.4436354751788103 },
        { "asinh", -10, -2.99822295029797 }, { "asinh", 1e8, 19.11382792451231 }, { "asinh", -1e300, -691.4686750787737 },
        { "acosh", 1.0000000000000002, 2.1073424255447014e-08 }, { "acosh", 1.0001, 0.014142017775251545 },
        { "acosh", 2, 1.3169578969248168 }, { "acosh", 10, 2.993222846126381 }, { "acosh", 1e300, 691.4686750787737 },
        { "atanh", 1e-300, 1e-300 }, { "atanh", 1e-8, 1e-8 }, { "atanh", 0.1, 0.10033534773107558 },
        { "atanh", -0.5, -0.5493061443340549 }, { "atanh", 0.9, 1.4722194895832204 }, { "atanh", 0.9999999999999999, 18.714973875118524 },
    };

    [Theory, MemberData(nameof(Doubles))]
    public void In_float64_they_are_right_but_for_the_last_digits(string name, double x, double expected)
    {
        var y = Functions.First(f => f.Name == name).Of(Expr.Variable("x"));
        foreach (var value in (double[])[y.Evaluate(("x", x)).ToScalar(), y.Compile().Run(("x", x))[0].ToScalar()])
            Assert.True(
                Math.Abs(value - expected) <= BoundOfDoubles * (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected)),
                $"{name}({x:R}) is {value:R}, exactly {expected:R}");
    }
}
