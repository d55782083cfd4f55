using System.Globalization;
using System.Text.Json;

namespace FunctionalDL.LawRuns;

/// <summary>
/// Some cases of a law in a row: what a child process does. It writes a line for each finding, and a last one with the number it came to
/// and the seconds of processor time.
/// </summary>
static class Batch
{
    /// <summary>After so many findings more are of little use.</summary>
    public const int MostFindings = 10;

    /// <summary>Tries cases of a run, and says which it is at.</summary>
    public static void Run(Law law, int run, long from, long count, Progress progress, TextWriter output)
    {
        var (findings, i) = (0, from);
        for (; i < from + count && findings < MostFindings; i++)
        {
            progress.At = i;
            if (law.Try(Law.SeedOf(run, i)) is not { } finding) continue;
            findings++;
            output.WriteLine(JsonSerializer.Serialize(finding));
            output.Flush();
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"to {i} {Environment.CpuUsage.TotalTime.TotalSeconds}"));
    }

    /// <summary>Writes a case that ends the process, then tries the smaller ones of it in turn, and says which it is at.</summary>
    public static void Narrow(Law law, int seed, IEnumerable<int> path, Progress progress, TextWriter output)
    {
        var c = Narrowing.Follow(law, seed, path);
        output.WriteLine(c);
        output.Flush();
        foreach (var (i, smaller) in law.Shrink(c).Index())
        {
            progress.At = i;
            law.Failure(smaller);
        }
    }
}
