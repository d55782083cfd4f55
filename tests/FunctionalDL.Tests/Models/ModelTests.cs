namespace FunctionalDL.Tests.Models;

public class ModelTests
{
    static Model Mlp => Model.Input(784).Dense(128).Relu().Dense(10);

    [Fact]
    public void A_model_is_a_value()
    {
        var model = Mlp;
        var longer = model.Relu();

        Assert.Equal(3, model.Layers.Length);
        Assert.Equal(4, longer.Layers.Length);
        Assert.False(model.IsInitialized);
        Assert.True(model.Initialize(1).IsInitialized);
        Assert.Equal("input [batch, 784] >> dense >> relu >> dense", model.ToString());
    }

    [Fact]
    public void Layers_compose_in_either_direction()
    {
        var block = Layer.Dense(128) >> Layer.Relu;
        var same = Layer.Relu.After(Layer.Dense(128));

        Assert.Equal(Mlp.Output.ToString(), Model.Input(784).Then(block).Dense(10).Output.ToString());
        Assert.Equal(block.ToString(), same.ToString());
    }

    [Fact]
    public void The_summary_names_layers_shapes_and_counts() => Assert.Equal(
        """
        layer  output               parameters
        input  float32[batch, 784]           0
        dense  float32[batch, 128]     100,480
        relu   float32[batch, 128]           0
        dense  float32[batch, 10]        1,290
        101,770 parameters, 397.5 KiB
        """, Mlp.Summary());

    /// <summary>
    /// A prediction holds at least a layer's result, a gradient several layers' and those of the parameters are the caller's.
    /// </summary>
    [Fact]
    public void The_summary_for_a_shape_says_the_memory_that_it_takes()
    {
        var lines = Mlp.Summary([4096, 784]).Split('\n');
        Assert.Equal(Mlp.Summary(), string.Join('\n', lines[..^1]));
        var sizes = System
            .Text.RegularExpressions.Regex.Matches(lines[^1], @"([\d.]+) MiB")
            .Select(m => double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))
            .ToArray();
        Assert.Equal(2, sizes.Length);
        Assert.InRange(sizes[0], 2, sizes[1]);
        Assert.Throws<ShapeException>(() => Mlp.Summary([4096, 783]));
    }

    [Fact]
    public void The_first_parameters_depend_on_the_seed_alone()
    {
        Assert.True(Mlp.Initialize(1).Parameters.BitEquals(Mlp.Initialize(1).Parameters));
        Assert.False(Mlp.Initialize(1).Parameters.BitEquals(Mlp.Initialize(2).Parameters));

        var bound = Math.Sqrt(6.0 / (784 + 128));
        var weights = Mlp.Initialize(1).Parameters["dense1.weight"].ToArray<float>();
        Assert.All(weights, w => Assert.InRange(w, -bound, bound));
        Assert.InRange(weights.Average(w => w * w) / (bound * bound / 3), 0.98, 1.02);
    }

    [Fact]
    public void A_layer_of_your_own_has_named_parameters()
    {
        var swish = Layer.Of("swish", (scope, x) => x * Sigmoid(scope.Parameter("beta", Shape.Scalar, Initializer.Ones) * x));
        var model = Model.Input(4).Then(swish).Then(swish.Copy()).Initialize(0);

        Assert.Equal(["swish1.beta", "swish2.beta"], model.Parameters.Names);
        Assert.Equal(Shape.Of(3, 4), model.Predict(Tensor.Zeros(DType.Float32, [3, 4])).Shape);
    }

    [Fact]
    public void Shape_errors_name_the_layer()
    {
        var error = Assert.Throws<ShapeException>(() => Model.Input("time", 4).Flatten().Dense(3));
        Assert.Contains("dense", error.Message);
        Assert.Contains("4·time", error.Message);
    }

    [Fact]
    public void Parameters_of_another_architecture_are_refused_by_name()
    {
        var other = Model.Input(784).Dense(64).Relu().Dense(10).Initialize(1).Parameters;
        Assert.Contains("dense1.weight", Assert.ThrowsAny<FunctionalException>(() => Mlp.WithParameters(other)).Message);
    }
}
