using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions.Ops;

/// <summary>What must hold for each row of the op table.</summary>
public class OpTableTests
{
    public static TheoryData<string, int> All => Where(_ => true);

    public static TheoryData<string, int> Real => Where(row => row.Output.DType.IsFloat() && row.Name != "StopGradient");

    static TheoryData<string, int> Where(Func<OpRow, bool> condition)
    {
        var data = new TheoryData<string, int>();
        foreach (var (i, row) in OpTable.Rows.Index().Where(r => condition(r.Item))) data.Add(row.Name, i);
        return data;
    }

    static ExpressionCase Case(int row) => new(OpTable.Rows[row].Output, OpTable.Rows[row].Values);

    [Fact]
    public void Every_primitive_has_a_row() =>
        Assert.Empty(Primitives.All.Except(OpTable.Rows.Select(row => row.Output.Op.GetType())));

    [Theory, MemberData(nameof(All))]
    public void The_value_is_that_of_another_formula(string op, int row)
    {
        Assert.Equal(op, OpTable.Rows[row].Output.Op.Name);
        Laws.SameValue(op, OpTable.Rows[row].Expected, Case(row).Evaluate(), 1e-12);
    }

    [Theory, MemberData(nameof(All))]
    public void In_float32_the_value_is_the_same_to_seven_digits(string op, int row)
    {
        if (op == "RandomUniform") return; // Other bits are drawn for another dtype.
        var expected = OpTable.Rows[row].Expected;
        Laws.SameValue(op, expected.DType.IsFloat() ? expected.Cast(DType.Float32) : expected, Case(row).WithPrecision(DType.Float32).Evaluate(), 4e-7);
    }

    [Theory, MemberData(nameof(Real))]
    public void The_gradient_matches_differences(string op, int row) => Holds(op, () => Laws.GradientMatchesDifferences(Case(row), 1e-8));

    [Theory, MemberData(nameof(Real))]
    public void The_gradient_of_the_gradient_matches_differences(string op, int row) => Holds(op, () => Laws.SecondGradientMatchesDifferences(Case(row), 1e-7));

    static void Holds(string op, Action law) => Assert.True(Record.Exception(law) is not { } broken, $"{op}: the law does not hold.");

    /// <summary>⟨g, Jvp(t)⟩ = ⟨Vjp(g), t⟩: the two rules of an op are transposes of one another.</summary>
    [Theory, MemberData(nameof(Real))]
    public void Vjp_is_the_transpose_of_Jvp(string op, int row)
    {
        var y = OpTable.Rows[row].Output;
        Expr?[] t = [.. y.Inputs.Select((x, i) => x.DType.IsFloat() ? Expr.Constant(Key.Of(i).Uniform(x.Shape, x.DType)) : null)];
        if (y.Op.Jvp(y, t) is not { } forward)
        {
            Assert.All(Enumerable.Range(0, t.Length), i => Assert.Null(y.Op.Vjp(i, y, y)));
            return;
        }
        var g = Expr.Constant(Key.Of(9).Uniform(y.Shape, y.DType));
        var backward = Enumerable.Range(0, t.Length).Where(i => t[i] is not null).Select(i => Sum(y.Op.Vjp(i, y, g)! * t[i]!)).Aggregate((a, b) => a + b);
        var values = OpTable.Rows[row].Values;
        Laws.SameValue(op, Sum(g * forward).Evaluate(values), backward.Evaluate(values), 1e-12);
    }

    [Theory, MemberData(nameof(All))]
    public void Zero_sizes_are_sizes(string op, int row)
    {
        var sizes = Case(row).Variables.SelectMany(v => v.Shape).Concat(OpTable.Rows[row].Output.Shape).Where(d => d != 1).Distinct();
        foreach (var size in sizes)
        {
            if (Emptied(Case(row), size) is not { } empty) continue;
            Assert.Equal(empty.Output.Type.Resolve(Evaluator.Bind(empty.Variables, empty.Values)).ToString(), empty.Evaluate().Describe());
            if (empty.Output.DType.IsFloat()) Laws.GradientMatchesDifferences(empty);
        }
        Assert.NotEmpty(op);
    }

    /// <summary>The case with each dimension of a size made 0; null where the op takes no such shape or its indices have nothing to point to.</summary>
    static ExpressionCase? Emptied(ExpressionCase c, Dim size)
    {
        try
        {
            var empty = Rebuilding.Resize(c, d => d == size ? 0 : d, Sizes.None);
            empty.Evaluate();
            return empty;
        }
        catch (Exception e) when (e is ShapeException or TensorException)
        {
            return null;
        }
    }
}
