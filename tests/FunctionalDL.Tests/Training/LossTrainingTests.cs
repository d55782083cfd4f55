namespace FunctionalDL.Tests.Training;

/// <summary>Every loss trains a small model, and its step does the same in OnnxRuntime.</summary>
public class LossTrainingTests
{
    const int Rows = 24;

    static readonly Tensor X = Key.Of(1).Uniform([Rows, 4]), Series = Key.Of(2).Uniform([Rows, 6, 4]);

    static readonly Tensor Class = Tensor.Vector([.. Enumerable.Range(0, Rows).Select(i => X.As<float>()[i, 0] > 0.5f ? 2L : i % 2)]);

    static readonly Tensor Number = Tensor.Of(Shape.Of(Rows, 1), [.. Enumerable.Range(0, Rows).Select(i => X.As<float>()[i, 1])]);

    static readonly Tensor Place = Key.Of(3).Uniform([Rows, 3]).As<float>().Map(u => u > 0.5f ? 1f : 0);

    static readonly Tensor Sign = Tensor.Vector([.. Enumerable.Range(0, Rows).Select(i => i % 2 * 2 - 1f)]);

    static readonly Tensor Signs = Place.As<float>().Map(u => 2 * u - 1);

    static readonly Tensor Words = Tensor.Of(
        Shape.Of(Rows, 3), [.. Enumerable.Range(0, Rows).SelectMany(i => new[] { 1L + i % 2, i % 3 == 0 ? -1 : 2 - i % 2, -1 })]);

    static Model Net(int outputs) => Model.Input(4).Dense(8).Tanh().Dense(outputs);

    static Model Pairs(int size) => Net(2 * size).Reshape(2, size);

    public static TheoryData<string, Loss, Model, Tensor> Losses => new()
    {
        { "SquaredHinge", Loss.SquaredHinge, Net(3), Signs },
        { "MultiMargin", Loss.MultiMargin(), Net(3), Class },
        { "MarginRanking", Loss.MarginRanking(0.5), Net(2), Sign },
        { "CosineEmbedding", Loss.CosineEmbedding(), Pairs(3), Sign },
        { "Contrastive", Loss.Contrastive(), Pairs(3), Sign },
        { "Dice", Loss.Dice(), Net(3).Sigmoid(), Place },
        { "Tversky", Loss.Tversky(0.3, 0.7), Net(3).Sigmoid(), Place },
        { "BinaryFocalFromLogits", Loss.BinaryFocalFromLogits(2, 0.25), Net(3), Place },
        { "SoftmaxFocal", Loss.SoftmaxFocal(), Net(3), Class },
        { "BinaryCrossEntropyFromLogitsWith", Loss.BinaryCrossEntropyFromLogitsWith(3), Net(3), Place },
        { "NegativeLogLikelihood", Loss.NegativeLogLikelihood([1, 2, 3], 1), Net(3).LogSoftmax(), Class },
        { "SoftmaxCrossEntropyWith", Loss.SoftmaxCrossEntropyWith(0.1, [1, 2, 3], 0), Net(3), Class },
        { "GaussianNegativeLogLikelihood", Loss.GaussianNegativeLogLikelihood(), Net(2).Reshape(1, 2), Number },
        { "Quantile", Loss.Quantile(0.9), Net(1), Number },
        { "Ctc", Loss.Ctc(), Model.Input("time", 4).Gru(6, returnSequences: true).Dense(3), Words },
    };

    static Dataset Data(Model model, Tensor targets) => new(model.InputVariable.Rank == 3 ? Series : X, targets);

    [Theory, MemberData(nameof(Losses))]
    public void It_decreases(string name, Loss loss, Model model, Tensor targets)
    {
        var data = Data(model, targets);
        var run = model.Fit(data, loss, Optimizer.Adam(0.02), 40, new GradientDescent(), seed: 1);
        Assert.True(run.History[^1].Loss < run.History[0].Loss - 0.01, $"{name}: {run.History[0].Loss} to {run.History[^1].Loss}");
        Assert.True(run.Model.Evaluate(data, loss).Loss < run.History[0].Loss, name);
    }

    [Theory, MemberData(nameof(Losses))]
    public void Its_step_in_OnnxRuntime_is_the_one_here(string name, Loss loss, Model model, Tensor targets)
    {
        var data = Data(model, targets);
        model = model.Initialize(1);
        var step = TrainingStep.Of(model, loss, Optimizer.Sgd(0.1), data);
        using var session = OnnxSession.Load(OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty));
        var carried = step.InitialParameters.With(step.InitialState);
        for (var i = 0; i < 3; i++)
        {
            var inputs = carried.With("input", data.Inputs).With("target", data.Targets);
            var (theirs, ours) = (session.Run(inputs), Evaluator.Evaluate([.. step.Outputs.Select(o => o.Value)], inputs));
            foreach (var (output, value) in step.Outputs.Zip(ours))
                Assert.True(Near.Distance(value, theirs[output.Name]) < 1e-5, $"{name}, step {i}: {output.Name}");
            carried = carried.Map((parameter, _) => theirs[$"next.{parameter}"]);
        }
    }
}
