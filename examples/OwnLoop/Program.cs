// Loops of one's own, for what Fit is not made for: two networks that play against each other, and one that learns from what it tries.
using System.CommandLine;
using FunctionalDL;

var seed = new Option<long>("--seed") { Description = "Seed of all that is drawn.", DefaultValueFactory = _ => 1 };
var steps = new Option<int>("--steps") { Description = "Training steps of the adversarial networks.", DefaultValueFactory = _ => 4_000 };
var episodes = new Option<int>("--updates") { Description = "Updates of the policy.", DefaultValueFactory = _ => 200 };
var threads = new Option<int>("--threads")
{
    Description = "Threads; the results do not depend on it.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};

var command = new RootCommand("Trains a generative adversarial network and a policy by REINFORCE, each in a loop of its own.")
{
    seed,
    steps,
    episodes,
    threads,
};
return command.Run(
    args,
    arguments =>
    {
        var options = new CompileOptions { Threads = arguments.GetValue(threads) };
        var (modes, near) = Gan.Train(arguments.GetValue(steps), arguments.GetValue(seed), options);
        Console.WriteLine($"the generator draws {modes} of {Gan.Modes} modes; {near:P1} of its points are near one");
        var (reward, best) = Reinforce.Train(arguments.GetValue(episodes), arguments.GetValue(seed), options);
        Console.WriteLine($"the policy earns {reward:F3} an episode, the best possible is {best:F3}");
        return new
        {
            modes,
            near,
            reward,
            best,
        };
    });
