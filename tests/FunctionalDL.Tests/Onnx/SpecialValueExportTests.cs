using FunctionalDL.Ops;
using FunctionalDL.Testing;
using FunctionalDL.Tests.Expressions.Ops;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Exported functions at small, large and special values.</summary>
public class SpecialValueExportTests
{
    static readonly double[] Specials =
    [
        double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        -0.0,
        0,
        1e-10,
        1e-6,
        -1e-6,
        0.3,
        -0.3,
        1,
        -1,
        2.5,
        -7,
        20,
        -20,
        100,
        -100,
        1000,
        -1000,
        1e30,
        -1e30,
    ];

    public static IEnumerable<object[]> Functions =>
        OpTable
            .Rows.Where(row =>
                row.Output.Op is ElementwiseOp && row.Output.Inputs.All(x => x.DType.IsFloat()) && row.Name is not "Atan" and not "Erf")
            .SelectMany(row => new object[][] { [row.Name, DType.Float32], [row.Name, DType.Float64] })
            .Where(row => (DType)row[1] == DType.Float32 || !ExpressionOptions.OnlyFloat32.Contains((string)row[0]));

    [Theory, MemberData(nameof(Functions))]
    public void Are_those_of_the_evaluator(string function, DType dtype)
    {
        var row = OpTable.Rows.First(r => r.Name == function);
        var n = Specials.Length;
        Expr a = Expr.Variable("a", [n, 1], dtype), b = Expr.Variable("b", [n], dtype);
        var y = new Expr(row.Output.Op, [.. row.Output.Inputs.Select((_, i) => Broadcast(i == 0 ? a : b, [n, n]))]);
        var values = TensorSet.Of(("a", Tensor.Of([n, 1], Specials).Cast(dtype)), ("b", Tensor.Vector(Specials).Cast(dtype)));

        Tensor expected = y.Evaluate(values), actual = y.EvaluateInOnnxRuntime(values);
        // Relative to small values too, down to the rounding of sums with 1.
        var (tolerance, rounding) = dtype == DType.Float32 ? (2e-6, 1e-8) : (1e-12, 1e-16);
        for (var i = 0; i < expected.Count; i++)
        {
            var (ours, theirs) = (expected.GetDouble(i), actual.GetDouble(i));
            Assert.True(ours.Equals(theirs) || Math.Abs(ours - theirs) <= tolerance * Math.Abs(ours) + rounding,
                $"{function}({Specials[i / n]}, {Specials[i % n]}) is {ours} in the evaluator and {theirs} in OnnxRuntime.");
        }
    }
}
