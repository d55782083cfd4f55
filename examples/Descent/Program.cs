// What is wrong with gradient descent, stochastic gradient descent and mini-batch gradient descent?
// One neuron, two weights, three pictures.
using System.CommandLine;
using FunctionalDL;

var budget = new Option<int>("--budget")
{
    Description = "Gradients of single examples that each method may take.",
    DefaultValueFactory = _ => 40_000,
};
var batch = new Option<int>("--batch") { Description = "Examples of a mini-batch.", DefaultValueFactory = _ => 20 };
var rate = new Option<double>("--rate") { Description = "Learning rate of all three.", DefaultValueFactory = _ => 0.2 };
var seed = new Option<long>("--seed") { Description = "Seed of the data and of the order of the examples.", DefaultValueFactory = _ => 1 };
var folder = new Option<DirectoryInfo>("--out") { Description = "Folder of the pictures.", DefaultValueFactory = _ => new("descent") };

var command = new RootCommand("Compares gradient descent, stochastic gradient descent and mini-batch gradient descent.")
{
    budget, batch, rate, seed, folder,
};
return command.Run(args, Run);

object Run(ParseResult arguments)
{
    var (gradients, size) = (arguments.GetValue(budget), arguments.GetValue(batch));
    var (η, s) = (arguments.GetValue(rate), arguments.GetValue(seed));
    if (gradients < Neuron.Examples)
        throw new FunctionalException(
            $"Descent: a budget of {gradients} gradients is not one step of gradient descent. Give {Neuron.Examples} or more.");
    var neuron = new Neuron(Key.Of(s));
    var (start, best) = ((-1.2, -1.4), neuron.Best);
    (string Name, Batching Method)[] methods =
    [
        ("GD", new GradientDescent()), ("SGD", new StochasticGradientDescent()), ($"MBGD ({size})", new MiniBatchGradientDescent(size)),
    ];
    Descent[] At(double learningRate) =>
        [.. methods.Select(m => new Descent(m.Name, neuron, m.Method, Optimizer.Sgd(learningRate), start, gradients, s))];

    var runs = At(η);
    double[] rates = [.. Enumerable.Range(-4, 9).Select(i => η * Math.Pow(2, i))];
    var tried = rates.Select(r => r == η ? runs : At(r)).ToArray();
    Draw(arguments.GetValue(folder)!.FullName, neuron, start, runs, rates, tried);
    var momentum = Optimizer.Momentum(η, 0.9) >> Schedule.Cosine(runs[2].Path.Count);
    var better = new Descent("better", neuron, methods[2].Method, momentum, start, gradients, s);
    Say(neuron, start, runs, rates, tried, better);

    return new
    {
        minimum = neuron.LossAt(best),
        condition = neuron.CurvaturesAt(best).Largest / neuron.CurvaturesAt(best).Smallest,
        methods = runs.Select((run, i) => new
        {
            name = run.Name,
            steps = run.Path.Count - 1,
            gradientsTo10Percent = run.GradientsUntil(0.1),
            gradientsTo1Percent = run.GradientsUntil(0.01),
            lossAboveMinimum = run.Final,
            lossAboveMinimumByRate = tried.Select(t => t[i].Final),
        }),
        rates,
    };
}

void Draw(string into, Neuron neuron, (double, double) start, Descent[] runs, double[] rates, Descent[][] tried)
{
    Directory.CreateDirectory(into);
    var least = neuron.LossAt(neuron.Best);
    // The logarithm spreads the levels over the valley; the bit that is added keeps its bottom on the paper.
    var valley = (double w1, double w2) => Math.Log10(neuron.LossAt((w1, w2)) - least + 3e-3);
    var ground = Chart.Of("w₁", "w₂").Levels(valley, (-2, 3.5), (-4, 1.5));
    Chart.SaveRow(Path.Combine(into, "paths.png"), 1500, 580, [.. runs.Select((run, i) => ground
        .Line(run.Path, $"{run.Name}: {run.Path.Count - 1:N0} steps", i, width: 1.5).Points([start, neuron.Best]))]);

    runs.Aggregate(Chart.Of(ChartAxis.Logarithmic("gradients of single examples"), ChartAxis.Logarithmic("loss above its minimum")),
        (chart, run) => chart.Line(run.Curve, run.Name)).Save(Path.Combine(into, "loss.png"));

    runs.Index().Aggregate(Chart.Of(ChartAxis.Logarithmic("learning rate"), ChartAxis.Logarithmic("loss above its minimum at the end")),
        (chart, run) => chart.Line(rates.Zip(tried, (r, t) => (r, t[run.Index].Final)), run.Item.Name, markers: 8))
        .Save(Path.Combine(into, "rates.png"));
    Console.WriteLine($"Wrote paths.png, loss.png and rates.png to {into}.\n");
}

void Say(Neuron neuron, (double, double) start, Descent[] runs, double[] rates, Descent[][] tried, Descent better)
{
    Console.WriteLine($"{"",-12}{"steps",8}{"to 10 %",10}{"to 1 %",10}{"at the end",12}");
    foreach (var run in runs)
        Console.WriteLine($"{run.Name,-12}{run.Path.Count - 1,8:N0}{Until(run, 0.1),10}{Until(run, 0.01),10}{run.Final,12:0.0e+0}");

    var (gd, sgd, mbgd) = (runs[0], runs[1], runs[2]);
    var (across, along) = neuron.CurvaturesAt(neuron.Best);
    var noise = neuron.NoiseAt(neuron.Best);
    Console.WriteLine($"""
        (gradients of single examples until the loss above its minimum was 10 % and 1 % of what it was at the start,
        and the mean over the last quarter of the steps)

        What is wrong with GD?
          Cost: a step takes {gd.PerStep} gradients, so that the same money buys {gd.Path.Count - 1:N0} steps,
          where SGD takes {sgd.Path.Count - 1:N0}.
          Plateau: at the start the gradient is {neuron.SlopeAt(start):0.000} long, and steps are as short as it is,
          however sure of their direction.
          Ill conditioning: the valley curves {across:0.00} across and {along:0.000} along it, {across / along:0} times less.
          Above 2/{across:0.00} = {2 / across:0.0} the learning rate overshoots across (figures by rate below),
          and up to there no step covers more than {2 * along / across:0.0 %} of the way along.

        What is wrong with SGD?
          Noise: at the minimum the gradient of all examples is 0, and that of one is {noise:0.00} long.
          So it arrives first, and never settles:
          it stays at a loss of {sgd.Final:0.0e+0} above the minimum with a learning rate of {rates[4]},
          and at {tried[0][1].Final:0.0e+0} with {rates[0]}. Rest is bought with speed.

        What is wrong with MBGD?
          A bit of both: noise of {noise:0.00}/√{mbgd.PerStep} = {noise / Math.Sqrt(mbgd.PerStep):0.00},
          hence {mbgd.Final:0.0e+0} above the minimum;
          {mbgd.PerStep} times the cost of SGD a step; plateau and valley are as before.
          And the size of the batch is one more number to choose.

        What is wrong with all of them: one learning rate, for every weight and all the time, and nobody knows it before.
        """);
    Console.WriteLine("\nThe loss above its minimum at the end, by learning rate:");
    Console.WriteLine($"{"",-12}{string.Concat(runs.Select(r => $"{r.Name,12}"))}");
    foreach (var (rate, at) in rates.Zip(tried))
        Console.WriteLine($"{rate,-12:0.####}{string.Concat(at.Select(t => $"{t.Final,12:0.0e+0}"))}");
    Console.WriteLine(
        $"\nHence momentum and schedules: MBGD with momentum 0.9 and a rate that falls along a cosine ends at {better.Final:0.0e+0}.");

    static string Until(Descent run, double share) => run.GradientsUntil(share) is { } gradients ? $"{gradients:N0}" : "never";
}
