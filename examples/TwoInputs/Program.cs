// A receipt: two pictures of digits and a row of a table with categories in, the first digit and the price out. One tower looks at both
// pictures.
using System.CommandLine;
using FunctionalDL;
using static FunctionalDL.Functions;

var count = new Option<int>("--examples") { Description = "Receipts to train on.", DefaultValueFactory = _ => 12_000 };
var epochs = new Option<int>("--epochs") { Description = "How often to go through them.", DefaultValueFactory = _ => 6 };
var batch = new Option<int>("--batch") { Description = "Receipts a training step.", DefaultValueFactory = _ => 64 };
var seed = new Option<long>("--seed")
{
    Description = "Seed of the receipts, the first weights and the order.",
    DefaultValueFactory = _ => 1,
};
var threads = new Option<int>("--threads")
{
    Description = "Threads; the results do not depend on it.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var output = new Option<FileInfo>("--out")
{
    Description = "The ONNX file to write.",
    DefaultValueFactory = _ => new FileInfo("two-inputs.onnx"),
};

var command = new RootCommand("Trains a model of two pictures and a table row on two goals, and exports it to ONNX.")
{
    count,
    epochs,
    batch,
    seed,
    threads,
    output,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var start = arguments.GetValue(seed);
    var (train, test) = (Receipts.Make(arguments.GetValue(count), start), Receipts.Make(2_000, start + 1));
    var encoder = TableEncoder.Fit(train.Table, ["product", "discount"]);
    Dataset Data(Receipts receipts) => new(
        TensorSet.Of(("left", receipts.Left.Inputs), ("right", receipts.Right.Inputs), ("row", encoder.Encode(receipts.Table))),
        TensorSet.Of(("digit", receipts.Left.Targets), ("price", receipts.Prices)));

    var tower = Layer.Flatten >> Layer.Dense(128) >> Layer.Relu >> Layer.Dense(32) >> Layer.Relu;
    var model = Model.Of(
        [ModelInput.Of("left", 28, 28), ModelInput.Of("right", 28, 28), ModelInput.Of("row", encoder.Features.Length)],
        (scope, x) =>
        {
            var (left, right) = (tower.Apply(scope, x["left"]), tower.Apply(scope, x["right"]));
            var seen = (Layer.Dense(64) >> Layer.Relu >> Layer.Dense(64) >> Layer.Relu).Apply(scope, Concat(1, left, right, x["row"]));
            return [("digit", Layer.Dense(10).Apply(scope, left)), ("price", Layer.Dense(1).Apply(scope, seen))];
        });
    Console.WriteLine(model.Summary());

    var goal = Loss.SoftmaxCrossEntropy.On("digit") + Loss.MeanSquaredError.On("price");
    Metric[] metrics = [Metric.Accuracy.On("digit"), Metric.RootMeanSquaredError.On("price")];
    var run = model.Fit(Data(train), goal, Optimizer.Adam(1e-3), arguments.GetValue(epochs), arguments.GetValue(batch), start, new()
    {
        Threads = arguments.GetValue(threads),
        Metrics = metrics,
        Progress = Console.WriteLine,
    });
    var evaluation = run.Model.Evaluate(Data(test), goal, metrics);
    Console.WriteLine($"on receipts not seen before: {evaluation}");

    // The exported model takes the table as it is: categories and numbers, not features.
    var exported = encoder.Before(run.Model, "row");
    var file = arguments.GetValue(output)!;
    Console.WriteLine($"wrote {file.Name}; {exported.ExportOnnx(file.FullName)}");
    var raw = TensorSet.Of(("left", test.Left.Inputs), ("right", test.Right.Inputs), ("row", encoder.Raw(test.Table)));
    using var session = OnnxSession.Load(file.FullName);
    var (ours, theirs) = (exported.PredictAll(raw), session.Run(raw));
    var difference = ours.Max(o => LargestDifference(o.Value, theirs[o.Key]));
    Console.WriteLine($"OnnxRuntime on them: max difference {difference:0.0e+0}");

    return new
    {
        testAccuracy = evaluation.Metrics["digit accuracy"],
        rmse = evaluation.Metrics["price rmse"],
        onnxMaxDifference = difference,
        losses = run.History.Select(e => e.Loss),
        parameters = run.Model.Parameters.Elements,
    };
}

static double LargestDifference(Tensor a, Tensor b) => Enumerable.Range(0, a.Count).Max(i => Math.Abs(a.GetDouble(i) - b.GetDouble(i)));
