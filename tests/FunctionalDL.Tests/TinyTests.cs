namespace FunctionalDL.Tests;

/// <summary>The story of the library in small tests, to be read from top to bottom.</summary>
public class TinyTests
{
    /// <summary>d/dx sin x² = 2x · cos x².</summary>
    [Fact]
    public void The_derivative_of_sin_x_squared()
    {
        var x = Expr.Variable("x");
        var derivative = Sin(Square(x)).Gradient(x);

        Assert.Equal(2 * 1.5 * Math.Cos(1.5 * 1.5), derivative.Evaluate(("x", 1.5)).ToScalar(), 1e-15);
    }

    /// <summary>
    /// Back-propagation through L(w1, w2) = (f2(w2 f1(w1 x)) − y)²: with f = f2(w2 f1(w1 x)),
    /// ∂L/∂w2 = 2(f − y) · f2' · f1 and ∂L/∂w1 = 2(f − y) · f2' · w2 · f1' · x.
    /// </summary>
    [Fact]
    public void Back_propagation_through_two_weights()
    {
        var (x, y, w1, w2) = (Expr.Variable("x"), Expr.Variable("y"), Expr.Variable("w1"), Expr.Variable("w2"));
        var f1 = Tanh(w1 * x);
        var f2 = Sigmoid(w2 * f1);
        var loss = Square(f2 - y);
        var gradient = loss.Gradient([w1, w2]);

        var at = TensorSet.Of(("x", 0.7), ("y", 0.2), ("w1", -1.3), ("w2", 0.4));
        double a = Math.Tanh(-1.3 * 0.7), b = 1 / (1 + Math.Exp(-0.4 * a)), outer = 2 * (b - 0.2) * b * (1 - b);
        Assert.Equal(outer * 0.4 * (1 - a * a) * 0.7, gradient[0].Evaluate(at).ToScalar(), 1e-15);
        Assert.Equal(outer * a, gradient[1].Evaluate(at).ToScalar(), 1e-15);
    }

    [Fact]
    public void A_hundred_thousand_compositions_neither_overflow_nor_blow_up()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 100_000; i++) y = Sin(y);

        Assert.InRange(y.Evaluate(("x", 1.0)).ToScalar(), 0, 0.01);
        Assert.InRange(y.Gradient(x).Evaluate(("x", 1.0)).ToScalar(), 0, 1e-3);
        Assert.InRange(y.ToString().Length, 1, 10_000);
        Assert.Contains("sin(", y.Print());
    }

    /// <summary>x + x, sixty times over, has 2⁶⁰ paths from x to y.</summary>
    [Fact]
    public void Shared_nodes_are_walked_once_however_many_paths_lead_to_them()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 60; i++) y = y + y;

        Assert.Equal(Math.Pow(2, 60), y.Evaluate(("x", 1.0)).ToScalar());
        Assert.Equal(Math.Pow(2, 60), y.Gradient(x).Evaluate(("x", 1.0)).ToScalar());
        Assert.InRange(y.Print().Length, 1, 2_000);
    }

    /// <summary>A layer is a function that asks for parameters; a model is layers one after another, with values for them.</summary>
    [Fact]
    public void A_model_is_a_composition_of_layers()
    {
        var model = Model.Input(2).Dense(3).Tanh().Dense(1).Initialize(seed: 1);
        var (w, v) = (model.Parameters["dense1.weight"], model.Parameters["dense2.weight"]);

        Assert.Equal(["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"], model.Parameters.Names);
        var x = Tensor.Matrix(new double[,] { { 0.5, -1 } }).Cast(DType.Float32);
        var byHand = MatMul(Tanh(MatMul(Expr.Constant(x), Expr.Constant(w))), Expr.Constant(v)).Evaluate();
        Assert.Equal(byHand.GetDouble(0), model.Predict(x).GetDouble(0), 1e-6);
    }

    static Dataset Parabola()
    {
        double[] x = [.. Enumerable.Range(0, 64).Select(i => i / 32.0 - 1)];
        return new Dataset(
            Tensor.Of([64, 1], (ReadOnlySpan<double>)x).Cast(DType.Float32),
            Tensor.Of([64, 1], (ReadOnlySpan<double>)[.. x.Select(v => v * v)]).Cast(DType.Float32));
    }

    /// <summary>
    /// w ← w − η ∂L/∂w, again and again: the loss falls, and the same seed gives the same bits on any number of threads.
    /// </summary>
    [Fact]
    public void Training_makes_the_loss_small()
    {
        TrainingRun Fit(int threads) => Model.Input(1).Dense(16).Tanh().Dense(1).Fit(
            Parabola(), Loss.MeanSquaredError, Optimizer.Adam(0.02), epochs: 60, batch: 16, seed: 1, new FitOptions { Threads = threads });
        var run = Fit(threads: 1);

        Assert.InRange(run.History[^1].Loss, 0, run.History[0].Loss / 20);
        Assert.True(run.Model.Parameters.BitEquals(Fit(threads: 2).Model.Parameters));
    }

    /// <summary>A trained model becomes a file that OnnxRuntime runs, and its parameters one that is read back.</summary>
    [Fact]
    public void A_trained_model_goes_out_and_comes_back()
    {
        var model = Model.Input(1).Dense(8).Relu().Dense(1).Fit(
            Parabola(), Loss.MeanSquaredError, Optimizer.Sgd(0.1), epochs: 3, batch: 16, seed: 1).Model;
        var folder = Directory.CreateTempSubdirectory();
        var (onnx, weights) = (Path.Combine(folder.FullName, "model.onnx"), Path.Combine(folder.FullName, "model.safetensors"));
        model.ExportOnnx(onnx);
        Safetensors.Save(weights, model.Parameters);

        var x = Parabola().Inputs;
        using var elsewhere = OnnxSession.Load(onnx);
        var output = elsewhere.Run(TensorSet.Of((elsewhere.Inputs[0], x)));
        Assert.InRange(Near.Distance(model.Predict(x), output.Values.Single()), 0, 1e-5);
        Assert.True(model.Parameters.BitEquals(Safetensors.Load(weights).Tensors));
        folder.Delete(recursive: true);
    }
}
