using System.Runtime.Intrinsics;
using FunctionalDL.Engine;
using FunctionalDL.Ops;
using Xunit.Abstractions;

namespace FunctionalDL.Tests.Engine;

public class SinglesTests(ITestOutputHelper output)
{
    /// <summary>
    /// The float32 functions against float64 over a dense sample of all bit patterns, and their largest error in units of the last place.
    /// </summary>
    public static TheoryData<string, double> Functions => new()
    {
        { "exp", 1.5 }, { "log", 1.5 }, { "tanh", 2 }, { "sigmoid", 3 }, { "erf", 2 }, { "expm1", 4 }, { "log1p", 4 }, { "softplus", 4 },
    };

    /// <summary>Every so many bit patterns one is tried; set the variable to 1 to try all, which takes minutes.</summary>
    static readonly uint Stride = uint.Parse(Environment.GetEnvironmentVariable("FUNCTIONALDL_ULP_STRIDE") ?? "4793");

    static (Func<Vector512<float>, Vector512<float>> Vector, Func<double, double> Exact) Find(string name) => name switch
    {
        "exp" => (Exp<float>.Apply, Math.Exp),
        "log" => (Log<float>.Apply, Math.Log),
        "tanh" => (Tanh<float>.Apply, Math.Tanh),
        "sigmoid" => (Sigmoid<float>.Apply, SpecialValues.Sigmoid),
        "erf" => (Erf<float>.Apply, MathNet.Numerics.SpecialFunctions.Erf),
        "expm1" => (Expm1<float>.Apply, SpecialValues.Expm1),
        "log1p" => (Log1P<float>.Apply, SpecialValues.Log1P),
        _ => (Softplus<float>.Apply, x => Math.Max(x, 0) + SpecialValues.Log1P(Math.Exp(-Math.Abs(x)))),
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Errors_stay_within_the_stated_bound(string name, double bound)
    {
        var (vector, exact) = Find(name);
        double worst = 0;
        var at = 0f;
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Stride)
        {
            var x = BitConverter.UInt32BitsToSingle((uint)bits);
            var (y, expected) = (vector(Vector512.Create(x))[3], exact(x));
            var error = Ulps(y, expected);
            if (error > worst) (worst, at) = (error, x);
        }
        var found = $"{name}({at:R}) = {vector(Vector512.Create(at))[0]:R}, exactly {exact(at):R}: {worst:F2} ulp, the bound is {bound}";
        output.WriteLine(found);
        Assert.True(worst <= bound, found);
    }

    /// <summary>
    /// Where gelu x is far smaller than x, as 1 + erf is for x below 0, its error is one of x: at most 2 units in the last place of x.
    /// </summary>
    [Fact]
    public void Errors_of_gelu_stay_within_the_stated_bound()
    {
        var bits = Enumerable
            .Range(0, 200_000)
            .Select(i => BitConverter.UInt32BitsToSingle((uint)i * 21_473))
            .Where(x => Math.Abs(x) < 1e30)
            .ToArray();
        var x = Expr.Variable("x", [bits.Length]);
        foreach (var (at, y) in bits.Zip(Gelu(x).Compile().Run(("x", Tensor.Vector(bits)))[0].ToArray<float>()))
        {
            var exact = 0.5 * at * (1 + MathNet.Numerics.SpecialFunctions.Erf(at / Math.Sqrt(2)));
            Assert.True(Distance(y, exact, at) <= 2, $"gelu({at:R}) = {y:R}, exactly {exact:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Special_values_are_those_of_float64(string name, double bound)
    {
        var (vector, exact) = Find(name);
        foreach (
            var x in (float[])
                [
                    float.NaN,
                    float.PositiveInfinity,
                    float.NegativeInfinity,
                    0,
                    -0f,
                    float.Epsilon,
                    -float.Epsilon,
                    float.MaxValue,
                    float.MinValue,
                    1,
                    -1,
                ])
            Assert.True(
                Ulps(vector(Vector512.Create(x))[0], exact(x)) <= bound,
                $"{name}({x}) = {vector(Vector512.Create(x))[0]}, exactly {exact(x)}");
    }

    /// <summary>What vanishes far out is 0 there, not the least number above it, which is no further off than the bound allows.</summary>
    [Fact]
    public void What_vanishes_is_zero()
    {
        var x = Expr.Variable("x", ["n"]);
        foreach (var y in (Expr[])[Exp(x), Sigmoid(x), Softplus(x), 1 + Erf(x), 1 + Tanh(x), Expm1(x) + 1])
            Assert.Equal([0f, 0, 0], y.Compile().Run(("x", Tensor.Vector(float.NegativeInfinity, -1e30f, -200)))[0].ToArray<float>());
    }

    /// <summary>The distance of y from the exact value in units of the last place of the exact value rounded to float32.</summary>
    static double Ulps(float y, double exact)
    {
        var rounded = (float)exact;
        if (float.IsNaN(rounded)) return float.IsNaN(y) ? 0 : double.PositiveInfinity;
        if (y == rounded) return Distance(y, exact, rounded);
        return float.IsFinite(rounded) && float.IsFinite(y) ? Distance(y, exact, rounded) : double.PositiveInfinity;
    }

    static double Distance(float y, double exact, float rounded) => float.IsInfinity(rounded) ? 0
        : Math.Abs(y - exact) / Math.Max((double)MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded), float.Epsilon);
}
