namespace FunctionalDL.Tests.Training;

public class ClipTests
{
    /// <summary>What an optimizer makes of two gradients, in float32, compiled.</summary>
    static float[][] Updates(Optimizer optimizer, float[] a, float[] b)
    {
        var parameters = TensorSet.Of(("a", Tensor.Vector(new float[a.Length])), ("b", Tensor.Vector(new float[b.Length])));
        Expr Term(string name, float[] g) => Sum(Expr.Variable(name, [g.Length]) * Expr.Constant(Tensor.Vector(g)));
        var step = new TrainingStep(Term("a", a) + Term("b", b), parameters, optimizer >> Optimizer.Of("as it is", update => update));
        return
        [
            .. Compilation.Compile([.. step.Parameters.Values]).Run(parameters.With(step.InitialState)).Select(t => t.ToArray<float>()),
        ];
    }

    static readonly float[] Small = [0.1f, -1e-30f, 0.2f], Tiny = [-0.3f, 0];

    /// <summary>Gradients within the limit, or at it, pass as they are, to the bit: they are never made longer.</summary>
    [Theory]
    [InlineData(1e-10)]
    [InlineData(1)]
    [InlineData(2.67)]
    public void Short_gradients_stay_as_they_are(float scale)
    {
        float[] a = [.. Small.Select(g => g * scale)], b = [.. Tiny.Select(g => g * scale)];
        var updates = Updates(Clip.GlobalNorm(1), a, b);
        Assert.Equal(a, updates[0]);
        Assert.Equal(b, updates[1]);
        Assert.Equal([3f, 4], Updates(Clip.GlobalNorm(5), [3], [4]).SelectMany(u => u));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1e20)]
    [InlineData(-8e37)]
    public void Long_gradients_get_the_length_of_the_limit_in_their_direction(float scale)
    {
        var updates = Updates(Clip.GlobalNorm(0.5), [3 * scale], [0, 4 * scale]);
        Assert.Equal(0.3 * Math.Sign(scale), updates[0][0], 1e-7);
        Assert.Equal(0, updates[1][0]);
        Assert.Equal(0.4 * Math.Sign(scale), updates[1][1], 1e-7);
    }

    [Fact]
    public void Gradients_of_0_stay_0() => Assert.Equal([0f, 0, 0], Updates(Clip.GlobalNorm(1), [0, 0], [0]).SelectMany(u => u));

    [Fact]
    public void Elements_are_cut_to_the_limit_on_both_sides() =>
        Assert.Equal([-0.25f, 0.1f, 0.25f, 0.25f], Updates(Clip.Value(0.25), [-3, 0.1f], [0.25f, 1e30f]).SelectMany(u => u));

    /// <summary>Penalties and weight decay move what is trained; running statistics are the data's alone.</summary>
    [Theory]
    [InlineData("penalty l2")]
    [InlineData("penalty l1")]
    [InlineData("weight decay")]
    public void Statistics_are_neither_penalised_nor_decayed(string what)
    {
        var data = new Dataset(Key.Of(1).Uniform([16, 3], DType.Float64), Tensor.Zeros(DType.Float64, [16, 1]));
        var model = Model.Input(DType.Float64, 3).BatchNorm().Dense(1).Initialize(1);
        TensorSet Trained(Loss loss, Optimizer optimizer) => model.Fit(data, loss, optimizer, 2, 16).Model.Parameters;

        var plain = Trained(Loss.MeanSquaredError, Optimizer.Sgd(0.1));
        var changed = what switch
        {
            "penalty l2" => Trained(Loss.MeanSquaredError + Penalty.L2(0.5), Optimizer.Sgd(0.1)),
            "penalty l1" => Trained(Loss.MeanSquaredError + Penalty.L1(0.5), Optimizer.Sgd(0.1)),
            _ => Trained(Loss.MeanSquaredError, Optimizer.Sgd(0.1) >> Optimizer.WeightDecay(0.1)),
        };
        var statistics = model.ParameterList.Where(p => !p.IsTrainable).Select(p => p.Name).ToArray();
        Assert.Equal(2, statistics.Length);
        foreach (var name in statistics)
            Assert.True(plain[name].BitEquals(changed[name]), name);
        Assert.All(
            plain.Names.Except(statistics),
            name => Assert.False(plain[name].BitEquals(changed[name]) && !name.EndsWith("shift") && !name.EndsWith("bias"), name));

        // The penalty itself, of all parameters, is that of the trainable ones.
        var layers = model.ParameterList;
        var penalty = Penalty.L2(1).Apply(layers)!;
        Assert.Equal(
            layers.Where(p => p.IsTrainable).Select(p => p.Name).Order(),
            Graph.Variables(penalty).Select(v => v.VariableName!).Order());
    }
}
