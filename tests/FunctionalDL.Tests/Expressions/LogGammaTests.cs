namespace FunctionalDL.Tests.Expressions;

/// <summary>ln Γ and its derivatives, the polygamma functions, against 60 digits computed elsewhere and rounded.</summary>
public class LogGammaTests
{
    static readonly Expr X = Expr.Variable("x");

    /// <summary>A number, ln |Γ| there, and the first three derivatives.</summary>
    public static TheoryData<double, double, double, double, double> Points => new()
    {
        { 1e-8, 18.42068073818021, -100000000.57721564, 1.0000000000000002e+16, -2e+24 },
        { 0.1, 2.252712651734206, -10.423754940411076, 101.43329915079275, -2001.8614573783436 },
        { 0.25, 1.2880225246980774, -4.2274535333762655, 17.19732915450711, -129.32773993753693 },
        { 0.49999999999999994, 0.5723649429247002, -1.9635100260214238, 4.93480220054468, -16.828796644234327 },
        { 0.5, 0.5723649429247001, -1.9635100260214235, 4.934802200544679, -16.82879664423432 },
        { 0.9999999, 5.772157468444193e-08, -0.5772158293949515, 1.6449343072596394, -2.4041144557132528 },
        { 1, 0, -0.5772156649015329, 1.6449340668482264, -2.4041138063191885 },
        { 1.0000001, -5.772155829918507e-08, -0.5772155004081381, 1.6449338264368782, -2.4041131569253724 },
        { 1.4616321449683622, -0.12148629053584961, 0, 0.9676722454476212, -0.8855263379671844 },
        { 2, 0, 0.42278433509846713, 0.6449340668482264, -0.4041138063191886 },
        { 2.5, 0.2846828704729192, 0.7031566406452432, 0.49035775610023485, -0.2362040516417274 },
        { 7.999999999999999, 8.525161361065413, 2.0156414779556098, 0.13313701469403144, -0.01769956919576778 },
        { 8, 8.525161361065415, 2.01564147795561, 0.1331370146940314, -0.017699569195767775 },
        { 8.5, 9.549267257300997, 2.08009081757942, 0.12483811891892602, -0.015564511795903924 },
        { 20, 39.339884187199495, 2.970523992242149, 0.05127082293520312, -0.0026281224023146548 },
        { 171.5, 709.1431630309282, 5.141664981433999, 0.0058479365506103834, -3.419826444141262e-05 },
        { 1e5, 1051287.7089736569, 11.512920464961896, 1.0000050000166667e-05, -1.00001000005e-10 },
        { 1e20, 4.505170185988091e+21, 46.051701859880914, 1e-20, -1e-40 },
        { -1e-8, 18.42068074972452, 99999999.42278431, 1.0000000000000002e+16, 2e+24 },
        { -0.5, 1.2655121234846454, 0.03648997397857652, 8.934802200544679, -0.82879664423432 },
        { -0.9999999, 16.118095693763124, -9999999.58247896, 100000000105273.81, -2.000000003158135e+21 },
        { -1.5, 0.860047015376481, 0.7031566406452432, 9.379246644989124, -0.2362040516417274 },
        { -2.5, -0.056243716497674054, 1.103156640645243, 9.539246644989124, -0.1082040516417274 },
        { -10.25, -14.20399790093109, 5.516858419886273, 19.646252424622652, 124.0164720214871 },
        { -100.5, -364.90096830942736, 4.6151246013380645, 9.859703491870086, -9.802720262719757e-05 },
        { -1000.1, -5910.499920113594, 16.577183131132486, 103.35483970994791, 1998.6596593343838 },
    };

    [Theory, MemberData(nameof(Points))]
    public void Value_and_derivatives(double x, double value, double first, double second, double third)
    {
        var (y, forwards) = (LogGamma(X), LogGamma(X));
        foreach (var (order, expected) in new[] { value, first, second, third }.Index())
        {
            foreach (var derivative in new[] { y, forwards })
            {
                var actual = derivative.Evaluate(("x", x)).ToScalar();
                var error = Math.Abs(actual - expected) / Math.Max(1, Math.Abs(expected));
                Assert.True(error <= 1e-14 * Math.Pow(10, order), $"derivative {order} at {x:R} is {actual:R}, exactly {expected:R}");
            }
            (y, forwards) = (y.Gradient(X), forwards.Jvp([X], [Full(X, 1)]));
        }
    }

    /// <summary>The engine in float32, and half floats, over numbers of all sizes and signs.</summary>
    [Fact]
    public void Floats_of_fewer_bits_are_within_the_stated_bound()
    {
        double[] at = [.. Enumerable.Range(-400, 800).Select(i => (double)(float)(i * 0.0371 + 0.013)), 1e-30, 1e10, 3e36, 12345.67f];
        var x = Expr.Variable("x", [at.Length]);
        var exact = LogGamma(x.Cast(DType.Float64)).Evaluate(("x", Tensor.Vector([.. at.Select(v => (float)v)]))).ToArray<double>();
        var single = LogGamma(x).Compile().Run(("x", Tensor.Vector([.. at.Select(v => (float)v)])))[0].ToArray<float>();
        foreach (var (i, expected) in exact.Index())
            Assert.True(
                Math.Abs(single[i] - expected) <= 5e-6 * Math.Max(1, Math.Abs(expected)),
                $"ln Γ({at[i]:R}) is {single[i]:R}, exactly {expected:R}");
        var half = Expr.Variable("h", [3], DType.Float16);
        Assert.Equal(
            [0, 3.17805383, 40.3],
            LogGamma(half).Evaluate(("h", Tensor.Vector(1.0, 5, 20.3).Cast(DType.Float16))).Cast(DType.Float64).ToArray<double>(),
            (a, b) => Math.Abs(a - b) <= 0.04 * Math.Max(1, Math.Abs(a)) && (a != 0 || b == 0));
    }

    [Fact]
    public void Integers_are_refused() =>
        Assert.Contains("LogGamma", Assert.Throws<DTypeException>(() => LogGamma(X.Cast(DType.Int64))).Message);
}
