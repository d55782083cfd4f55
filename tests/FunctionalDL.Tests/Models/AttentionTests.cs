using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

public class AttentionTests
{
    static readonly Tensor<double> Q = Values(1, 3, 4), K = Values(2, 5, 4), V = Values(3, 5, 2);

    static Tensor<double> Values(int seed, params Dim[] shape) => Derivatives.Random(Key.Of(seed), Shape.Of(shape)).As<double>();

    /// <summary>Σⱼ wⱼ vⱼ with wⱼ ∝ e^(q·kⱼ/√d) over the keys that a query sees.</summary>
    static double[] Direct(Func<int, int, bool> sees)
    {
        var result = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            double[] weights =
            [
                .. Enumerable.Range(0, 5).Select(j => sees(i, j) ? Math.Exp(Enumerable.Range(0, 4).Sum(d => Q[i, d] * K[j, d]) / 2) : 0),
            ];
            for (var e = 0; e < 2; e++)
                result.Add(Enumerable.Range(0, 5).Sum(j => weights[j] * V[j, e]) / weights.Sum());
        }
        return [.. result];
    }

    static void Close(double[] expected, Expr actual) =>
        Assert.Equal(expected, actual.Evaluate().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);

    [Fact]
    public void Attention_is_its_formula()
    {
        Expr q = Expr.Constant(Q), k = Expr.Constant(K), v = Expr.Constant(V);
        var mask = Expr.Constant(Tensor.Vector(true, false, true, true, false));
        Close(Direct((_, _) => true), Attention(q, k, v));
        Close(Direct((i, j) => j <= i), Attention(q, k, v, isCausal: true));
        Close(Direct((_, j) => j is 0 or 2 or 3), Attention(q, k, v, mask));
        Close(Direct((i, j) => j <= i && j is 0 or 2 or 3 && j <= i), Attention(q, k, v, mask, isCausal: true));
    }

    /// <summary>
    /// The first query sees no key: the only one that is not masked is in its future. It takes nothing, and gives nothing back.
    /// </summary>
    [Theory]
    [InlineData(DType.Float64), InlineData(DType.Float32)]
    public void A_query_without_keys_is_zero_and_has_no_gradient(DType dtype)
    {
        Expr q = Expr.Variable("q", [3, 4], dtype), k = Expr.Variable("k", [5, 4], dtype), v = Expr.Variable("v", [5, 2], dtype);
        TensorSet at = TensorSet.Of(("q", Q.Cast(dtype)), ("k", K.Cast(dtype)), ("v", V.Cast(dtype)));
        var y = Attention(q, k, v, Expr.Constant(Tensor.Vector(false, true, false, false, false)), isCausal: true);
        Expr[] outputs = [y, .. Sum(Sin(y + 1)).Gradient([q, k, v])];
        foreach (var values in new[] { Evaluator.Evaluate(outputs, at), Compilation.Compile(outputs).Run(at) })
        {
            double[][] numbers = [.. values.Select(value => value.Cast(DType.Float64).ToArray<double>())];
            Assert.Equal([0, 0, V[1, 0], V[1, 1], V[1, 0], V[1, 1]], numbers[0], (a, b) => Math.Abs(a - b) < 1e-6);
            Assert.Equal(new double[4], numbers[1][..4]);
            Assert.All(numbers.SelectMany(n => n), n => Assert.True(double.IsFinite(n)));
        }
        Close(
            new double[6],
            Attention(Expr.Constant(Q), Expr.Constant(K), Expr.Constant(V), Expr.Constant(Tensor.Full(DType.Bool, [5], 0))));
    }

    static Model Decoder(int width = 8) => Model.Input(DType.Float64, "time", width).TransformerDecoder(2, rotary: true).Initialize(3);

    /// <summary>What comes later does not change what was said before, and what is masked changes nothing.</summary>
    [Fact]
    public void A_decoder_does_not_see_the_future()
    {
        var x = Values(4, 1, 6, 8);
        var changed = Tensor.Of(x.Shape, [.. x.ToArray<double>().Select((v, i) => i >= 4 * 8 ? v + 1 : v)]);
        var (before, after) = (Decoder().Predict(x).ToArray<double>(), Decoder().Predict(changed).ToArray<double>());
        Assert.Equal(before[..32], after[..32]);
        Assert.NotEqual(before[32..], after[32..]);
    }

    [Fact]
    public void Padding_changes_nothing()
    {
        Model With(Expr? mask) => Model.Input(DType.Float64, "time", 8).TransformerEncoder(2, mask: mask).Initialize(3);
        var mask = Expr.Variable("mask", [Model.Batch, "time"], DType.Bool);
        var (padded, plain) = (With(mask), With(null));
        var x = Values(5, 1, 4, 8);
        var longer = Tensor.Of(Shape.Of(1, 6, 8), [.. x.ToArray<double>(), .. Values(6, 2, 8).ToArray<double>()]);

        var y = padded
            .Output.Evaluate(
                padded.Parameters.With("input", longer).With("mask", Tensor.Of(Shape.Of(1, 6), [true, true, true, true, false, false])))
            .ToArray<double>();
        Assert.Equal(plain.Predict(x).ToArray<double>(), y[..32], (a, b) => Math.Abs(a - b) < 1e-12);
    }

    /// <summary>Turned by their places, the product of two vectors depends on how far apart they are.</summary>
    [Fact]
    public void Rotary_products_depend_on_the_distance()
    {
        var same = Expr.Constant(
            Tensor.Of(Shape.Of(5, 4), [.. Enumerable.Repeat(Values(7, 4).ToArray<double>(), 5).SelectMany(row => row)]));
        var turned = RotaryPositions(same);
        var products = MatMul(turned, Transpose(turned)).Evaluate().As<double>();
        for (var i = 1; i < 5; i++)
            for (var j = 1; j < 5; j++) Assert.Equal(products[i - 1, j - 1], products[i, j], 1e-12);
        Assert.NotEqual(products[0, 0], products[0, 2], 1e-3);
    }

    [Fact]
    public void Sinusoids_are_their_formula()
    {
        var y = Model.Input(DType.Float64, "time", 4).SinusoidalPositions().Predict(Tensor.Zeros(DType.Float64, [1, 3, 4])).As<double>();
        for (var t = 0; t < 3; t++)
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(Math.Sin(t / Math.Pow(10000, i / 2.0)), y[0, t, 2 * i], 1e-15);
                Assert.Equal(Math.Cos(t / Math.Pow(10000, i / 2.0)), y[0, t, 2 * i + 1], 1e-15);
            }
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var model = Model.Input(DType.Float64, "time", 8);
        Refuses("mask", () => model.MultiHeadAttention(2, mask: Expr.Variable("mask", [Model.Batch, "time", 3], DType.Bool)));
        Refuses("mask", () => model.MultiHeadAttention(2, mask: Expr.Variable("mask", [Model.Batch, "time"])));
        Refuses("heads", () => model.MultiHeadAttention(3));
        Refuses("even", () => Model.Input(DType.Float64, "time", 6).MultiHeadAttention(2, rotary: true));
        Refuses("places", () => Model.Input(DType.Float64, 9, 8).PositionEmbedding(8));
        Refuses("heads", () => Layer.MultiHeadAttention(0));
        Refuses("hidden", () => Layer.TransformerEncoder(2, hidden: 0));

        var positions = model.PositionEmbedding(4).Initialize(1);
        Refuses("64", () => Model.Input(DType.Float64, "time", 8).PositionEmbedding(64).Initialize(1).Predict(Values(1, 1, 65, 8)));
        Assert.Equal(Shape.Of(1, 4, 8), positions.Predict(Values(1, 1, 4, 8)).Shape);

        static void Refuses(string message, Func<object> build) =>
            Assert.Contains(message, Assert.ThrowsAny<FunctionalException>(build).Message);
    }
}
