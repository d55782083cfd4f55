using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

/// <summary>Recurrent layers against the same recurrences written as loops over numbers.</summary>
public class RecurrentLayerTests
{
    const int Batch = 2,
        Time = 4,
        Inputs = 3,
        Units = 2;

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    static readonly Dictionary<
        string,
        (Func<bool, bool, Layer> Layer, int Gates, Func<double[], double[], double[], double[], double[], (double[], double[])> Step)
    > Cases = new()
    {
        ["simplernn"] = (
            (all, reverse) => Layer.SimpleRnn(Units, all, reverse),
            1,
            (a, b, _, h, c) => ([.. Range(j => Math.Tanh(a[j] + b[j]))], c)
        ),
        ["lstm"] = (
            (all, reverse) => Layer.Lstm(Units, all, reverse),
            4,
            (a, b, _, h, c) =>
            {
                double Gate(int gate, int j) => a[gate * Units + j] + b[gate * Units + j];
                double[] next = [.. Range(j => Sigmoid(Gate(1, j)) * c[j] + Sigmoid(Gate(0, j)) * Math.Tanh(Gate(2, j)))];
                return ([.. Range(j => Sigmoid(Gate(3, j)) * Math.Tanh(next[j]))], next);
            }
        ),
        ["gru"] = (
            (all, reverse) => Layer.Gru(Units, all, reverse),
            3,
            (a, b, bias, h, c) =>
                (
                    [
                        .. Range(j =>
                        {
                            double Part(int gate) => b[gate * Units + j] + bias[gate * Units + j];
                            var (r, z) = (Sigmoid(a[j] + Part(0)), Sigmoid(a[Units + j] + Part(1)));
                            return (1 - z) * Math.Tanh(a[2 * Units + j] + r * Part(2)) + z * h[j];
                        }),
                    ],
                    c
                )
        ),
    };

    static IEnumerable<double> Range(Func<int, double> f) => Enumerable.Range(0, Units).Select(f);

    [Theory]
    [InlineData("simplernn", false)]
    [InlineData("simplernn", true)]
    [InlineData("lstm", false)]
    [InlineData("lstm", true)]
    [InlineData("gru", false)]
    [InlineData("gru", true)]
    public void A_recurrent_layer_is_its_loop(string name, bool reverse)
    {
        var (create, gates, step) = Cases[name];
        var model = Model.Input(DType.Float64, "time", Inputs).Then(create(true, reverse));
        var values = TensorSet.Of(
            model.ParameterList.Select((p, i) => KeyValuePair.Create(p.Name, Derivatives.Random(Key.Of(i), p.Type.Shape)))
        );
        var x = Derivatives.Random(Key.Of(9), [Batch, Time, Inputs]).As<double>();
        var y = model.WithParameters(values).Predict(x).As<double>();
        Tensor<double> w = values[$"{name}1.weight"].As<double>(),
            u = values[$"{name}1.recurrent"].As<double>();
        var bias = values[$"{name}1.bias"].ToArray<double>();

        var last = new List<double>();
        for (var b = 0; b < Batch; b++)
        {
            double[] h = new double[Units],
                c = new double[Units];
            foreach (var t in reverse ? Enumerable.Range(0, Time).Reverse() : Enumerable.Range(0, Time))
            {
                double[] input =
                [
                    .. Enumerable.Range(0, gates * Units).Select(j => bias[j] + Enumerable.Range(0, Inputs).Sum(i => x[b, t, i] * w[i, j])),
                ];
                double[] recurrent =
                [
                    .. Enumerable.Range(0, gates * Units).Select(j => Enumerable.Range(0, Units).Sum(i => h[i] * u[i, j])),
                ];
                (h, c) = step(input, recurrent, name == "gru" ? values["gru1.recurrentbias"].ToArray<double>() : [], h, c);
                for (var j = 0; j < Units; j++)
                    Assert.Equal(h[j], y[b, t, j], 1e-12);
            }
            last.AddRange(h);
        }
        var only = Model.Input(DType.Float64, "time", Inputs).Then(create(false, reverse)).WithParameters(values).Predict(x);
        Assert.Equal(last, only.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_forget_gate_starts_open() =>
        Assert.Equal([0f, 0, 1, 1, 0, 0, 0, 0], Model.Input("time", 3).Lstm(2).Initialize(1).Parameters["lstm1.bias"].ToArray<float>());

    [Fact]
    public void Tokens_without_an_embedding_are_refused()
    {
        Assert.Contains("Embedding", Assert.Throws<ShapeException>(() => Model.Input(DType.Int64, "time").Lstm(2)).Message);
        Assert.Contains("units", Assert.Throws<FunctionalException>(() => Layer.Gru(0)).Message);
    }
}
