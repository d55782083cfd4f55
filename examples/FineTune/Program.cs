// Transfer learning from an ONNX file: a network that tells the digits 0 to 4 apart is read, cut before its last layer, given a new head,
// and trained to tell all ten; its convolutions stay as they were, bit for bit.
using System.CommandLine;
using FunctionalDL;

var images = new Option<int>("--images")
{
    Description = "How many digits to draw to train on; a fifth as many more to test on.",
    DefaultValueFactory = _ => 12_000,
};
var epochs = new Option<int>("--epochs") { Description = "How often to go through the images, each time.", DefaultValueFactory = _ => 4 };
var seed = new Option<long>("--seed")
{
    Description = "Seed of the drawing, the first weights and the order of the images.",
    DefaultValueFactory = _ => 1,
};
var threads = new Option<int>("--threads")
{
    Description = "Threads; the results do not depend on it.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var folder = new Option<DirectoryInfo>("--out")
{
    Description = "The folder for both ONNX files.",
    DefaultValueFactory = _ => new DirectoryInfo("."),
};

var command = new RootCommand("Reads an ONNX model, gives it another head, trains it, and exports it again.")
{
    images, epochs, seed, threads, folder,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var count = arguments.GetValue(images);
    var (train, test) = (Digits.Draw(count, arguments.GetValue(seed)), Digits.Draw((count + 4) / 5, arguments.GetValue(seed) + 1));
    var (first, second) = (Path.Combine(arguments.GetValue(folder)!.FullName, "five-digits.onnx"),
        Path.Combine(arguments.GetValue(folder)!.FullName, "ten-digits.onnx"));

    // Somebody else's model: all that is known of it is the file.
    var five = Fit(FiveDigits(), LabelsBelow(5, train), Optimizer.Adam(2e-3));
    five.ExportOnnx(first, new() { Name = "digits", Metadata = new Dictionary<string, string> { ["license"] = "MIT" } });

    var read = OnnxModel.Load(first);
    Console.WriteLine($"read {Path.GetFileName(first)}: {string.Join(", ", read.Outputs.Select(o => $"{o.Name} {o.Value.Shape}"))}, "
        + $"{read.Parameters.Elements:N0} parameters, values {string.Join(", ", read.ValueNames)}");
    var features = read.ValueNames.Last(name => name.StartsWith("Relu"));
    var model = read.Cut(features).ToModel().Then(Layer.Dense(10).Named("head"));
    var before = read.Parameters.Where((name, _) => IsFrozen(name));

    // What is read is trained slowly, the new head fast, and the convolutions not at all.
    var optimizer = Optimizer.ByGroup(
        ((name, _) => IsFrozen(name), Optimizer.Frozen),
        ((name, _) => name.StartsWith("head"), Optimizer.Adam(2e-3)),
        ((_, _) => true, Optimizer.Adam(5e-4)));
    var ten = Fit(model, train, optimizer);
    var frozenAreEqual = before.All(p => ten.Parameters[p.Key].BitEquals(p.Value));
    var accuracy = ten.Evaluate(test, Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"];
    Console.WriteLine($"ten digits: test accuracy {accuracy:P2}; frozen: {string.Join(", ", before.Names)}, "
        + (frozenAreEqual ? "as they were" : "CHANGED"));

    // The names and what the file said of itself go on.
    var verification = ten.ExportOnnx(second, read.Description);
    Console.WriteLine($"wrote {Path.GetFileName(second)}; {verification}");
    var again = OnnxModel.Load(second);

    return new
    {
        testAccuracy = accuracy,
        frozenAreEqual,
        onnxMaxDifference = verification.MaxDifference,
        parameters = again.Parameters.Names,
        license = again.Description.Metadata["license"],
    };

    Model Fit(Model from, Dataset data, Optimizer solver)
    {
        const int batch = 64;
        var steps = arguments.GetValue(epochs) * new MiniBatchGradientDescent(batch).Steps(data.Count);
        var start = from.IsInitialized ? from : from.Initialize(arguments.GetValue(seed));
        return start.Fit(data, Loss.SoftmaxCrossEntropy, solver >> Schedule.Cosine(Math.Max(1, steps)), arguments.GetValue(epochs), batch,
            arguments.GetValue(seed), new()
            {
                Threads = arguments.GetValue(threads),
                Progress = e => Console.WriteLine($"epoch {e.Epoch}: loss {e.Loss:R}, {e.Seconds:F2} s"),
            }).Model;
    }
}

static bool IsFrozen(string parameter) => parameter.StartsWith("conv");

static Model FiveDigits() =>
    (Model.Input(28, 28).Reshape(1, 28, 28) >> Layer.Conv2D(16, 3) >> Layer.Relu >> Layer.MaxPool2D(2)
        >> Layer.Conv2D(32, 3) >> Layer.Relu >> Layer.MaxPool2D(2)).Flatten().Dense(128).Relu().Dense(5);

static Dataset LabelsBelow(int classes, Dataset digits)
{
    var labels = digits.Targets.ToArray<long>();
    return digits.Rows([.. Enumerable.Range(0, labels.Length).Where(i => labels[i] < classes)]);
}
