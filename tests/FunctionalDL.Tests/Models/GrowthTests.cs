namespace FunctionalDL.Tests.Models;

/// <summary>What is done with n layers, parts, names or terms takes about n times as much as with one.</summary>
public class GrowthTests
{
    static readonly CompileOptions Alone = new() { Threads = 1 };
    static readonly Dataset Data = new(Key.Of(1).Uniform([8, 4]), Key.Of(2).Uniform([8, 4]));

    static Model Deep(int layers) => Enumerable.Range(0, layers).Aggregate(Model.Input(4), (model, _) => model.Dense(4).Tanh());

    static Expr[] Variables(int n) => [.. Enumerable.Range(0, n).Select(i => Expr.Variable($"x{i}", [2], DType.Float64))];

    static readonly Dictionary<string, (int N, Func<int, Action> Make)> Rows = new()
    {
        ["layers added to a model"] = (200, n => () => Deep(n)),
        ["layers composed"] = (500, n => () => Enumerable.Range(0, n).Aggregate(Layer.Tanh, (all, _) => all >> Layer.Tanh)),
        ["functions composed"] = (
            500,
            n => () => _ = Enumerable.Range(0, n).Aggregate(Function.Of(x => Sin(x)), (all, _) => all >> Function.Of(x => Cos(x))).Parts),
        ["a model's first values"] = (100, n => Of(Deep(n), model => model.Initialize(1))),
        ["a model's other values"] = (100, n => Of(Deep(n).Initialize(1), model => model.WithParameters(model.Parameters))),
        ["a model's gradient"] = (
            50,
            n => Of(Deep(n), model => Sum(model.Output).Gradient([.. model.ParameterList.Select(p => p.Variable)]))),
        ["a model's prediction"] = (50, n => Of(Deep(n).Initialize(1), model => model.Predict(Data.Inputs))),
        ["a model's training"] = (
            20,
            n =>
                Of(
                    Deep(n).Initialize(1),
                    model =>
                        model
                            .Fit(
                                Data,
                                Loss.MeanSquaredError,
                                Optimizer.Adam() >> Optimizer.AverageWeights(),
                                1,
                                8,
                                options: new() { Threads = 1 })
                            .AveragedModel())),
        ["the gradient of parts put together"] = (300, n => Of(Variables(n), x => Sum(Square(Concat(0, x))).Gradient(x))),
        ["the gradient of parts stacked"] = (300, n => Of(Variables(n), x => Sum(Square(Stack(0, x))).Gradient(x))),
        ["the gradient of a sum of terms"] = (
            300,
            n =>
                Of(
                    Expr.Variable("x"),
                    x =>
                        Enumerable.Range(0, n).Select(i => Sin(i * x)).Aggregate((a, b) => a + b).Gradient(x).Compile(Alone).Run(("x", 1.0))
                )),
        ["tensors added to a set"] = (500, n => () => Enumerable.Range(0, n).Aggregate(TensorSet.Empty, (set, i) => set.With($"{i}", 1.0))),
        ["a set added to a set"] = (500, n => Of((Set(n, "a"), Set(n, "b")), sets => sets.Item1.With(sets.Item2))),
    };

    static Action Of<T>(T given, Action<T> use) => () => use(given);

    static TensorSet Set(int n, string prefix) => TensorSet.Of([.. Enumerable.Range(0, n).Select(i => (prefix + i, (Tensor)1.0))]);

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Is_linear(string name) => Growth.IsLinear(Rows[name].N, Rows[name].Make);

    [Fact]
    public void The_parts_of_a_composition_are_in_order()
    {
        Function[] f = [Function.Of(x => Sin(x)), Function.Of(x => Cos(x)), Function.Of(x => Exp(x)), Function.Of(x => x * x)];
        Function[] expected = [f[3], f[2], f[1], f[0]];
        Assert.Equal(expected, ((f[0] >> f[1]) >> (f[2] >> f[3])).Parts.ToArray());
        Assert.Equal(expected, (f[0] >> (f[1] >> f[2] >> f[3])).Parts.ToArray());
        Assert.Same(f[0], Assert.Single(f[0].Parts));
    }

    /// <summary>A model that is built on goes on as it was, however it is built on.</summary>
    [Fact]
    public void Models_with_a_beginning_in_common_are_apart()
    {
        var trunk = Model.Input(3).Dense(4);
        var (left, right) = (trunk.Dense(5).BatchNorm(), trunk.Dropout(0.5).Dense(6).Dense(7));
        Assert.Equal(["dense1.weight", "dense1.bias"], trunk.ParameterList.Select(p => p.Name));
        Assert.Equal(["dense", "dense", "batchnorm"], left.Layers.Select(l => l.Name));
        Assert.Equal(["dense", "dropout", "dense", "dense"], right.Layers.Select(l => l.Name));
        Assert.Equal(
            ["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias", "dense3.weight", "dense3.bias"],
            right.ParameterList.Select(p => p.Name));
        Assert.Equal([4, 5], left.ParameterList[2].Type.Shape.ToSizes());
        Assert.Contains("declared twice", Assert.Throws<FunctionalException>(() => trunk.Then(Layer.Of("twice", (scope, x) =>
            x + scope.Parameter("a", Shape.Scalar, Initializer.Zeros) + scope.Parameter("a", Shape.Scalar, Initializer.Zeros)))).Message);
    }
}
