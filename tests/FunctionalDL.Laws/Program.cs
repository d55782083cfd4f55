using System.CommandLine;
using FunctionalDL;
using FunctionalDL.LawRuns;

Option<long> cases = new("--cases") { Description = "How many cases of each law", DefaultValueFactory = _ => 1000 };
Option<int> seed = new("--seed") { Description = "Another seed, other cases", DefaultValueFactory = _ => 1 };
Option<string[]> names = new("--law") { Description = "The laws; all if not given" };
Option<int> jobs = new("--jobs") { Description = "How many processes at a time", DefaultValueFactory = _ => Environment.ProcessorCount };
Option<int> watchdog = new("--watchdog") { Description = "The most seconds for one case", DefaultValueFactory = _ => 60 };
Option<long> from = new("--from") { Description = "The number of the first case" };
Option<int?> single = new("--case") { Description = "The seed of one case to try, in this process" };
Option<string?> progress = new("--progress") { Hidden = true };
Option<int?> narrow = new("--narrow") { Hidden = true };
Option<string?> path = new("--path") { Hidden = true };

var root = new RootCommand("Tries the laws of FunctionalDL on random cases, in child processes. Exit codes: 0 all hold, 1 one does not.")
{
    cases, seed, names, jobs, watchdog, from, single, progress, narrow, path,
};
root.SetAction(parsed =>
{
    var chosen = parsed.GetValue(names) is { Length: > 0 } given ? LawTable.Named(given) : LawTable.All;
    if (parsed.GetValue(single) is { } one)
    {
        Finding[] found = [.. chosen.Select(law => law.Try(one)).OfType<Finding>()];
        foreach (var finding in found) Console.WriteLine(finding);
        if (found.Length == 0) Console.WriteLine($"{string.Join(", ", chosen)}: case {one} holds.");
        return found.Length == 0 ? 0 : 1;
    }
    if (parsed.GetValue(progress) is not { } file)
        return new Run(Program(), TimeSpan.FromSeconds(parsed.GetValue(watchdog)), Console.Out)
            .All(chosen, parsed.GetValue(seed), parsed.GetValue(from), parsed.GetValue(cases), parsed.GetValue(jobs)) == 0 ? 0 : 1;

    // A child ends with its parent: that closes its input.
    new Thread(() => { Console.In.ReadToEnd(); Environment.Exit(1); }) { IsBackground = true }.Start();
    using var at = Progress.Open(file);
    if (parsed.GetValue(narrow) is { } case_)
        Batch.Narrow(chosen[0], case_, (parsed.GetValue(path) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse), at, Console.Out);
    else Batch.Run(chosen[0], parsed.GetValue(seed), parsed.GetValue(from), parsed.GetValue(cases), at, Console.Out);
    return 0;
});
try
{
    return root.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false });
}
catch (FunctionalException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

// The command of this program: itself, or dotnet with its assembly.
static string[] Program()
{
    var process = Environment.ProcessPath!;
    return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, typeof(LawTable).Assembly.Location] : [process];
}
