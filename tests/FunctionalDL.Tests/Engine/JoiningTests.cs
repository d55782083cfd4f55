using FsCheck;
using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Engine;

/// <summary>
/// What fusion joins: reductions, slices, broadcasts and whole arrays put side by side, at sizes that coincide, so that counts alone say
/// nothing about shapes.
/// </summary>
public class JoiningTests
{
    static readonly int[] Common = [1, 2, 3, 4, 16];

    [Property(MaxTest = 150)]
    public void Parts_of_all_kinds_join(DoNotSize<int> any)
    {
        var family = new Family(new(any.Item));
        EngineTests.Agrees(family.Outputs(), family.Values(any.Item), family.DType == DType.Float64 ? 1e-11 : 1e-3);
    }

    /// <summary>As many elements a part, from the axis on, as are reduced.</summary>
    [Theory, InlineData(2), InlineData(3), InlineData(16)]
    public void Reductions_join_where_a_part_has_as_many_elements_as_are_reduced(int n)
    {
        var (a, image) = (Expr.Variable("a", [n, n]), Expr.Variable("image", [3, n * n, n, n]));
        Expr[] outputs =
        [
            Concat(0, Sum(a, 1), Sum(a, 1)),
            Stack(0, Max(a, 1), Sum(a, 1), Min(a, 1)),
            Concat(0, Sum(a, 1), Reshape(Slice(a, 0, 0, 1), [n])),
            Concat(1, Mean(image, 2, 3), Max(image, 2, 3)),
        ];
        var values = TensorSet.Of(("a", EngineTests.Uniform(1, [n, n])), ("image", EngineTests.Uniform(2, [3, n * n, n, n])));
        foreach (var output in outputs) EngineTests.Agrees([output], values, 1e-5);
    }

    /// <summary>One number for each row, as wide as the rows it comes from, is reduced again along either axis and along both.</summary>
    [Theory, InlineData(2, 32), InlineData(3, 5), InlineData(7, 1), InlineData(4, 1000)]
    public void Numbers_of_rows_are_reduced_again(int rows, int columns)
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var x = Expr.Variable("x", [rows, columns], dtype);
            Expr[] numbers = [Sum(x, 1), Exp(Max(x, 1)), Sum(x, 1) * Min(x, 1)];
            Expr[] wide = [.. numbers.Select(n => Broadcast(ExpandDims(n, 1), x.Shape))];
            Expr[] outputs = [.. wide.SelectMany(w => new[] { Sum(w), Sum(w, 0), Sum(w, 1), Max(w), Min(w, 0), Max(w, 1) })];
            var values = TensorSet.Of(("x", EngineTests.Uniform(1, [rows, columns]).Cast(dtype)));
            foreach (var output in outputs) EngineTests.Agrees([output], values, 1e-4);
            EngineTests.Agrees([.. outputs, .. numbers], values, 1e-4);
        }
    }

    /// <summary>Rows that nothing is added to are 0, also where what is added elsewhere is a product with infinities.</summary>
    [Fact]
    public void Rows_that_nothing_is_added_to_are_zero()
    {
        var (indices, a, b) = (Expr.Variable("i", [5], DType.Int64), Expr.Variable("a", [5, 3]), Expr.Variable("b", [3, 3]));
        var values = TensorSet.Of(
            ("i", Tensor.Vector(0L, 0, 2, 0, 2)),
            ("a", EngineTests.Uniform(1, [5, 3])),
            ("b", Tensor.Full(DType.Float32, [3, 3], float.PositiveInfinity)));
        var sums = ScatterAdd(indices, MatMul(a, b), 4).Compile().Run(values)[0].ToArray<float>();
        Assert.All(sums[3..6].Concat(sums[9..]), v => Assert.Equal(0, v));
    }

    /// <summary>A few random outputs that are joined from parts of one shape, or of one but for the axis.</summary>
    sealed class Family(Random random)
    {
        readonly Dictionary<string, Expr> variables = [];

        // Few sizes in all, so that most coincide.
        readonly int[] sizes = [Of(random, Common), Of(random, Common)];

        public DType DType { get; } = Of(random, [DType.Float32, DType.Float64]);

        static T Of<T>(Random random, ReadOnlySpan<T> items) => items[random.Next(items.Length)];

        public Expr[] Outputs() => [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Joined())];

        public TensorSet Values(int seed) =>
            TensorSet.Of([.. variables.Values.Select((v, i) => (v.VariableName!, EngineTests.Uniform(seed + i, v.Shape).Cast(DType)))]);

        int[] Shape(int rank) => [.. Enumerable.Range(0, rank).Select(_ => Of(random, sizes))];

        Expr Joined()
        {
            var shape = Shape(random.Next(1, 4));
            var axis = random.Next(shape.Length);
            var isEqual = random.Next(4) > 0;
            Expr[] parts =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 5))
                    .Select(_ => Part(isEqual ? shape : [.. shape[..axis], Of(random, sizes), .. shape[(axis + 1)..]])),
            ];
            var joined = isEqual && random.Next(3) == 0 ? Stack(axis, parts) : Concat(axis, parts);
            return random.Next(5) switch
            {
                0 => Exp(joined) - 1,
                1 => Sum(joined, random.Next(joined.Rank)),
                2 => Concat(axis, joined, -joined),
                3 => joined * Slice(joined, axis, 0, 1),
                _ => joined,
            };
        }

        Expr Part(int[] shape)
        {
            var part = random.Next(8) switch
            {
                0 => Variable(shape),
                1 => Broadcast(Reduction([.. shape.Select(n => random.Next(2) == 0 ? 1 : n)]), Dims(shape)),
                2 => Slice(Reduction([.. shape[..^1], shape[^1] + 1]), shape.Length - 1, 1, shape[^1] + 1),
                3 => Reshape(Reduction([.. shape.Reverse()]), Dims(shape)),
                _ => Reduction(shape),
            };
            return random.Next(3) switch { 0 => Tanh(part), 1 => part * Variable(shape), _ => part };
        }

        Expr Reduction(int[] shape)
        {
            var (whole, axes) = (shape.ToList(), new List<int>());
            for (var i = random.Next(1, 5 - shape.Length); i > 0; i--) whole.Insert(random.Next(whole.Count + 1), -Of(random, sizes));
            for (var axis = 0; axis < whole.Count; axis++)
                if (whole[axis] < 0) axes.Add(axis);
            var x = Variable([.. whole.Select(Math.Abs)]);
            if (random.Next(3) == 0) x = 2 * x;
            int[] over = [.. axes];
            return random.Next(4) switch { 0 => Sum(x, over), 1 => Max(x, over), 2 => Min(x, over), _ => Mean(x, over) };
        }

        /// <summary>A variable of that shape: usually the same one again.</summary>
        Expr Variable(int[] shape)
        {
            var name = $"x{string.Join('_', shape)}{(random.Next(4) == 0 ? "b" : "")}";
            return variables.TryGetValue(name, out var known) ? known : variables[name] = Expr.Variable(name, Dims(shape), DType);
        }

        static Shape Dims(int[] shape) => FunctionalDL.Shape.Of([.. shape.Select(n => (Dim)n)]);
    }
}
