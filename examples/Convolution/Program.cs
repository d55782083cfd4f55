// A small convolutional network on hand-written digits: batch normalization, pooling and dropout, from the first image to the exported
// model.
using System.CommandLine;
using FunctionalDL;

var data = new Option<DirectoryInfo?>("--data")
{
    Description = "Folder of IDX files (MNIST) to train on; without it the library draws its own digits.",
};
var images = new Option<int>("--images")
{
    Description = "How many digits to draw, where no data are given; a fifth as many more to test on.",
    DefaultValueFactory = _ => 20_000,
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

var command = new RootCommand("Trains a convolutional network on digits.") { data, images, epochs, batch, seed, threads };
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var (train, test) = arguments.GetValue(data) is { } folder
        ? Digits.Load(folder.FullName)
        : (
            Digits.Draw(arguments.GetValue(images), arguments.GetValue(seed)),
            Digits.Draw((arguments.GetValue(images) + 4) / 5, arguments.GetValue(seed) + 1));
    Console.WriteLine($"{train.Count:N0} images to train on, {test.Count:N0} to test on");

    var block = (int filters) =>
        Layer.Conv2D(filters, 3, padding: Padding.Same, bias: false) >> Layer.BatchNorm() >> Layer.Relu >> Layer.MaxPool2D(2);
    var model = (Model.Input(28, 28).Reshape(1, 28, 28) >> block(16) >> block(32))
        .Flatten()
        .Dropout(0.25)
        .Dense(128)
        .Relu()
        .Dense(10)
        .Initialize(arguments.GetValue(seed));
    Console.WriteLine(model.Summary());

    // The rate falls to 0 along half a cosine: the last epochs settle.
    var steps = arguments.GetValue(epochs) * new MiniBatchGradientDescent(arguments.GetValue(batch)).Steps(train.Count);
    var optimizer = Optimizer.Adam(2e-3) >> Schedule.Cosine(Math.Max(1, steps));
    var run = model.Fit(
        train,
        Loss.SoftmaxCrossEntropy,
        optimizer,
        arguments.GetValue(epochs),
        arguments.GetValue(batch),
        arguments.GetValue(seed),
        new()
        {
            Threads = arguments.GetValue(threads),
            Progress = e => Console.WriteLine($"epoch {e.Epoch}: loss {e.Loss:R}, {e.Seconds:F2} s"),
        });
    var accuracy = run.Model.Evaluate(test, Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"];
    Console.WriteLine($"test accuracy {accuracy:P2}");

    return new
    {
        testAccuracy = accuracy,
        losses = run.History.Select(e => e.Loss),
        secondsPerEpoch = run.History.Average(e => e.Seconds),
    };
}
