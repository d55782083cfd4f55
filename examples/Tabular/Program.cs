// A table with categories and missing values, from the file to an exported model that takes the table's own values: a regression or a
// classification.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FunctionalDL;

const int Parts = 5;

var data = new Option<FileInfo?>("--data") { Description = "The CSV file; flats for sale that the program makes up if not given." };
var target = new Option<string?>("--target") { Description = "The column to predict, by name or by number from 0; the last if not given." };
var task = new Option<string?>("--task")
{
    Description = "What to predict; a regression if not given where the target has more than two values and all are numbers.",
};
task.AcceptOnlyFromAmong("regression", "classification");
var epochs = new Option<int>("--epochs") { Description = "How often to go through the rows at most.", DefaultValueFactory = _ => 300 };
var batch = new Option<int>("--batch") { Description = "Rows a training step.", DefaultValueFactory = _ => 16 };
var seed = new Option<long>("--seed")
{
    Description = "Seed of the parts of the table, the first weights and the order of the rows.",
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
    DefaultValueFactory = _ => new FileInfo("tabular.onnx"),
};

var command = new RootCommand("Learns to predict a column of a table from the others.")
{
    data,
    target,
    task,
    epochs,
    batch,
    seed,
    threads,
    output,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var table = arguments.GetValue(data) is { } file ? CsvFile.Read(file.FullName) : Flats.Make(1000, seed: 1);
    var missing = table.Columns.Sum(column => table.Text(column).Count(cell => cell == ""));
    Console.WriteLine(
        $"{table.Count:N0} rows, {missing:N0} cells missing; "
            + $"{(table.Columns[0] == "0" ? "no header, columns are numbered from 0" : "columns")}: {string.Join(", ", table.Columns)}"
    );
    if (table.Columns.Length == 1)
        throw new DataException(
            $"the table has the one column \"{table.Columns[0]}\", and nothing to predict it from. Give it another; cells are separated "
                + "by commas."
        );

    var goal = Goal(table, arguments.GetValue(target), arguments.GetValue(task));
    table = Ordered(table.WithoutMissing(goal.Target), goal, Key.Of(arguments.GetValue(seed)));
    string[] inputs = [.. table.Columns.Remove(goal.Target)];
    // What is a number and what a category is seen from all rows, so that it is the same in all parts.
    string[] categories = [.. TableEncoder.Fit(table, inputs).Columns.OfType<CategoryColumn>().Select(column => column.Name)];

    // A table is often small, and a fifth of it says little: each fifth is held out in turn, and the figures are those of all rows, each
    // predicted without it.
    var (predictions, targets, folds) = (new List<Expr>(), new List<Expr>(), new List<double>());
    for (var part = 0; part < Parts; part++)
    {
        var (train, test) = Deal(table, part);
        var learned = Learn(arguments, goal, train, inputs, categories);
        var (prediction, truth) = (learned.Model.Predict(learned.Encoder.Raw(test)), goal.Targets(test));
        var (name, value) = goal.Figures(prediction, truth).First();
        Console.WriteLine($"held out {test.Count:N0} rows: {name} {value:F4} after {learned.Epochs} epochs on {train.Count:N0} others");
        predictions.Add(Expr.Constant(prediction));
        targets.Add(Expr.Constant(truth));
        folds.Add(value);
    }
    var figures = goal.Figures(Functions.Concat(0, [.. predictions]).Evaluate(), Functions.Concat(0, [.. targets]).Evaluate());
    Console.WriteLine($"all rows, each held out once: {string.Join(", ", figures.Select(figure => $"{figure.Key} {figure.Value:F4}"))}");

    var (encoder, model, _) = Learn(arguments, goal, table, inputs, categories);
    var difference = Export(model, encoder, goal, table, arguments.GetValue(output)!);
    return figures
        .ToDictionary(figure => figure.Key, figure => (object)figure.Value)
        .Concat([
            new("task", goal.Name),
            new("target", goal.Target),
            new("rows", table.Count),
            new("folds", folds),
            new("onnxMaxDifference", difference),
        ])
        .ToDictionary();
}

// The target and what kind of target it is.
static Goal Goal(Table table, string? name, string? task)
{
    var target =
        name is null ? table.Columns[^1]
        : !table.Columns.Contains(name)
        && int.TryParse(name, CultureInfo.InvariantCulture, out var index)
        && index >= 0
        && index < table.Columns.Length
            ? table.Columns[index]
        : name;
    var values = table.Categories(target);
    if (values.IsEmpty) throw new DataException($"the target \"{target}\" has no values. Choose another column: --target.");
    var isText = task == "classification" || TableEncoder.Fit(table, [target]).Columns[0] is CategoryColumn;
    if (isText && task == "regression")
        throw new DataException(
            $"the target \"{target}\" holds texts such as \"{values[0]}\", which no regression predicts. Choose --task classification, "
                + "or another --target."
        );
    if ((isText || task == "classification") && 2 * values.Length > table.Count)
        throw new DataException(
            $"the target \"{target}\" has {values.Length:N0} different values in {table.Count:N0} rows, too many to learn as classes. "
                + "Choose another column: --target."
        );
    Goal goal = task switch
    {
        "regression" => new Regression(target),
        null when !isText && values.Length > 2 => new Regression(target),
        _ => new Classification(target, values),
    };
    var kind = isText ? "" : ", all numbers";
    var reason = task is null ? $", as it has {values.Length:N0} different values{kind}; --task decides otherwise" : "";
    Console.WriteLine($"to predict: {target}, a {goal.Name}{reason}");
    return goal;
}

// The rows in the order of their targets, and by chance where those are equal, so that parts dealt like cards have each its share of high
// and low ones, and of each class.
static Table Ordered(Table table, Goal goal, Key key)
{
    var shuffled = table.Shuffle(key);
    var targets = goal.Targets(shuffled);
    int[] order = [.. Enumerable.Range(0, shuffled.Count).OrderBy(targets.GetDouble)];
    if (targets.GetDouble(order[0]) == targets.GetDouble(order[^1]))
        throw new DataException(
            $"the target \"{goal.Target}\" is \"{table.Text(goal.Target)[0]}\" in all {table.Count:N0} rows. There is nothing to learn; "
                + "choose another column: --target."
        );
    if (order.Length < 2 * Parts)
        throw new DataException(
            $"{order.Length} rows are too few to hold out a fifth and learn from the others. Give at least {2 * Parts} with a target.");
    return shuffled.Rows(order);
}

// One of the parts, and the rows of the others.
static (Table Others, Table Part) Deal(Table table, int part)
{
    var rows = Enumerable.Range(0, table.Count).ToLookup(row => row % Parts == part);
    return (table.Rows([.. rows[false]]), table.Rows([.. rows[true]]));
}

// The network learns from four fifths of the rows until it gets no better on the fifth. The model it becomes part of takes the table's
// own values.
(TableEncoder Encoder, Model Model, int Epochs) Learn(ParseResult arguments, Goal goal, Table rows, string[] inputs, string[] categories)
{
    var (train, validation) = Deal(rows, 0);
    var encoder = TableEncoder.Fit(train, inputs, categories);
    var (loss, finish) = goal.Learning(goal.Targets(train));
    Dataset Data(Table table) => new(encoder.Encode(table), goal.Targets(table));

    var network = Model.Input(encoder.Features.Length).Dense(64).Silu().Dropout(0.3).Dense(64).Silu().Dropout(0.3).Dense(goal.Outputs);
    var run = network.Fit(
        Data(train),
        loss,
        Optimizer.AdamW(3e-3),
        arguments.GetValue(epochs),
        Math.Min(arguments.GetValue(batch), train.Count),
        arguments.GetValue(seed),
        new()
        {
            Validation = Data(validation),
            EarlyStopping = new(Patience: 50),
            Threads = arguments.GetValue(threads),
        });
    return (encoder, encoder.Before(run.Model).Then(finish).WithParameters(run.Model.Parameters), run.History.Count);
}

// The export is verified on random inputs before it is written, and then on the table itself, missing values and all.
static double Export(Model model, TableEncoder encoder, Goal goal, Table table, FileInfo file)
{
    Dictionary<string, string> metadata = new() { ["columns"] = encoder.Describe(), ["target"] = goal.Target };
    if (goal is Classification { Classes: var classes }) metadata["classes"] = JsonSerializer.Serialize(classes);
    var verification = model.ExportOnnx(file.FullName, new() { Metadata = metadata });
    Console.WriteLine($"wrote {file.Name}, learned from all rows; {verification}");

    using var session = OnnxSession.Load(file.FullName);
    var raw = encoder.Raw(table);
    var (ours, theirs) = (model.Predict(raw), session.Run(TensorSet.Of(("input", raw)))["output"]);
    var difference = Enumerable
        .Range(0, ours.Count)
        .Max(i => Math.Abs(ours.GetDouble(i) - theirs.GetDouble(i)) / Math.Max(1, Math.Abs(ours.GetDouble(i))));
    Console.WriteLine($"OnnxRuntime on the table's own values: largest difference {difference:0.0e+0}");
    return difference;
}
