using System.Reflection;
using FunctionalDL.Ops;

namespace FunctionalDL.Tests.Expressions.Ops;

/// <summary>Ops show all that they are, and are made again of it.</summary>
public class AttributeTests
{
    static readonly Expr x = Expr.Variable("x", [2, 3], DType.Float64);

    /// <summary>A node of every op, of some several, with attributes that are not those of the catalogue.</summary>
    static IReadOnlyList<Expr> Nodes { get; } =
    [
        .. OpTable.Rows.Select(row => row.Node).DistinctBy(node => node.Op),
        AbstractFunctions.Apply("f", x),
        new(new MaxOp([1], MayBeOfNone: true), x),
        new(new VariableOp("statistic", x.Type) { IsStatistic = true }),
        Conv(Expr.Variable("i", [1, 2, 7, 6], DType.Float64), Expr.Variable("k", [4, 1, 3, 2], DType.Float64),
            [2, 1], Padding.Of((1, 0), (0, 1)), [1, 2], 2),
        .. Graph.TopologicalOrder(Backwards()).Where(node => node.Op is ScanOp),
    ];

    static Expr[] Backwards()
    {
        Expr h = Expr.Variable("h", [3], DType.Float64), w = Expr.Variable("w", [3], DType.Float64);
        var y = Sum(Scan([h], [x], (s, e) => [Tanh(s[0] * w + e[0])], reverse: true).Last[0]);
        return [.. y.Vjp([h, w, x], Expr.Constant(Tensor.Scalar(1.0)))];
    }

    [Fact]
    public void The_catalogue_names_every_op() => Assert.Equal(
        AllOps.Select(t => t.Name[..^"Op".Length]).Order(StringComparer.Ordinal), Op.Names.Order(StringComparer.Ordinal));

    static IEnumerable<Type> AllOps => typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract);

    static readonly Type[] Records = [typeof(Window), typeof(ScanBody), typeof(TensorType)];

    /// <summary>Every property of an op that can be given is an attribute, by its name; those of records inside, one by one.</summary>
    [Fact]
    public void Every_property_of_an_op_is_an_attribute()
    {
        // A graph shows these as the rest of its inputs and outputs.
        string[] inside = [nameof(ScanBody.Constants), nameof(ScanBody.Next), nameof(ScanBody.Summed)];
        foreach (var op in Op.Names.Select(name => Catalog.Find(name)!))
        {
            var shown = op.Attributes.Keys.Where(name => op is not ScanOp || name != "body");
            Assert.Equal(Sorted(Properties(op.GetType()).Except(inside)), Sorted(shown), StringComparer.OrdinalIgnoreCase);
        }

        static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.OrdinalIgnoreCase);

        static IEnumerable<string> Properties(Type type) =>
            type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Where(p => p.CanWrite)
                .SelectMany(p => Records.Contains(p.PropertyType) ? Properties(p.PropertyType) : [p.Name]);
    }

    [Fact]
    public void Every_op_is_made_again_of_what_it_shows()
    {
        Assert.Empty(AllOps.Except(Nodes.Select(node => node.Op.GetType())));
        foreach (var node in Nodes)
        {
            var again = Expr.Apply(Op.Create(node.Op.Name, node.Op.Attributes), [.. node.Inputs]);
            Assert.Equal(node.Op, again.Op);
            Assert.Equal(node.Op.GetHashCode(), again.Op.GetHashCode());
            Assert.Equal(node.Type, again.Type);
            Assert.Same(node.Op, node.Op.With(node.Op.Attributes));
        }
    }

    [Fact]
    public void An_op_with_another_value_of_any_attribute_is_another_op()
    {
        foreach (var op in Nodes.Select(node => node.Op))
            foreach (var (name, value) in op.Attributes)
            {
                if (op is ScanOp && name is "carries" or "elements" or "stacked" or "result") continue; // They must fit the body.
                var other = op.With(name, Another(value));
                Assert.NotEqual(op, other);
                Assert.NotEqual(value, other.Attributes[name]);
                Assert.Equal(op, other.With(name, value));
            }
    }

    static OpAttribute Another(OpAttribute value) => value switch
    {
        IntegerAttribute n => n.Value + 1,
        IntegersAttribute n => new IntegersAttribute([.. n.Values, 1]),
        NumberAttribute { Value: 0 } => -0.0,
        NumberAttribute n => n.Value + 1,
        TruthAttribute t => !t.Value,
        TextAttribute t => t.Value + "′",
        DTypeAttribute d => d.Value == DType.Float32 ? DType.Float64 : DType.Float32,
        DimAttribute d => d.Value + 1,
        ShapeAttribute s => s.Value.Insert(0, 2),
        TensorAttribute t => t.Value.Cast(DType.Float32),
        RuleAttribute => new RuleAttribute((_, _, g) => [g, g]),
        GraphAttribute g => new GraphAttribute(g.Inputs, g.Outputs.Select(output => output * 2)),
        _ => throw new InvalidOperationException($"{value.GetType()} has no other value here."),
    };

    public static TheoryData<string, int> All
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var (i, node) in Nodes.Index()) data.Add(node.Op.Name, i);
            return data;
        }
    }

    /// <summary>Whatever an op is made of from outside, it says in words what is wrong, or has a value of the inferred type.</summary>
    [Theory, MemberData(nameof(All))]
    public void An_op_of_odd_attributes_or_inputs_is_refused_in_words_or_has_a_value(string op, int row)
    {
        var node = Nodes[row];
        Assert.Equal(op, node.Op.Name);
        var u = Expr.Variable("u");
        OpAttribute[] odd =
        [
            -1, 0, 1, 2, 7, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue,
            Array.Empty<int>(), new[] { -1 }, new[] { 0, 1 }, new[] { 9, 9 }, new[] { int.MaxValue, 1 },
            double.NaN, 1e300, true, false, "", "odd", DType.Bool, DType.Int64, DType.Float32, Tensor.Scalar(true),
            (Dim)(-3), (Dim)"n", Shape.Scalar, Shape.Of(2, 3), Shape.Of("n", 0),
            new GraphAttribute([], []), new GraphAttribute([u], [u]), new GraphAttribute([], [u]),
        ];
        foreach (var name in node.Op.Attributes.Keys)
            foreach (var value in odd)
                Refused(() => Expr.Apply(node.Op.With(name, value), [.. node.Inputs]));

        Expr[] inputs =
        [
            Expr.Variable("t", [], DType.Bool), Expr.Variable("k", [], DType.Int64),
            Expr.Variable("m", [2, 3], DType.Float32), Expr.Variable("n", ["n", 1, 2, 2], DType.Float64),
        ];
        foreach (var other in inputs)
            for (var i = 0; i < node.Inputs.Length; i++)
                Refused(() => Expr.Apply(node.Op, [.. node.Inputs.Select((input, at) => at == i ? other : input)]));
        for (var count = 0; count < 6; count++)
            Refused(() => Expr.Apply(node.Op, [.. Enumerable.Repeat(node.Inputs.IsEmpty ? x : node.Inputs[0], count)]));
    }

    static void Refused(Func<Expr> make)
    {
        try
        {
            var node = make();
            var sizes = Sizes.None.With("n", 1);
            // What is too large to be computed here is not.
            if (node.Inputs.Append(node).Any(e => e.Shape.Resolve(sizes).Any(d => d.Size > 64)) || node.Op is VariableOp) return;
            var y = Expr.Apply(node.Op, [.. node.Inputs.Select(e => Expr.Constant(Tensor.Zeros(e.DType, e.Shape.Resolve(sizes))))]);
            var value = Evaluator.Evaluate([y], TensorSet.Empty, sizes)[0];
            Assert.Equal(y.Type.Resolve(sizes), new(value.DType, value.Shape));
        }
        catch (FunctionalException e)
        {
            Assert.Contains(".", e.Message);
        }
    }

    [Theory]
    [InlineData("Slice: there is no attribute axes. It has axis, start, size, step.", "axes", 1)]
    [InlineData("Slice: attribute axis is an integer, such as 1; given a text, \"one\". Give an integer.", "axis", "one")]
    [InlineData("Slice: attribute step is 4294967296, beyond 2147483647. Give a smaller one.", "step", 1L << 32)]
    public void An_attribute_that_cannot_be_is_told(string message, string name, object value)
    {
        var slice = Slice(x, 1, 0, 2).Op;
        var attribute = value switch { int n => n, long n => (OpAttribute)n, _ => (string)value };
        Assert.Equal(message, Assert.Throws<FunctionalException>(() => slice.With(name, attribute)).Message);
    }

    [Fact]
    public void An_op_that_cannot_be_is_told()
    {
        static string Error(Action action) => Assert.ThrowsAny<FunctionalException>(action).Message;
        var none = new Dictionary<string, OpAttribute>();
        Assert.StartsWith("Op: there is no \"Slise\". Use one of Variable, ", Error(() => Op.Create("Slise", none)));
        Assert.Equal("Gather: attribute axis is missing. Give each of axis.", Error(() => Op.Create("Gather", none)));
        Assert.Equal("Tanh: there is no attribute axis. It has none.", Error(() => Tanh(x).Op.With("axis", 0)));
        Assert.Equal("Add: takes 2 inputs, given 1. Give one expression for each.", Error(() => Expr.Apply((x + x).Op, x)));
        Assert.Equal("ArgMax: axis 2 is not an axis of [2, 3]. Use 0 to 1.", Error(() => Expr.Apply(ArgMax(x, 1).Op.With("axis", 2), x)));
        var loop = Nodes.First(node => node.Op is ScanOp).Op;
        Assert.Contains("1 carried values, 1 elements and 9 stacked values of a step with", Error(() => loop.With("stacked", 9)));
        var free = new GraphAttribute([], [Expr.Variable("u")]);
        Assert.Contains("uses float64[] \"u\", which is none of its inputs", Error(() => loop.With("body", free)));
    }

    [Fact]
    public void An_op_is_written_with_its_attributes()
    {
        Assert.Equal("Slice(axis: 1, start: 0, size: 2, step: 1)", Slice(x, 1, 0, 2).Op.ToString());
        Assert.Equal("Pad(axis: 0, before: n, after: 1, between: 0, value: -0)", Pad(x, 0, "n", 1, -0.0).Op.ToString());
        Assert.Equal("Variable(symbol: \"x\", dtype: float64, shape: [2, 3], isStatistic: false)", x.Op.ToString());
        Assert.Equal("Sum(axes: [0, 1])", Sum(x).Op.ToString());
        Assert.Equal("Tanh", Tanh(x).Op.ToString());
        var loop = Scan([x], [Expr.Variable("s", [4, 2, 3], DType.Float64)], (h, e) => [h[0] * e[0]]).Last[0];
        Assert.Equal("Scan(body: (h0, x0) → h0·x0, carries: 1, elements: 1, stacked: 0, isReversed: false, result: 0)",
            Graph.TopologicalOrder(loop).Single(node => node.Op is ScanOp).Op.ToString());
    }

    [Fact]
    public void Zero_and_minus_zero_are_two_numbers_to_pad_with()
    {
        var row = Expr.Variable("row", [1], DType.Float64);
        var values = TensorSet.Of(("row", Tensor.Vector(1.0)));
        Expr[] pads = [Pad(row, 0, 0, 1, 0), Pad(row, 0, 0, 1, -0.0)];
        Tensor[] merged = [.. Graph.Merge(pads).Select(p => p.Evaluate(values))];
        foreach (var results in new[] { Evaluator.Evaluate(pads, values), Compilation.Compile(pads).Run(values), merged })
            Assert.Equal([false, true], results.Select(r => double.IsNegative(r.GetDouble(1))));
    }
}
