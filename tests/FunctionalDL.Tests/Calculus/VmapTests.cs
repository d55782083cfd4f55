using FunctionalDL.Testing;
using FunctionalDL.Tests.Expressions.Ops;

namespace FunctionalDL.Tests.Calculus;

/// <summary>Vmap is a loop.</summary>
public class VmapTests
{
    public static TheoryData<string, int> Rows
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var (i, row) in OpTable.Rows.Index().Where(r => r.Item.Values.Count > 0)) data.Add(row.Name, i);
            return data;
        }
    }

    /// <summary>Every op, with slices of every choice of its variables: their elements as they are, and in reverse order.</summary>
    [Theory, MemberData(nameof(Rows))]
    public void Every_op_is_mapped_as_a_loop_would(string op, int row)
    {
        var (y, values) = (OpTable.Rows[row].Output, OpTable.Rows[row].Values);
        var variables = Graph.Variables(y);
        for (var chosen = 1; chosen < 1 << variables.Count; chosen++)
        {
            Expr[] over = [.. variables.Where((_, i) => (chosen >> i & 1) == 1)];
            TensorSet[] slices = [values, over.Aggregate(values, (set, v) => set.With(v.VariableName!, Other(values[v.VariableName!])))];
            Expr[] stacks = [.. over.Select(v => Expr.Variable("s" + v.VariableName, v.Shape.Insert(0, "slices"), v.DType))];
            var mapped = y.Vmap([.. over.Zip(stacks)]);
            Assert.Equal(y.Shape.Insert(0, "slices"), mapped.Shape);

            var at = over.Zip(stacks)
                .Aggregate(values, (set, v) => set.With(v.Second.VariableName!, Stacked(slices.Select(s => s[v.First.VariableName!]))));
            Laws.SameValue(
                $"{op} over {string.Join(", ", over.Select(v => v.VariableName))}",
                Stacked(slices.Select(s => y.Evaluate(s))),
                mapped.Evaluate(at),
                1e-12);
        }
    }

    static Tensor Other(Tensor value)
    {
        if (value.Shape.Rank == 0)
            return value.DType == DType.Float64
                ? value.ToScalar() / 2
                : value.Cast(DType.Int64).As<long>().Map(i => i / 2).Cast(value.DType);
        var flat = Expr.Constant(value.Reshape([value.Count]));
        return Reshape(Reverse(flat, 0), value.Shape).Evaluate();
    }

    static Tensor Stacked(IEnumerable<Tensor> values) => Stack(0, [.. values.Select(Expr.Constant)]).Evaluate();

    static readonly Expr X = Expr.Variable("x", [3], DType.Float64);
    static readonly Tensor Table = Tensor.Of([2, 3], [0.1, 0.2, 0.3, 1.1, 1.2, 1.3]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(-1, -1)]
    public void Slices_and_results_may_lie_along_any_axis(int axis, int resultAxis)
    {
        var lying = axis == 0 ? Expr.Constant(Table) : Transpose(Expr.Constant(Table));
        var result = Sin(X).Vmap([(X, lying)], axis, resultAxis);
        Laws.SameValue("Vmap", Sin(Expr.Constant(Table)).Evaluate(), (resultAxis == 0 ? result : Transpose(result)).Evaluate(), 0);
    }

    [Fact]
    public void Any_part_can_be_mapped_over_not_variables_alone()
    {
        var part = Sin(X);
        var mapped = (Exp(part) + X).Vmap([(part, Expr.Constant(Table))]);
        Laws.SameValue(
            "Vmap",
            (Exp(Expr.Constant(Table)) + Expr.Constant(new double[] { 1, 2, 3 })).Evaluate(),
            mapped.Evaluate(("x", new double[] { 1, 2, 3 })),
            1e-15);
    }

    [Fact]
    public void It_nests_with_itself_and_with_derivatives()
    {
        var (x, y) = (Expr.Variable("x"), Expr.Variable("y"));
        var (xs, ys) = (Expr.Variable("xs", ["rows"], DType.Float64), Expr.Variable("ys", ["columns"], DType.Float64));
        var table = (x * Sin(y)).Vmap([(y, ys)]).Vmap([(x, xs)]);
        TensorSet at = TensorSet.Of(("xs", new double[] { 2, 5 }), ("ys", new double[] { 0.1, 0.2, 0.3 }));
        Assert.Equal(5 * Math.Sin(0.3), table.Evaluate(at).As<double>()[1, 2], 1e-15);

        // The gradient of a mapped function, and the mapped gradient.
        var outside = Sum(table).Gradient(ys);
        var inside = Sum((x * Sin(y)).Gradient(y).Vmap([(y, ys)]).Vmap([(x, xs)]), 0);
        Laws.SameValue("derivatives", inside.Evaluate(at), outside.Evaluate(at), 1e-14);
    }

    /// <summary>
    /// Of one example [784] with its label, mapped over a batch of any size, against a loop over the examples; no copy of the graph for
    /// each.
    /// </summary>
    [Fact]
    public void Per_example_gradients_are_those_of_each_example()
    {
        const int n = 256;
        var model = Model.Input(DType.Float64, 784).Dense(128).Relu().Dense(10).Initialize(1);
        Expr[] weights = [.. model.ParameterList.Select(p => p.Variable)];
        var (x, label) = (Expr.Variable("x", [784], DType.Float64), Expr.Variable("label", Shape.Scalar, DType.Int64));
        var loss = Loss.SoftmaxCrossEntropy.Apply(model.Output, Expr.Variable("target", [Model.Batch], DType.Int64));
        var single = loss.ForSizes(Sizes.None.With(Model.Batch, 1))
            .Substitute(("input", ExpandDims(x, 0)), ("target", ExpandDims(label, 0)));
        var gradients = single.Gradient(weights);

        var (xs, labels) = (Expr.Variable("xs", ["n", 784], DType.Float64), Expr.Variable("labels", ["n"], DType.Int64));
        var mapped = Differentiation.Vmap(gradients, [(x, xs), (label, labels)]);
        Assert.InRange(Graph.TopologicalOrder(mapped).Count, 1, 3 * Graph.TopologicalOrder(gradients).Count);

        var (inputs, targets) = (Key.Of(1).Uniform([n, 784], DType.Float64), Range(n).Evaluate().As<long>().Map(i => i % 10));
        var all = Compilation.Compile(mapped).Run(model.Parameters.With("xs", inputs).With("labels", targets));
        var each = Compilation.Compile(gradients);
        for (var i = 0; i < n; i++)
        {
            var one = model.Parameters.With("x", Index(Expr.Constant(inputs), 0, i).Evaluate()).With("label", targets[i]);
            foreach (var (expected, actual) in each.Run(one).Zip(all))
                Laws.SameValue("a gradient", expected, Index(Expr.Constant(actual), 0, i).Evaluate(), 1e-13);
        }
    }

    [Fact]
    public void An_index_outside_its_own_slice_is_an_error_though_it_is_inside_another()
    {
        var (x, i) = (Expr.Variable("x", [3], DType.Float64), Expr.Variable("i", [1], DType.Int64));
        var mapped = Gather(x, i).Vmap([(x, Expr.Constant(Table)), (i, Expr.Constant(Tensor.Of([2, 1], [3L, 0])))]);
        Assert.Contains("index 3", Assert.Throws<TensorException>(() => mapped.Evaluate()).Message);
    }

    [Fact]
    public void What_does_not_fit_says_how_to_mend_it()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("nothing to map over", () => Sin(X).Vmap([]));
        Fails("choose another axis", () => Sin(X).Vmap([(X, Expr.Variable("xs", [3, 2], DType.Float64))]));
        Fails("choose another axis", () => (X + X).Vmap([(X, Expr.Variable("xs", [2, 3]))]));
        Fails("outside", () => Sin(X).Vmap([(X, Expr.Variable("xs", [2, 3], DType.Float64))], axis: 2));
        Fails("outside", () => Sin(X).Vmap([(X, Expr.Variable("xs", [2, 3], DType.Float64))], resultAxis: 2));
    }
}
