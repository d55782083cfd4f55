using FunctionalDL;

/// <summary>
/// One neuron on 200 examples, and all there is to know about its loss L(w) = 1/n Σ (tanh(w₁x + w₂) − y)². The examples lie
/// between 1 and 3, far from 0, so that both weights say nearly the same and the loss has a narrow valley; where tanh saturates it has a
/// plateau.
/// </summary>
sealed class Neuron
{
    public const int Examples = 200;

    readonly CompiledFunction loss, derivatives;

    public Neuron(Key key)
    {
        var x = key.Fold(1).Uniform([Examples, 1], DType.Float64).As<double>().Map(u => 2 * u);
        var noise = key.Fold(2).Uniform([Examples, 1], DType.Float64).As<double>().Map(u => 2 * u - 1);
        Expr inputs = Functions.Concat(1, Expr.Constant(x), Expr.Constant(Tensor.Full(DType.Float64, [Examples, 1], 1)));
        var targets = Functions.Tanh(2 * Expr.Constant(x) - 2) + 0.3 * Expr.Constant(noise);
        Data = new(inputs.Evaluate(), targets.Evaluate());
        Model = Model.Input(DType.Float64, 2).Dense(1, bias: false).Tanh();

        var w = Model.ParameterList[0].Variable;
        var target = Expr.Variable("target", [Model.Batch, 1], DType.Float64);
        var value = Loss.MeanSquaredError.Apply(Model.Output, target);
        loss = value.Compile(new() { Threads = 1 });
        derivatives = Compilation.Compile([
            value.Gradient(w),
            value.Hessian(w),
            Loss.MeanSquaredError.PerExample(Model.Output, target).Jacobian(w),
        ]);
        Best = At(Model.WithParameters(Weights((1, -1))).Fit(Data, Loss.MeanSquaredError, new Lbfgs()).Parameters);
    }

    public Dataset Data { get; }

    public Model Model { get; }

    /// <summary>The weights with the smallest loss, found by L-BFGS.</summary>
    public (double, double) Best { get; }

    public double LossAt((double, double) w) => loss.Run(On(w))[0].ToScalar();

    /// <summary>The length of the gradient over all examples.</summary>
    public double SlopeAt((double, double) w) => Length(derivatives.Run(On(w))[0].ToArray<double>());

    /// <summary>The largest and the smallest curvature: the eigenvalues of the Hessian.</summary>
    public (double Largest, double Smallest) CurvaturesAt((double, double) w)
    {
        var values = Functions
            .Reshape(Expr.Constant(derivatives.Run(On(w))[1]), [2, 2])
            .Evaluate()
            .ToMatrix<double>()
            .Evd()
            .EigenValues.Select(v => v.Real)
            .ToArray();
        return (values.Max(), values.Min());
    }

    /// <summary>How far the gradient of one example is from that of all, as a root mean square.</summary>
    public double NoiseAt((double, double) w)
    {
        var (all, each) = (derivatives.Run(On(w))[0].ToArray<double>(), derivatives.Run(On(w))[2].ToArray<double>());
        return Math.Sqrt(each.Chunk(2).Average(g => Math.Pow(Length([g[0] - all[0], g[1] - all[1]]), 2)));
    }

    TensorSet On((double, double) w) => Weights(w).With("input", Data.Inputs).With("target", Data.Targets);

    public TensorSet Weights((double First, double Second) w) =>
        TensorSet.Of(
            (
                Model.ParameterList[0].Name,
                new[,]
                {
                    { w.First },
                    { w.Second },
                }));

    public (double, double) At(TensorSet parameters) =>
        parameters[Model.ParameterList[0].Name].ToArray<double>() is [var first, var second] ? (first, second) : default;

    static double Length(double[] v) => Math.Sqrt(v.Sum(x => x * x));
}
