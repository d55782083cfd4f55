// Hand-written digits, the whole path: train, check the gradient, test, export to ONNX, and run the export in OnnxRuntime.
using System.CommandLine;
using FunctionalDL;

var data = new Option<DirectoryInfo?>("--data")
{
    Description = "Folder of IDX files (MNIST) to train on; without it the library draws its own digits.",
};
var epochs = new Option<int>("--epochs") { Description = "How often to go through the training images.", DefaultValueFactory = _ => 5 };
var batch = new Option<int>("--batch") { Description = "Images a training step.", DefaultValueFactory = _ => 64 };
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
var engine = new Option<string>("--engine")
{
    Description = "What the training runs on: managed or onnxruntime.",
    DefaultValueFactory = _ => "managed",
};
var output = new Option<FileInfo>("--out")
{
    Description = "The ONNX file to write.",
    DefaultValueFactory = _ => new FileInfo("digits.onnx"),
};

var command = new RootCommand("Trains a digit classifier, checks its gradient, and exports it to ONNX.")
{
    data, epochs, batch, seed, threads, engine, output,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var (train, test) = arguments.GetValue(data) is { } folder
        ? Digits.Load(folder.FullName)
        : (Digits.Draw(20_000, arguments.GetValue(seed)), Digits.Draw(4_000, arguments.GetValue(seed) + 1));
    Console.WriteLine($"{train.Count:N0} images to train on, {test.Count:N0} to test on");

    var model = Model.Input(28, 28).Flatten().Dense(256).Relu().Dense(128).Relu().Dense(10).Initialize(arguments.GetValue(seed));
    Console.WriteLine(model.Summary());

    var gradientError = CheckGradient(model, train);

    // The rate falls to 0, so that the end does not depend on the last digits of every sum.
    var steps = arguments.GetValue(epochs) * (long)Math.Ceiling(train.Count / (double)Math.Max(1, arguments.GetValue(batch)));
    var run = model.Fit(
        train,
        Loss.SoftmaxCrossEntropy,
        Optimizer.Adam(1e-3) >> Schedule.Cosine((int)Math.Max(1, steps)),
        arguments.GetValue(epochs),
        arguments.GetValue(batch),
        arguments.GetValue(seed),
        new()
        {
            Threads = arguments.GetValue(threads),
            Engine = Engine(arguments.GetValue(engine)!),
            Progress = e => Console.WriteLine($"epoch {e.Epoch}: loss {e.Loss:R}, {e.Seconds:F2} s"),
        });
    var accuracy = run.Model.Evaluate(test, Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"];
    Console.WriteLine($"test accuracy {accuracy:P2}");

    var file = arguments.GetValue(output)!;
    var verification = run.Model.ExportOnnx(file.FullName);
    Console.WriteLine($"wrote {file.Name}; {verification}");
    var (difference, agreement) = CompareOnTestSet(run.Model, file.FullName, test);
    Console.WriteLine($"OnnxRuntime on the test set: max difference {difference:0.0e+0}, equal predictions {agreement:P2}");

    return new
    {
        testAccuracy = accuracy,
        gradientError,
        onnxMaxDifference = difference,
        onnxAgreement = agreement,
        losses = run.History.Select(e => e.Loss),
        secondsPerEpoch = run.History.Average(e => e.Seconds),
    };
}

static ComputeEngine Engine(string name) => name switch
{
    "managed" => ComputeEngine.Managed,
    "onnxruntime" => new OnnxRuntimeEngine(),
    _ => throw new FunctionalException($"--engine {name}: there is no such engine. Take managed or onnxruntime."),
};

// The gradient of the loss on a few images against finite differences, in float64.
static double CheckGradient(Model model, Dataset train)
{
    var some = train.Take(8);
    var target = Expr.Variable("target", [Model.Batch], DType.Int64);
    var loss = Loss.SoftmaxCrossEntropy.Apply(model.Output, target);
    var check = GradientCheck.Check(loss, [.. model.ParameterList.Select(p => p.Variable)],
        model.Parameters.With("input", some.Inputs).With("target", some.Targets));
    Console.WriteLine($"gradient against finite differences: {check}");
    return check.WorstError;
}

static (double Difference, double Agreement) CompareOnTestSet(Model model, string file, Dataset test)
{
    using var session = OnnxSession.Load(file);
    var ours = model.Predict(test.Inputs).As<float>();
    var theirs = session.Run(TensorSet.Of(("input", test.Inputs)))["output"].As<float>();
    var difference = 0.0;
    for (var i = 0; i < ours.Count; i++) difference = Math.Max(difference, Math.Abs(ours.Span[i] - theirs.Span[i]));
    return (difference, Metric.Accuracy.Measure(ours, ArgMax(theirs)));

    static Tensor ArgMax(Tensor scores) => Functions.ArgMax(Expr.Constant(scores)).Evaluate();
}
