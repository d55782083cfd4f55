using FunctionalDL.Ops;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions.Ops;

/// <summary>
/// Every op in every dtype that it takes, at special values and without elements: evaluator, engine and OnnxRuntime give the same value,
/// or all none.
/// </summary>
public class AgreementTests
{
    static readonly double[] Floats =
    [
        double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        -0.0,
        0,
        1e-10,
        0.3,
        -0.3,
        1,
        -1,
        2.5,
        -7,
        20,
        -20,
        100,
        1e30,
        -1e30,
    ];

    static readonly long[] Wholes = [0, 1, -1, 5, (1L << 24) + 1, (1L << 53) + 1, long.MaxValue, long.MinValue];

    /// <summary>What OnnxRuntime has no kernel for in float64.</summary>
    static IReadOnlySet<string> Float32Only => ExpressionOptions.OnlyFloat32;

    /// <summary>Ops whose integers may be any.</summary>
    static readonly HashSet<string> TakeAnyWhole =
    [
        "MatMul", "ArgMax", "Divide", "Remainder", "Power", "BitAnd", "BitOr", "BitXor", "ShiftLeft", "ShiftRight",
    ];

    /// <summary>OnnxRuntime leaves NaN out where it looks for the largest.</summary>
    static readonly HashSet<string> SkipNaN = ["Max", "Min", "ArgMax", "TopK", "ScatterMaximum", "MaxPool", "MaxPoolGradient",
        "MaxPoolTangent"];

    public static TheoryData<string, int, DType> Rows
    {
        get
        {
            var data = new TheoryData<string, int, DType>();
            foreach (var (i, row) in OpTable.Rows.Index())
                foreach (var dtype in Enum.GetValues<DType>())
                    if (Takes(row.Output, dtype)) data.Add(row.Name, i, dtype);
            return data;
        }
    }

    /// <summary>Whether a row has a form with floats of a dtype; one without floats has a single form.</summary>
    static bool Takes(Expr y, DType dtype) =>
        Graph.TopologicalOrder(y).Any(node => node.DType.IsFloat()) ? In(y, dtype) is not null : dtype == DType.Float32;

    /// <summary>The row with another dtype in the place of floats; null where an op does not take it.</summary>
    static Expr? In(Expr y, DType dtype)
    {
        try
        {
            return Graph.Retype([y], d => d.IsFloat() ? dtype : d)[0];
        }
        catch (FunctionalException)
        {
            return null;
        }
    }

    [Theory, MemberData(nameof(Rows))]
    public void All_give_the_same(string op, int row, DType dtype)
    {
        var y = In(OpTable.Rows[row].Output, dtype)!;
        var variables = Graph.Variables(y);
        var most = variables.Select(v => OpTable.Rows[row].Values[v.VariableName!].Count).DefaultIfEmpty(1).Max();
        for (var first = 0; first < Floats.Length; first += most)
        {
            Tensor At(Expr v, int i) => Special(op, OpTable.Rows[row].Values[v.VariableName!], v.DType, first * (2 * i + 1) + i);
            Agree(op, y, TensorSet.Of(variables.Select((v, i) => KeyValuePair.Create(v.VariableName!, At(v, i)))), inOnnx: true);
        }

        foreach (var size in variables.SelectMany(v => v.Shape).Concat(y.Shape).Where(d => d is { IsKnown: true, Size: > 1 }).Distinct())
            if (Emptied(y, variables, OpTable.Rows[row].Values, size) is { } empty) Agree(op, empty.Output, empty.Values, inOnnx: false);
    }

    /// <summary>Special values in the place of a row's own, but for indices.</summary>
    static Tensor Special(string op, Tensor own, DType dtype, int first)
    {
        if (own.DType.IsInteger() && !TakeAnyWhole.Contains(op) || own.DType == DType.Bool) return own;
        // Sums of numbers of very different size depend on their order.
        var isElementwise = OpTable.Rows.First(r => r.Name == op).Node.Op is ElementwiseOp or CastOp;
        var floats = Floats.Where(f => isElementwise || !(Math.Abs(f) > 1e4) || double.IsInfinity(f)).ToArray();
        return dtype switch
        {
            _ when dtype.IsInteger() => Tensor
                .Of(own.Shape, [.. Enumerable.Range(first, own.Count).Select(i => Wholes[i % Wholes.Length])])
                .Cast(dtype),
            DType.Bool => Tensor.Of(own.Shape, [.. Enumerable.Range(first, own.Count).Select(i => i % 3 == 0)]),
            _ => Tensor.Of(own.Shape, [.. Enumerable.Range(first, own.Count).Select(i => floats[i % floats.Length])]).Cast(dtype),
        };
    }

    static ExpressionCase? Emptied(Expr y, IReadOnlyList<Expr> variables, TensorSet own, Dim size)
    {
        try
        {
            var values = TensorSet.Of(variables.Select(v => KeyValuePair.Create(v.VariableName!, own[v.VariableName!].Cast(v.DType))));
            return Rebuilding.Resize(new(y, values), d => d == size ? 0 : d, Sizes.None);
        }
        catch (ShapeException)
        {
            return null;
        }
    }

    static void Agree(string op, Expr y, TensorSet values, bool inOnnx)
    {
        var nodes = Graph.TopologicalOrder(y);
        var tolerance = nodes.Any(node => node.DType.IsFloat() && node.DType != DType.Float64) ? 1e-5 : 1e-12;
        Tensor? expected = null;
        var error = Record.Exception(() => expected = y.Evaluate(values));
        if (error is not null)
        {
            Assert.IsAssignableFrom<FunctionalException>(error);
            Assert.Equal(error.Message, Assert.ThrowsAny<FunctionalException>(() => y.Compile().Run(values)).Message);
            return;
        }
        Laws.SameValue($"{op} in evaluator and engine at {values}", expected!, y.Compile().Run(values)[0], tolerance);
        var names = nodes.Select(node => node.Op.Name).ToHashSet();
        // OnnxRuntime adds whole numbers in float64.
        if (y.Op.Name == "Sum" && y.DType.IsInteger()) return;
        if (!inOnnx || names.Overlaps(SkipNaN) && values.Values.Any(HasNaN)) return;
        if (nodes.Any(node => node.DType == DType.Float64 && Float32Only.Contains(node.Op.Name))) return;
        Laws.SameValue($"{op} in evaluator and OnnxRuntime at {values}", expected!, y.EvaluateInOnnxRuntime(values), tolerance);
    }

    /// <summary>Of two zeros 0 is the larger, wherever the largest is looked for: 1/y tells.</summary>
    [Fact]
    public void Zero_is_larger_than_minus_zero()
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var x = Expr.Variable("x", [32, 1, 6], dtype);
            (Expr Largest, double Sign)[] cases =
            [
                (Functions.MaxPool(x, [4]), 1), (Functions.Max(x, 2), 1), (Functions.Min(x, 2), -1),
                (Functions.Maximum(Functions.Slice(x, 2, 0, 3), Functions.Slice(x, 2, 3, 6)), 1),
            ];
            foreach (var first in new[] { 0.0, -0.0 })
                foreach (var (y, sign) in cases)
                {
                    var at = TensorSet.Of(
                        ("x", Tensor.Of([32, 1, 6], [.. Enumerable.Range(0, 192).Select(i => i % 6 < 3 ? first : -first)]).Cast(dtype)));
                    Tensor[] values = [(1 / y).Evaluate(at), (1 / y).Compile().Run(at)[0]];
                    Assert.All(
                        values,
                        value => Assert.All(Enumerable.Range(0, value.Count), i => Assert.Equal(sign / 0.0, value.GetDouble(i))));
                }
        }
    }

    static bool HasNaN(Tensor value) =>
        value.DType.IsFloat() && Enumerable.Range(0, value.Count).Any(i => double.IsNaN(value.GetDouble(i)));

    [Fact]
    public void Over_no_elements_a_sum_is_0_and_there_is_no_largest()
    {
        var x = Expr.Variable("x", ["n", 2], DType.Float64);
        var none = TensorSet.Of(("x", Tensor.Zeros(DType.Float64, [0, 2])));
        Assert.True(Tensor.Vector(0.0, 0).BitEquals(Sum(x, 0).Evaluate(none)));
        foreach (var y in new[] { Max(x, 0), Min(x), ArgMax(x, 0), Max(x.Cast(DType.Int64), 0) })
        {
            var message = Assert.Throws<TensorException>(() => y.Evaluate(none)).Message;
            Assert.Contains("[0, 2]", message);
            Assert.Contains("Give at least one", message);
            Assert.Equal(message, Assert.Throws<TensorException>(() => y.Compile().Run(none)).Message);
        }
        // Where nothing is left to be computed, nothing is missing.
        Assert.Equal(0, Max(x, 1).Evaluate(none).Count);
        Assert.Equal(0, Softmax(x, 0).Evaluate(none).Count + LogSoftmax(x, 0).Compile().Run(none)[0].Count);
    }

    /// <summary>−0 + −0 is −0, and so is a sum of it, however many there are.</summary>
    [Theory]
    [InlineData(1, 1), InlineData(1, 40), InlineData(40, 1), InlineData(3, 2000), InlineData(2000, 3)]
    public void A_sum_of_negative_zeros_is_a_negative_zero(int rows, int columns)
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var x = Expr.Variable("x", [rows, columns], dtype);
            Expr[] sums = [Sum(x), Sum(x, 0), Sum(x, 1), Sum(-(-x), 0), Sum(-(-x)), Sum(x + -0.0), Mean(x)];
            var at = TensorSet.Of(("x", Tensor.Full(dtype, [rows, columns], -0.0)));
            Tensor[] apart = [.. sums.Select(s => s.Compile().Run(at)[0])];
            foreach (var value in (Tensor[])[.. Evaluator.Evaluate(sums, at), .. Compilation.Compile(sums).Run(at), .. apart])
                Assert.All(value.Cast(DType.Float64).ToArray<double>(), v => Assert.Equal(double.NegativeInfinity, 1 / v));
            Assert.Equal(double.PositiveInfinity, 1 / (x + 0.0).Compile().Run(at)[0].GetDouble(0));
        }
    }
}
