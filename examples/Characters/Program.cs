// Text, character by character: an LSTM or a small transformer learns to guess the next one, and then writes some of its own.
using System.CommandLine;
using FunctionalDL;

var text = new Option<FileInfo?>("--text") { Description = "The text to learn; four sonnets by Shakespeare if not given." };
var kind = new Option<string>("--model") { Description = "What to train.", DefaultValueFactory = _ => "transformer" };
kind.AcceptOnlyFromAmong("transformer", "lstm");
var width = new Option<int>("--width")
{
    Description = "The size of a character's vector, and of the LSTM's state.",
    DefaultValueFactory = _ => 128,
};
var blocks = new Option<int>("--blocks") { Description = "The number of the transformer's blocks.", DefaultValueFactory = _ => 4 };
var length = new Option<int>("--length") { Description = "How many characters the model sees at once.", DefaultValueFactory = _ => 64 };
var epochs = new Option<int>("--epochs") { Description = "How often to go through the text.", DefaultValueFactory = _ => 10 };
var batch = new Option<int>("--batch") { Description = "Pieces of text a training step.", DefaultValueFactory = _ => 32 };
var rate = new Option<double>("--rate") { Description = "The learning rate of Adam.", DefaultValueFactory = _ => 1e-3 };
var seed = new Option<long>("--seed")
{
    Description = "Seed of the first weights, the order of the pieces and the sample.",
    DefaultValueFactory = _ => 1,
};
var threads = new Option<int>("--threads")
{
    Description = "Threads; the results do not depend on it.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var checkpoint = new Option<FileInfo?>("--checkpoint")
{
    Description = "Where to keep the run as it goes; where it is there, the run continues from it.",
};
var every = new Option<int>("--every") { Description = "Steps from one checkpoint to the next.", DefaultValueFactory = _ => 100 };

var command = new RootCommand("Trains a character model on a text and writes a sample.")
{
    text,
    kind,
    width,
    blocks,
    length,
    epochs,
    batch,
    rate,
    seed,
    threads,
    checkpoint,
    every,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var content = arguments.GetValue(text) is { } file ? File.ReadAllText(file.FullName) : Sonnets();
    var vocabulary = new Vocabulary(content);
    var tokens = vocabulary.Encode(content).ToArray<long>();
    var places = arguments.GetValue(length);
    var train = tokens.Length * 9 / 10;
    if (places < 1 || tokens.Length - train <= places)
        throw new FunctionalException(
            $"a text of {tokens.Length:N0} characters cannot be cut into pieces of {places}, with a tenth held out. Give a longer text "
                + "or a smaller --length."
        );
    Console.WriteLine($"{tokens.Length:N0} characters, {vocabulary.Count} different ones; the last tenth is held out");

    // The same layers learn from pieces of one length, which compile best, and write with as many characters as there are so far.
    var layers = Layers(arguments, vocabulary.Count, places);
    var model = Model.Input(DType.Int64, places).Then(layers);
    Console.WriteLine(model.Summary());
    var kept = arguments.GetValue(checkpoint);
    var run = model.Fit(
        Pieces(tokens[..train], places),
        Loss.SoftmaxCrossEntropy,
        Optimizer.Adam(arguments.GetValue(rate)),
        arguments.GetValue(epochs),
        arguments.GetValue(batch),
        arguments.GetValue(seed),
        new()
        {
            Threads = arguments.GetValue(threads),
            Resume = kept is { Exists: true } ? Checkpoint.Load(kept.FullName) : null,
            Callbacks = kept is null ? [] : [Callback.SaveCheckpoint(kept.FullName, arguments.GetValue(every))],
            Progress = e => Console.WriteLine($"epoch {e.Epoch}: {e.Loss:F4} nats a character, {e.Seconds:F2} s"),
        });
    var validation = run.Model.Evaluate(Pieces(tokens[train..], places), Loss.SoftmaxCrossEntropy).Loss;
    Console.WriteLine($"on the tenth held out: {validation:F4} nats a character");

    var writer = Model.Input(DType.Int64, "time").Then(layers).WithParameters(run.Model.Parameters);
    var sample = Write(writer, tokens[..Math.Min(places, 8)], 200, places, Key.Of(arguments.GetValue(seed)));
    Console.WriteLine(vocabulary.Decode(sample));

    return new
    {
        validationLoss = validation,
        parameters = run.Model.Parameters.Elements,
        losses = run.History.Select(e => e.Loss),
        secondsPerEpoch = run.History.Average(e => e.Seconds),
    };
}

Layer Layers(ParseResult arguments, int characters, int places)
{
    var size = arguments.GetValue(width);
    if (arguments.GetValue(kind) == "lstm")
        return Layer.Embedding(characters, size) >> Layer.Lstm(size, returnSequences: true) >> Layer.Dense(characters);
    var depth = arguments.GetValue(blocks) is >= 0 and var count
        ? count
        : throw new FunctionalException($"{arguments.GetValue(blocks)} blocks. Give 0 or more.");
    var stack = Enumerable.Range(0, depth).Select(_ => Layer.TransformerDecoder(heads: 4));
    return Layer.Sequence([
        Layer.Embedding(characters, size),
        Layer.PositionEmbedding(places),
        .. stack,
        Layer.LayerNorm(),
        Layer.Dense(characters),
    ]);
}

// Pieces of the text side by side, each with the same piece one character later.
static Dataset Pieces(long[] tokens, int length) => TimeSeries.Windows(tokens, length, outputs: length, stride: length);

// Each character is drawn from the model's probabilities, given those before it.
static List<long> Write(Model model, IEnumerable<long> start, int count, int places, Key key)
{
    List<long> written = [.. start];
    for (var i = 0; i < count; i++)
    {
        long[] seen = [.. written.TakeLast(places)];
        var scores = Expr.Constant(model.Predict(Tensor.Of(Shape.Of(1, seen.Length), seen)));
        var probabilities = Functions.Softmax(Functions.Index(scores, 1, -1)).Evaluate();
        var left = key.Fold(i).Uniform(Shape.Scalar, DType.Float64).ToScalar();
        var next = 0;
        while (next + 1 < probabilities.Count && (left -= probabilities.GetDouble(next)) >= 0) next++;
        written.Add(next);
    }
    return written;
}

static string Sonnets()
{
    using var reader = new StreamReader(typeof(Program).Assembly.GetManifestResourceStream("sonnets.txt")!);
    return reader.ReadToEnd();
}
