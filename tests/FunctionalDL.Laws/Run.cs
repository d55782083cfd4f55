using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FunctionalDL.LawRuns;

/// <summary>A long run of laws in child processes, so that one that dies or hangs is a finding like others.</summary>
/// <param name="Program">The command of this program.</param>
/// <param name="Watchdog">The longest time for one case.</param>
/// <param name="Output">Where findings and the summary are written.</param>
sealed record Run(IReadOnlyList<string> Program, TimeSpan Watchdog, TextWriter Output)
{
    /// <summary>The cases of a child process: many, as each compiles its code anew.</summary>
    const long BatchSize = 100_000;

    sealed record Part(Law Law, long From, long Count);

    /// <summary>What came of a law.</summary>
    sealed class Tally
    {
        public long Cases;
        public int Findings;
        public double Seconds, Processor;

        public double Rate(double seconds) => Cases / seconds;
    }

    /// <summary>Tries each law on so many cases, and writes what was found and a table; the number of findings.</summary>
    public int All(IReadOnlyList<Law> laws, int seed, long from, long cases, int jobs)
    {
        var tallies = laws.ToDictionary(law => law, _ => new Tally());
        var parts = new ConcurrentQueue<Part>(laws.SelectMany(law => Split(law, from, cases, jobs)));
        Task.WaitAll([.. Enumerable.Range(0, jobs).Select(_ => Task.Factory.StartNew(() =>
        {
            while (parts.TryDequeue(out var part)) Try(part, seed, tallies[part.Law]);
        }, TaskCreationOptions.LongRunning))]);
        Output.WriteLine($"{"law",-24}{"cases",12}{"findings",12}{"cases/s",12}{"of processor",14}");
        foreach (var (law, tally) in tallies)
            Output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{law.Name,-24}{tally.Cases,12:N0}{tally.Findings,12}"
                        + $"{tally.Rate(tally.Seconds),12:N0}{tally.Rate(tally.Processor),14:N0}"
                ));
        return tallies.Values.Sum(t => t.Findings);
    }

    static IEnumerable<Part> Split(Law law, long from, long cases, int jobs)
    {
        var size = Math.Clamp((cases + jobs - 1) / jobs, 1, BatchSize);
        for (long at = 0; at < cases; at += size) yield return new(law, from + at, Math.Min(size, cases - at));
    }

    /// <summary>Tries a part, after a death from the case after it on.</summary>
    void Try(Part part, int seed, Tally tally)
    {
        var (start, end) = (part.From, part.From + part.Count);
        for (var deaths = 0; start < end && deaths < Batch.MostFindings; deaths++)
        {
            var watch = Stopwatch.StartNew();
            var child = Child.Run(Program, Watchdog, [.. Arguments(part.Law, seed, start, end - start)]);
            var told = child.Lines.Where(line => line.StartsWith('{'));
            List<Finding> found = [.. told.Select(line => JsonSerializer.Deserialize<Finding>(line)!)];
            var (next, processor) = (child.DiedAt + 1 ?? end, watch.Elapsed.TotalSeconds);
            if (child.DiedAt is < 0) (next, found) = (start, [.. found, NotBegun(part.Law, seed, start, end - start, child.Death)]);
            else if (child.DiedAt is { } at) found.Add(Narrowed(part.Law, seed, start, at, child.Death));
            else if (child.Lines[^1].Split(' ') is ["to", var to, var used])
                (next, processor) = (long.Parse(to, CultureInfo.InvariantCulture), double.Parse(used, CultureInfo.InvariantCulture));
            lock (tally)
            {
                (tally.Cases, tally.Findings) = (tally.Cases + next - start, tally.Findings + found.Count);
                (tally.Seconds, tally.Processor) = (tally.Seconds + watch.Elapsed.TotalSeconds, tally.Processor + processor);
            }
            lock (Output)
                foreach (var finding in found) Output.WriteLine(finding);
            if (child.DiedAt is null) return;
            start = next;
        }
    }

    static Finding NotBegun(Law law, int seed, long from, long cases, string death) =>
        new(law.Name, Law.SeedOf(seed, from), $"the process did not begin: {death}", "")
        {
            Replay = string.Join(' ', Arguments(law, seed, from, cases)),
        };

    static IEnumerable<string> Arguments(Law law, int seed, long from, long cases) =>
        ["--law", law.Name, "--seed", $"{seed}", "--from", $"{from}", "--cases", $"{cases}"];

    /// <summary>The smallest case found that ends a process, where that of its seed does so by itself.</summary>
    Finding Narrowed(Law law, int seed, long from, long at, string death)
    {
        const int mostSteps = 100;
        var (caseSeed, path, text) = (Law.SeedOf(seed, at), new List<int>(), "");
        if (Child.Run(Program, Watchdog, [.. Arguments(law, seed, at, 1)]).DiedAt is null)
        {
            var replay = string.Join(' ', Arguments(law, seed, from, at - from + 1));
            return new(law.Name, caseSeed, death, "It does not do so by itself, after the cases before it alone.") { Replay = replay };
        }
        for (var step = 0; step < mostSteps; step++)
        {
            var child = Child.Run(Program, Watchdog, "--law", law.Name, "--narrow", $"{caseSeed}", "--path", string.Join(',', path));
            text = string.Join('\n', child.Lines);
            if (child.DiedAt is not { } number) break;
            path.Add((int)number);
        }
        return new(law.Name, caseSeed, death, text);
    }
}
