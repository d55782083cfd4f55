using System.Text.Json;
using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>A file that trains: written once, it takes the steps that the library takes.</summary>
public class TrainingExportTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    string File => Path.Combine(folder, "step.onnx");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    const int Steps = 200;

    internal const int Seed = 5;

    static readonly Dataset Data = new(
        Key.Of(1).Uniform([32, 6]), Tensor.Vector([.. Enumerable.Range(0, 32).Select(i => (long)(i * 7 % 3))]));

    static readonly Model Plain = Model.Input(6).Dense(12).Tanh().Dense(3).Initialize(1);

    static readonly Model Dropping = (Model.Input(6).Dense(12) >> Layer.Tanh >> Layer.Dropout(0.3) >> Layer.Dense(8)
        >> Layer.BatchNorm() >> Layer.Tanh >> Layer.Dropout(0.5) >> Layer.Dense(3)).Initialize(1);

    public static TheoryData<string> Cases => [.. All.Keys];

    static readonly Dictionary<string, (Model Model, Optimizer Optimizer)> All = new()
    {
        ["sgd"] = (Plain, Optimizer.Sgd(0.1)),
        ["adam with a cosine schedule"] = (Plain, Optimizer.Adam(1e-2) >> Schedule.Cosine(Steps)),
        ["dropout and statistics"] = (Dropping, Optimizer.Momentum(0.05) >> Schedule.WarmUp(10)),
    };

    /// <summary>What the library's own training comes to.</summary>
    static (double[] Losses, TensorSet Last) Own(TrainingStep step, long seed)
    {
        var loop = step.Start(seed);
        loop.Set("input", Data.Inputs);
        loop.Set("target", Data.Targets);
        var losses = new double[Steps];
        for (var i = 0; i < Steps; i++)
        {
            loop.Step();
            losses[i] = loop.Loss;
        }
        return (losses, loop.State);
    }

    TensorSet Start()
    {
        using var start = OnnxSession.Load(Path.Combine(folder, "step.start.onnx"));
        Assert.Empty(start.Inputs);
        return start.Run(TensorSet.Empty);
    }

    /// <summary>
    /// Writes a case into a folder, as <c>step.onnx</c> with its start and, as a model without inputs, its batch; and says the losses of
    /// the library's own steps.
    /// </summary>
    internal static double[] Export(string name, string folder)
    {
        var (model, optimizer) = All[name];
        var step = TrainingStep.Of(model, Loss.SoftmaxCrossEntropy, optimizer, Data);
        step.ExportTraining(Path.Combine(folder, "step.onnx"), new() { Seed = Seed });
        OnnxExport.WriteOnnx(
            Path.Combine(folder, "step.batch.onnx"),
            [("input", Expr.Constant(Data.Inputs)), ("target", Expr.Constant(Data.Targets))],
            TensorSet.Empty);
        return Own(step, Seed).Losses;
    }

    /// <summary>The training that draws numbers and keeps statistics, one step or a run.</summary>
    internal static TrainingOnnx Training(Dim? steps = null)
    {
        var (model, optimizer) = All["dropout and statistics"];
        return new(TrainingStep.Of(model, Loss.SoftmaxCrossEntropy, optimizer, Data), new() { Steps = steps, Seed = Seed });
    }

    static TensorSet Stacked(int steps) => TensorSet.Of(("input", Data.Inputs), ("target", Data.Targets))
        .Map((_, x) => Broadcast(Expr.Constant(x), x.Shape.Insert(0, steps)).Evaluate());

    /// <summary>A run of five steps with what goes in and what comes out.</summary>
    internal static (byte[] Model, TensorSet Inputs, TensorSet Outputs) Run()
    {
        var training = Training("steps");
        var (model, inputs) = (training.ToOnnx(), training.Start.With(Stacked(5)));
        using var session = OnnxSession.Load(model);
        return (model, inputs, session.Run(inputs));
    }

    internal static void SameCurve(double[] expected, IEnumerable<double> actual) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-5 * Math.Abs(a));

    [Theory, MemberData(nameof(Cases))]
    public void Two_hundred_steps_of_the_file_are_those_of_the_library(string name)
    {
        var (model, optimizer) = All[name];
        var step = TrainingStep.Of(model, Loss.SoftmaxCrossEntropy, optimizer, Data);
        Assert.Equal(OnnxVerification.DefaultSizes, model.ExportTraining(File, Loss.SoftmaxCrossEntropy, optimizer, Data).Sizes);
        using var session = OnnxSession.Load(File);
        var carried = Start();
        if (carried.ContainsKey(ColumnNames.Seed)) carried = carried.With(ColumnNames.Seed, Tensor.Scalar((long)Seed));
        var losses = new List<double>();
        for (var i = 0; i < Steps; i++)
        {
            var next = session.Run(carried.With("input", Data.Inputs).With("target", Data.Targets));
            losses.Add(next["loss"].ToScalar());
            carried = carried.Map((of, _) => next[$"next.{of}"]);
        }
        var own = Own(step, Seed);
        SameCurve(own.Losses, losses);
        Assert.InRange(losses[^1], 0, 0.97 * losses[0]);
        foreach (var (of, value) in own.Last)
            for (var i = 0; i < value.Count; i++) Assert.Equal(value.GetDouble(i), carried[of].GetDouble(i), 1e-4);
    }

    /// <summary>A run of as many steps as there are batches is one call.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void A_run_of_two_hundred_steps_is_one_call(string name)
    {
        var (model, optimizer) = All[name];
        model.ExportTraining(File, Loss.SoftmaxCrossEntropy, optimizer, Data, new() { Steps = "steps", Seed = Seed });
        using var session = OnnxSession.Load(File);
        var results = session.Run(Start().With(Stacked(Steps)));
        var own = Own(TrainingStep.Of(model, Loss.SoftmaxCrossEntropy, optimizer, Data), Seed);
        Assert.Equal([Steps], results["loss"].Shape);
        SameCurve(own.Losses, results["loss"].ToArray<float>().Select(loss => (double)loss));
        foreach (var (of, value) in own.Last)
            for (var i = 0; i < value.Count; i++) Assert.Equal(value.GetDouble(i), results[$"next.{of}"].GetDouble(i), 1e-4);
    }

    /// <summary>As Fit trains, the same batches given: epochs of one batch.</summary>
    [Fact]
    public void Fit_with_the_same_seed_draws_the_same()
    {
        var (model, optimizer) = All["dropout and statistics"];
        model.ExportTraining(File, Loss.SoftmaxCrossEntropy, optimizer, Data, new() { Steps = 20, Seed = 3 });
        using var session = OnnxSession.Load(File);
        var losses = session.Run(Start().With(Stacked(20)))["loss"].ToArray<float>();
        var run = model.Fit(Data, Loss.SoftmaxCrossEntropy, optimizer, 20, new GradientDescent(), seed: 3);
        SameCurve([.. run.History.Select(e => e.Loss)], losses.Select(loss => (double)loss));
    }

    [Fact]
    public void Another_number_of_steps_than_the_files_is_refused()
    {
        Plain.ExportTraining(File, Loss.SoftmaxCrossEntropy, Optimizer.Sgd(0.1), Data, new() { Steps = 3 });
        using var session = OnnxSession.Load(File);
        Assert.Throws<OnnxRuntimeFailure>(() => session.Run(Start().With(Stacked(2))));
    }

    /// <summary>The bias before BatchNorm changes nothing: its gradient is rounding, and Adam makes whole steps of it.</summary>
    [Theory, InlineData(1e-3), InlineData(1e-2)]
    public void Rounding_that_an_optimizer_makes_steps_of_is_no_mismatch(double rate)
    {
        var model = (Model.Input(6).Dense(12) >> Layer.BatchNorm() >> Layer.Relu >> Layer.Dense(3)).Initialize(1);
        model.ExportTraining(File, Loss.SoftmaxCrossEntropy, Optimizer.Adam(rate), Data);
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    /// <summary>The first step of momentum does not depend on μ: what differs is met where the second goes on from it.</summary>
    [Fact]
    public void A_step_that_is_wrong_from_the_second_on_is_found_out()
    {
        TrainingOnnx Of(double momentum) => new(TrainingStep.Of(Plain, Loss.SoftmaxCrossEntropy, Optimizer.Momentum(0.1, momentum), Data));
        Assert.InRange(Verified(Of(0.9).StepToOnnx(), Of(0.9)).MaxDifference, 0, 1e-5);
        var error = Assert.Throws<OnnxMismatchException>(() => Verified(Of(0.8).StepToOnnx(), Of(0.9)));
        Assert.Contains("element [", error.Message);
    }

    /// <summary>No step at all leaves everything as it was.</summary>
    [Fact]
    public void A_run_of_no_steps_changes_nothing()
    {
        var training = Training("steps");
        using var session = OnnxSession.Load(training.ToOnnx());
        var results = session.Run(training.Start.With(Stacked(0)));
        Assert.Equal(0, results["loss"].Count);
        Assert.All(training.Start, s => Assert.True(s.Value.BitEquals(results[$"next.{s.Key}"]), s.Key));
    }

    [Fact]
    public void The_file_says_what_its_names_are()
    {
        var (model, optimizer) = All["dropout and statistics"];
        model.ExportTraining(File, Loss.SoftmaxCrossEntropy, optimizer, Data, new() { Steps = 4 });
        var file = ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(File));
        var said = JsonDocument.Parse(file.MetadataProps.Single(m => m.Key == TrainingOnnx.MetadataName).Value).RootElement;
        string[] Names(string property) => [.. said.GetProperty(property).EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal(model.Parameters.Names, Names("parameters"));
        Assert.Equal(["step", "seed"], Names("state").TakeLast(2));
        Assert.Equal(["input", "target"], Names("batch"));
        Assert.Equal(("4", "step.start.onnx"), (said.GetProperty("steps").GetString(), said.GetProperty("start").GetString()));
        var carried = said.GetProperty("carried").EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).ToArray();
        Assert.Equal([.. Names("parameters"), .. Names("state")], carried.Select(c => c.Name));
        Assert.Equal([.. Names("batch"), .. carried.Select(c => c.Name)], file.Graph.Input.Select(i => i.Name));
        Assert.Equal([.. Names("losses"), .. carried.Select(c => c.Item2)], file.Graph.Output.Select(o => o.Name));
    }

    /// <summary>Several losses, and no batch at all: what is drawn is all there is.</summary>
    [Fact]
    public void A_step_without_a_batch_trains_too()
    {
        var step = TrainingStep.Of(scope =>
        {
            var x = scope.RandomNormal([8, 2]);
            return
            [
                new(Mean(Square(scope.Apply(Model.Input(2).Dense(1), "a", x) - 1)), Optimizer.Sgd(0.1), "a"),
                new(Mean(Square(scope.Apply(Model.Input(2).Dense(1), "b", x) + 1)), Optimizer.Adam(0.1), "b"),
            ];
        });
        step.ExportTraining(File, new() { Steps = 10, Seed = 2 });
        using var session = OnnxSession.Load(File);
        var results = session.Run(Start());
        var loop = step.Start(seed: 2);
        for (var i = 0; i < 10; i++)
        {
            loop.Step();
            Assert.Equal(loop.LossOf("b"), results["loss.b"].GetDouble(i), 1e-5);
        }
        var other = Path.Combine(folder, "other.onnx");
        Refused(() => step.ExportTraining(other, new() { Steps = "steps" }), "Give the number of steps");
    }

    void Refused(Action export, params string[] parts)
    {
        var before = Directory.GetFiles(folder);
        var message = Assert.ThrowsAny<FunctionalException>(export).Message;
        foreach (var part in parts) Assert.Contains(part, message);
        Assert.Equal(before, Directory.GetFiles(folder));
    }

    [Fact]
    public void What_cannot_be_trained_or_written_is_told_and_leaves_no_file()
    {
        void Export(Model model, Objective objective, Optimizer optimizer, Dataset data, string? path = null, Dim? steps = null) =>
            model.ExportTraining(path ?? File, objective, optimizer, data, new() { Steps = steps });
        Objective loss = Loss.SoftmaxCrossEntropy;
        var adam = Optimizer.Adam();
        Refused(() => Export(Plain, Loss.MeanSquaredError, adam, Data), "MeanSquaredError");
        Refused(() => Export(Plain, Loss.SoftmaxCrossEntropy.On("other"), adam, Data), "there is no output \"other\"");
        Refused(() => Export(Plain, loss, Clip.GlobalNorm(1), Data), "Add a solver");
        Refused(() => Export(Plain, loss, Schedule.Cosine(10), Data), "Put a solver before it");
        Refused(() => Export(Model.Input(6).Dense(3), loss, adam, Data), "Initialize");
        Refused(() => Export(Plain, loss, adam, Data, steps: 0), "0 steps", "Give 1 or more");
        Refused(() => Export(Plain, loss, adam, Data, path: " "), "path is empty");
        Refused(() => Export(Plain, loss, adam, Data, path: Path.Combine(folder, "none", "step.onnx")), "cannot be written");
        var own = Optimizer.Of("own", g => new Expr(new FunctionalDL.Ops.AbstractFunctionOp("f", 0), g));
        Refused(() => Export(Plain, loss, own, Data), "f is abstract");
        Directory.CreateDirectory(File);
        Refused(() => Export(Plain, loss, adam, Data), "cannot be written");
    }

    [Fact]
    public void Names_of_what_is_carried_are_not_those_of_a_batch()
    {
        var x = Expr.Variable("seed", ["n"], DType.Int64).Cast(DType.Float32);
        var w = Expr.Variable("w", Shape.Scalar);
        var drawn = RandomUniform(Expr.Variable(ColumnNames.Key, Shape.Scalar, DType.Int64), ["n"]);
        var step = new TrainingStep(Mean(Square(x - w * drawn)), TensorSet.Of(("w", 2f)), Optimizer.Sgd(0.1));
        Refused(() => step.ExportTraining(File), "\"seed\" is the name of a variable", "Rename the input");
        // Where nothing is drawn, no such name is taken.
        new TrainingStep(Mean(Square(x - w)), TensorSet.Of(("w", 2f)), Optimizer.Sgd(0.1)).ExportTraining(File);
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    static OnnxVerification Verified(byte[] model, TrainingOnnx training) =>
        new Verifier(model, training.Outputs, training.Start, training.Carried, new()).Verify(steps: 3);
}
