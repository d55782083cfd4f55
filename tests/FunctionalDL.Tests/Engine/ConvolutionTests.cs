using FsCheck;
using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Engine;

/// <summary>
/// Convolutions and pooling of any kind are what the evaluator makes of them, with their gradients and whatever the engine does in the
/// same step.
/// </summary>
public class ConvolutionTests
{
    /// <summary>A random window over one to three axes, now and then over an empty batch or the smallest input it fits on.</summary>
    sealed class Case
    {
        readonly Random random;

        public Case(int seed)
        {
            random = new(seed);
            var rank = Pick(1, 3);
            int[] Each(int from, int to) => [.. Enumerable.Range(0, rank).Select(_ => Pick(from, to))];
            (Kernel, Strides, Dilations) = (Each(1, 4 - rank / 3), Each(1, 3), Each(1, 2));
            Padding = Pick(0, 2) == 0 ? FunctionalDL.Padding.Same : FunctionalDL.Padding.Of([.. Each(0, 3).Zip(Each(0, 3))]);
            Groups = Pick(1, 3);
            DType = Pick(0, 1) == 0 ? DType.Float32 : DType.Float64;
            var least = Enumerable.Range(0, rank).Select(a => (Kernel[a] - 1) * Dilations[a] + 1);
            X = Expr.Variable(
                "x",
                [
                    Pick(0, 9) == 0 ? 0 : Pick(1, 3),
                    Groups * Pick(1, 3),
                    .. least.Select(n => (Dim)(n + Pick(0, 3) * Pick(0, 24 / (rank * rank)))),
                ],
                DType);
            W = Expr.Variable("w", [Groups * Pick(1, 10), X.Shape[1].Size / Groups, .. Kernel.Select(n => (Dim)n)], DType);
            Bias = Expr.Variable("b", [W.Shape[0], .. Kernel.Select(_ => (Dim)1)], DType);
        }

        public int[] Kernel { get; }

        public int[] Strides { get; }

        public int[] Dilations { get; }

        public Padding Padding { get; }

        public int Groups { get; }

        public DType DType { get; }

        public Expr X { get; }

        public Expr W { get; }

        public Expr Bias { get; }

        public Expr Convolved => Conv(X, W, Strides, Padding, Dilations, Groups);

        public int Pick(int from, int to) => random.Next(from, to + 1);

        /// <summary>A pooling whose windows may overlap, leave gaps and reach over the ends.</summary>
        public Expr Pooled(Expr x)
        {
            int[] window = [.. x.Shape.Skip(2).Select(n => Math.Min(n.Size, Pick(1, 3)))];
            return MaxPool(
                x,
                window,
                [.. window.Select(_ => Pick(1, 3))],
                Pick(0, 1) == 0 ? null : FunctionalDL.Padding.Of([.. window.Select(n => (Pick(0, n - 1), Pick(0, n - 1)))]));
        }

        /// <summary>Values in [−1, 1), of which some are special ones.</summary>
        public TensorSet Values(params ReadOnlySpan<float> special)
        {
            var (values, list) = (new List<(string, Tensor)>(), special.ToArray());
            foreach (var v in (Expr[])[X, W, Bias])
            {
                var uniform = Key.Of(Pick(0, int.MaxValue - 1)).Uniform(v.Shape).As<float>().Map(u => 2 * u - 1);
                values.Add(
                    (
                        v.VariableName!,
                        uniform.Map(u => list.Length > 0 && Pick(0, 15) == 0 ? list[Pick(0, list.Length - 1)] : u).Cast(DType)));
            }
            return TensorSet.Of([.. values]);
        }
    }

    [Property(MaxTest = 100)]
    public void Convolutions_agree(DoNotSize<int> any)
    {
        var seed = any.Item;
        var c = new Case(seed);
        var y = c.Convolved;
        EngineTests.Agrees([y, .. Sum(Sin(y)).Gradient([c.X, c.W])], c.Values(), Tolerance(c));
    }

    /// <summary>A bias, a rectifier and a pooling are part of the convolution's step, and masks part of the pooling's gradient.</summary>
    [Property(MaxTest = 100)]
    public void And_so_does_what_follows_them(DoNotSize<int> any)
    {
        var seed = any.Item;
        var c = new Case(seed);
        var y = c.Convolved;
        if (c.Pick(0, 3) > 0) y += c.Bias;
        if (c.Pick(0, 3) > 0) y = Relu(y);
        if (c.Pick(0, 3) > 0) y = c.Pooled(y);
        if (c.Pick(0, 3) == 0) y = Relu(y);
        Expr[] outputs = c.Pick(0, 1) == 0 ? [y] : [y, .. Sum(Sin(y)).Gradient([c.X, c.W, c.Bias])];
        EngineTests.Agrees(outputs, c.Values(), Tolerance(c));
    }

    [Property(MaxTest = 60)]
    public void Pooling_agrees(DoNotSize<int> any)
    {
        var seed = any.Item;
        var c = new Case(seed);
        var (y, t) = (c.Pooled(c.X), Sin(c.X));
        EngineTests.Agrees(
            [y, Sum(Sin(y)).Gradient(c.X), y.Jvp([c.X], [t]), AveragePool(c.X, c.Kernel, c.Strides)],
            c.Values(),
            Tolerance(c));
    }

    /// <summary>Padding is no element: infinite weights, inputs and gradients meet nothing there.</summary>
    [Property(MaxTest = 100)]
    public void Special_values_agree(DoNotSize<int> any)
    {
        var seed = any.Item;
        var c = new Case(seed);
        var values = c.Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0);
        var (y, g) = (c.Convolved, Expr.Variable("g", c.Convolved.Shape, c.DType));
        var special = Key.Of(seed).Uniform(g.Shape).As<float>().Map(u => u < 0.1f ? float.NegativeInfinity : u).Cast(c.DType);
        EngineTests.Agrees(
            [y, .. Sum(y * g).Gradient([c.X, c.W]), Relu(c.Convolved + c.Bias), c.Pooled(y), Sum(c.Pooled(c.X)).Gradient(c.X)],
            values.With(TensorSet.Of(("g", special))),
            Tolerance(c));
    }

    /// <summary>Inputs too large for the cache are convolved in bands.</summary>
    [Theory]
    [InlineData(1, 1), InlineData(2, 1), InlineData(2, 2)]
    public void Large_inputs_agree(int stride, int groups)
    {
        var (x, w) = (Expr.Variable("x", [2, 4, 301, 150]), Expr.Variable("w", [2, 4 / groups, 3, 2]));
        var y = Conv(x, w, [stride, stride], Padding.Same, groups: groups);
        Tensor Uniform(int seed, Expr v) => Key.Of(seed).Uniform(v.Shape).As<float>().Map(u => 2 * u - 1);
        EngineTests.Agrees([y, .. Sum(Sin(y)).Gradient([x, w])], TensorSet.Of(("x", Uniform(1, x)), ("w", Uniform(2, w))), 1e-3);
    }

    static double Tolerance(Case c) => c.DType == DType.Float32 ? 1e-4 : 1e-10;
}
