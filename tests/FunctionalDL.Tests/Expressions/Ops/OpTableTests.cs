using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions.Ops;

/// <summary>What must hold for each row of the op table.</summary>
public class OpTableTests
{
    public static TheoryData<string, int> All => Where(_ => true);

    public static TheoryData<string, int> Real => Where(row => row.Output.DType.IsFloat() && row.Name is not "StopGradient");

    static TheoryData<string, int> Where(Func<OpRow, bool> condition)
    {
        var data = new TheoryData<string, int>();
        foreach (var (i, row) in OpTable.Rows.Index().Where(r => condition(r.Item))) data.Add(row.Name, i);
        return data;
    }

    static OpRow Row(string op, int row) =>
        OpTable.Rows[row] is var found && found.Name == op ? found : throw new InvalidOperationException($"Row {row} is not {op}.");

    static ExpressionCase Case(string op, int row) => new(Row(op, row).Output, Row(op, row).Values);

    [Fact]
    public void Every_primitive_has_a_row() =>
        Assert.Empty(Primitives.All.Except(OpTable.Rows.Select(row => row.Node.Op.GetType())));

    [Theory, MemberData(nameof(All))]
    public void The_value_is_that_of_another_formula(string op, int row) =>
        Laws.SameValue(op, Row(op, row).Expected, Case(op, row).Evaluate(), 1e-12);

    [Theory, MemberData(nameof(All))]
    public void In_float32_the_value_is_the_same_to_seven_digits(string op, int row)
    {
        if (op == "RandomUniform") return; // Other bits are drawn for another dtype.
        var expected = Row(op, row).Expected;
        Laws.SameValue(
            op,
            expected.DType.IsFloat() ? expected.Cast(DType.Float32) : expected,
            Case(op, row).WithPrecision(DType.Float32).Evaluate(),
            4e-7);
    }

    [Theory, MemberData(nameof(Real))]
    public void The_gradient_matches_differences(string op, int row) => Laws.GradientMatchesDifferences(Case(op, row), 1e-8);

    [Theory, MemberData(nameof(Real))]
    public void The_gradient_of_the_gradient_matches_differences(string op, int row) =>
        Laws.SecondGradientMatchesDifferences(Case(op, row), 1e-7);

    /// <summary>⟨g, Jvp(t)⟩ = ⟨Vjp(g), t⟩: the two rules of an op are transposes of one another.</summary>
    [Theory, MemberData(nameof(Real))]
    public void Vjp_is_the_transpose_of_Jvp(string op, int row)
    {
        var (y, values) = (Row(op, row).Node, Row(op, row).Values);
        var sizes = Evaluator.Bind(Case(op, row).Variables, values);
        Expr Random(string name, Expr like)
        {
            values = values.With(name, Key.Of(name[0]).Uniform(like.Shape.Resolve(sizes), like.DType));
            return Expr.Variable(name, like.Shape, like.DType);
        }
        Expr?[] t = [.. y.Inputs.Select((x, i) => x.DType.IsFloat() ? Random($"{i}t", x) : null)];
        if (y.Op.Jvp(y, t) is not { } forward)
        {
            Assert.All(Enumerable.Range(0, t.Length), i => Assert.Null(y.Op.Vjp(i, y, y)));
            return;
        }
        var g = Random("outgoing", y);
        var backward = t.Select((tangent, i) => tangent is not null && y.Op.Vjp(i, y, g) is { } share ? Sum(share * tangent) : null)
            .OfType<Expr>()
            .Aggregate((a, b) => a + b);
        Laws.SameValue(op, Sum(g * forward).Evaluate(values), backward.Evaluate(values), 1e-12);
    }

    [Theory, MemberData(nameof(All))]
    public void Zero_sizes_are_sizes(string op, int row)
    {
        var sizes = Case(op, row).Variables.SelectMany(v => v.Shape).Concat(Row(op, row).Output.Shape).Where(d => d != 1).Distinct();
        foreach (var size in sizes)
        {
            if (Emptied(Case(op, row), size) is not { } empty) continue;
            Assert.Equal(empty.Output.Type.Resolve(Evaluator.Bind(empty.Variables, empty.Values)).ToString(), empty.Evaluate().Describe());
            if (empty.Output.DType.IsFloat()) Laws.GradientMatchesDifferences(empty);
        }
    }

    /// <summary>
    /// The case with each dimension of a size made 0; null where the op takes no such shape or its indices have nothing to point to.
    /// </summary>
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
