using FsCheck.Xunit;
using FunctionalDL.Onnx;
using FunctionalDL.Tests.Expressions;

namespace FunctionalDL.Tests.Models;

/// <summary>A layer that a model applies several times has one set of parameters; copies have their own.</summary>
public class SharedLayerTests
{
    static string[] Names(Model model) => [.. model.ParameterList.Select(p => p.Name)];

    static Model Twins(Layer a, Layer b) => Model.Input(DType.Float64, 3).Parallel("twins", x => Abs(x[0] - x[1]), a, b);

    /// <summary>tanh(tanh(x W + b) W + b): the gradient is the sum over the uses.</summary>
    [Fact]
    public void A_layer_used_twice_is_the_expression_with_one_weight()
    {
        var dense = Layer.Dense(3);
        var model = Model.Input(DType.Float64, 3) >> dense >> Layer.Tanh >> dense >> Layer.Tanh;
        Assert.Equal(["dense1.weight", "dense1.bias"], Names(model));

        Expr x = Derivatives.Variable("input", 2, 3),
            w = Derivatives.Variable("dense1.weight", 3, 3),
            b = Derivatives.Variable("dense1.bias", 3);
        var byHand = Tanh(MatMul(Tanh(MatMul(x, w) + b), w) + b);
        var at = Derivatives.Point(byHand);
        Expr Loss(Expr y) => Sum(Square(y));
        var expected = Loss(byHand).Gradient([w, b]);
        var actual = Loss(model.Output).Gradient([.. model.ParameterList.Select(p => p.Variable)]);
        for (var i = 0; i < 2; i++)
            Assert.Equal(
                expected[i].Evaluate(at).ToArray<double>(),
                actual[i].Evaluate(at).ToArray<double>(),
                (p, q) => Math.Abs(p - q) < 1e-14);
    }

    [Fact]
    public void Twins_share_and_copies_do_not()
    {
        var tower = Layer.Dense(4) >> Layer.Relu;
        Assert.Equal(["twins1.dense1.weight", "twins1.dense1.bias"], Names(Twins(tower, tower)));
        Assert.Equal(4, Twins(tower, tower.Copy()).ParameterList.Count);
        Assert.Equal(4, Twins(tower.Copy(), tower.Copy()).ParameterList.Count);
        Assert.Equal(["twins1.left1.dense1.weight", "twins1.left1.dense1.bias", "twins1.right1.dense1.weight", "twins1.right1.dense1.bias"],
            Names(Twins(tower.Named("left"), tower.Named("right"))));

        var twins = Twins(tower, tower).Initialize(1);
        Assert.All(twins.Predict(Derivatives.Random(Key.Of(1), [2, 3])).ToArray<double>(), d => Assert.Equal(0, d));
    }

    /// <summary>
    /// Blocks that make their layers while they are applied share by their own use; what is shared inside a copy stays shared inside it.
    /// </summary>
    [Fact]
    public void Blocks_share_all_that_is_inside_and_copies_keep_it_so()
    {
        var block = Layer.TransformerEncoder(2, dropout: 0.1);
        var once = Model.Input("time", 4) >> block;
        Assert.Equal(Names(once), Names(once >> block >> block));
        Assert.Equal(2 * once.ParameterList.Count, (once >> block.Copy()).ParameterList.Count);

        var dense = Layer.Dense(4);
        var inner = dense >> Layer.Residual(dense >> Layer.Tanh >> Layer.Dense(4));
        Assert.Equal(
            ["dense1.weight", "dense1.bias", "residual1.dense1.weight", "residual1.dense1.bias"],
            Names(Model.Input(4) >> inner >> inner));
        Assert.Equal(8, (Model.Input(4) >> inner >> inner.Copy()).ParameterList.Count);
        Assert.Equal(8, (Model.Input(4) >> inner.Copy() >> inner.Named("again")).ParameterList.Count);
        Assert.Equal(6, (Model.Input(4) >> dense >> Layer.Dense(4) >> dense >> Layer.Dense(4)).ParameterList.Count);
    }

    /// <summary>Two layers of one name inside a block, one of which is made anew each time: the second use finds both.</summary>
    [Fact]
    public void A_block_used_again_finds_its_layers_by_their_places()
    {
        var kept = Layer.Dense(4);
        var block = Layer.Of("block", (scope, x) => Layer.Dense(4).Apply(scope, kept.Apply(scope, kept.Apply(scope, x))));
        var model = Model.Input(4) >> block >> block;
        Assert.Equal(["block1.dense1.weight", "block1.dense1.bias", "block1.dense2.weight", "block1.dense2.bias"], Names(model));
        Assert.Equal(
            ["dense1.weight", "dense1.bias", "block1.dense1.weight", "block1.dense1.bias"],
            Names(Model.Input(4) >> kept >> block >> block));
    }

    [Fact]
    public void The_summary_says_with_what_a_layer_shares()
    {
        var dense = Layer.Dense(4);
        Assert.Equal(
            """
            layer  output             parameters
            input  float32[batch, 4]           0
            dense  float32[batch, 4]          20
            relu   float32[batch, 4]           0
            dense  float32[batch, 4]           0  shared with dense1
            20 parameters, 0.1 KiB
            """, (Model.Input(4) >> dense >> Layer.Relu >> dense).Summary());
    }

    [Fact]
    public void Uses_that_do_not_fit_together_are_refused()
    {
        var dense = Layer.Dense(4);
        var error = Assert.Throws<ShapeException>(() => Model.Input(3) >> dense >> dense);
        Assert.Contains("\"dense1.weight\" is [3, 4] where the layer was used before and would be [4, 4] here", error.Message);
        Assert.Contains("layer.Copy()", error.Message);
        var twice = Layer.Of(
            "twice",
            (scope, x) => x * scope.Parameter("a", [4], Initializer.Ones) * scope.Parameter("a", [4], Initializer.Ones));
        Assert.Contains("declared twice", Assert.Throws<FunctionalException>(() => Model.Input(4).Then(twice)).Message);
        Assert.Contains(
            "not a statistic",
            Assert
                .Throws<FunctionalException>(() =>
                    Forward.Build(
                        (
                            Model.Input(4)
                            >> Layer.Of(
                                "wrong",
                                (scope, x) =>
                                {
                                    scope.Update(scope.Parameter("a", [4], Initializer.Ones), x);
                                    return x;
                                })
                        ).Body,
                        isTraining: true))
                .Message);
    }

    /// <summary>Running statistics go from the first use to the second within a step, as if the layer had seen two batches.</summary>
    [Fact]
    public void Statistics_go_on_from_use_to_use()
    {
        var norm = Layer.BatchNorm(momentum: 0.75);
        var model = (Model.Input(DType.Float64, 2) >> norm >> Layer.Of("shift", x => 3 * x + 1) >> norm).Initialize(1);
        var at = model.Parameters.With("input", Derivatives.Random(Key.Of(1), [5, 2]));
        var training = Forward.Build(model.Body, isTraining: true);
        var first = Mean(model.InputVariable, 0).Evaluate(at).ToArray<double>();
        var actual = training.Updates["batchnorm1.mean"].Evaluate(at).ToArray<double>();
        // What the second use sees has mean 1: 3·0 + 1.
        for (var i = 0; i < 2; i++) Assert.Equal(0.75 * (0.25 * first[i]) + 0.25 * 1, actual[i], 1e-12);
        Assert.Equal(2, training.Updates.Count);
    }

    [Fact]
    public void Dropout_is_drawn_anew_for_each_use()
    {
        var drop = Layer.Dropout(0.5);
        var model = Model.Input(DType.Float64, 100).Parallel("both", x => x[0] - x[1], drop, drop);
        var y = Forward
            .Build(model.Body, isTraining: true)
            .Outputs[0]
            .Value.Evaluate(("input", Tensor.Full(DType.Float64, [1, 100], 1)), ("key", Key.Of(1).ToTensor()));
        Assert.Contains(y.ToArray<double>(), d => d != 0);
    }

    [Fact]
    public void What_is_shared_is_trained_saved_and_exported_once()
    {
        var dense = Layer.Dense(3);
        var data = new Dataset(Key.Of(1).Uniform([8, 3]), Key.Of(2).Uniform([8, 3]));
        var run = (Model.Input(3) >> dense >> Layer.Tanh >> dense).Fit(data, Loss.MeanSquaredError, Optimizer.Adam(0.05), 30, 4, seed: 1);
        Assert.True(run.History[^1].Loss < run.History[0].Loss);
        Assert.Equal(["dense1.weight", "dense1.bias"], run.Checkpoint.Parameters.Names);
        Assert.Equal(5, run.Checkpoint.OptimizerState.Count);

        (string, Expr)[] outputs = [("y", run.Model.Output)];
        var graph = ModelProto.Parser.ParseFrom(OnnxExport.ToOnnx(outputs, run.Model.Parameters)).Graph;
        Assert.Equal(2, graph.Initializer.Count(i => i.Name.StartsWith("dense", StringComparison.Ordinal)));
        OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, run.Model.Parameters), outputs, run.Model.Parameters);
    }

    /// <summary>
    /// No two layers have one name, whatever they are called; a name that ends in a digit is not run into its number, and ordinary names
    /// are numbered.
    /// </summary>
    [Property(MaxTest = 200)]
    public bool Layers_have_names_of_their_own(byte[] picks)
    {
        string[] kinds = ["body", "body1", "body1_", "body1_2", "body2", "1", "11", "body_"];
        var layers = picks.Take(30).Select(pick => Layer.Dense(1, bias: false).Named(kinds[pick % kinds.Length])).ToArray();
        var names = Names(Model.Input(1).Then(Layer.Sequence(layers)));
        return names.Distinct().Count() == layers.Length
            && names.Zip(layers).All(n => n.First.StartsWith(n.Second.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_that_end_in_a_digit_stand_as_they_are()
    {
        Layer Body(string name) => Layer.Dense(2, bias: false).Named(name);
        Assert.Equal(
            ["body1.weight", "body1_2.weight", "body2.weight", "head1.weight", "head2.weight"],
            Names(Model.Input(2) >> Body("body1") >> Body("body1") >> Body("body2") >> Body("head") >> Body("head")));
        Assert.Equal(
            ["body1.weight", "body2.weight", "body1_2.weight"],
            Names(Model.Input(2) >> Body("body") >> Body("body") >> Body("body1")));
        Assert.Throws<FunctionalException>(() => Layer.Relu.Named(""));
    }
}
