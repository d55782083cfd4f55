// A model that goes on learning in a browser: digits are trained here, and predicted, explained and corrected on a page.
using System.CommandLine;
using System.Reflection;
using FunctionalDL;
using static FunctionalDL.Functions;

const int someDigits = 16;

var images = new Option<int>("--images") { Description = "Images to train on.", DefaultValueFactory = _ => 20_000 };
var epochs = new Option<int>("--epochs") { Description = "How often to go through them.", DefaultValueFactory = _ => 5 };
var batch = new Option<int>("--batch") { Description = "Images a training step.", DefaultValueFactory = _ => 64 };
var seed = new Option<long>("--seed") { Description = "Seed of all that is drawn.", DefaultValueFactory = _ => 1 };
var output = new Option<DirectoryInfo>("--out")
{
    Description = "The folder to write the page into.",
    DefaultValueFactory = _ => new DirectoryInfo("digits-page"),
};
var port = new Option<int?>("--serve") { Description = "The port to show the page at, until a line is entered." };

var command = new RootCommand("Trains a digit classifier that goes on learning in a browser.")
{
    images, epochs, batch, seed, output, port,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var (count, first) = (arguments.GetValue(images), arguments.GetValue(seed));
    var (train, test) = (Digits.Draw(count, first), Digits.Draw(2_000, first + 1));
    var model = Model.Input(Digits.Size, Digits.Size).Flatten().Dense(128).Relu().Dense(Digits.Classes).Initialize(first);
    var run = model.Fit(
        train,
        Loss.SoftmaxCrossEntropy,
        Optimizer.Adam(1e-3),
        arguments.GetValue(epochs),
        arguments.GetValue(batch),
        first,
        new() { Progress = e => Console.WriteLine($"epoch {e.Epoch}: loss {e.Loss:F4}, {e.Seconds:F2} s") });
    var accuracy = run.Model.Evaluate(test, Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"];
    Console.WriteLine($"test accuracy {accuracy:P2}");

    var folder = arguments.GetValue(output)!.FullName;
    Write(run.Model, test.Take(someDigits), folder);
    Console.WriteLine($"wrote the page to {folder}; in it, npm install brings onnxruntime-web");
    if (arguments.GetValue(port) is { } at) PageServer.Serve(folder, at);
    return new { testAccuracy = accuracy, files = Directory.GetFiles(folder).Select(Path.GetFileName).Order() };
}

// What the page needs: its own files, what it predicts and why, how it learns, and some digits for a start in Node.
static void Write(Model model, Dataset some, string folder)
{
    Directory.CreateDirectory(folder);
    var assembly = Assembly.GetExecutingAssembly();
    foreach (var name in assembly.GetManifestResourceNames())
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        using var file = File.Create(Path.Combine(folder, name));
        resource.CopyTo(file);
    }

    // The parameters are inputs, for the page changes them. What made the winner win: the gradient of its score.
    var winner = Sum(Max(model.Output, 1));
    VerifiedExport.ExportOnnx(
        Path.Combine(folder, "predict.onnx"),
        [("probabilities", Softmax(model.Output)), ("saliency", winner.Gradient(model.Inputs[0]))],
        TensorSet.Empty);
    model.ExportTraining(Path.Combine(folder, "train.onnx"), Loss.SoftmaxCrossEntropy, Optimizer.Adam(1e-3), some);
    OnnxExport.WriteOnnx(
        Path.Combine(folder, "batch.onnx"),
        [(ColumnNames.Input, Expr.Constant(some.Inputs)), (ColumnNames.Target, Expr.Constant(some.Targets))],
        TensorSet.Empty);
}
