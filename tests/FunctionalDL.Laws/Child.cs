using System.Diagnostics;

namespace FunctionalDL.LawRuns;

/// <summary>How a child process ended: what it wrote, and where it died or was stopped, if it did.</summary>
/// <param name="Lines">What it wrote.</param>
/// <param name="DiedAt">The number of the case at which it died or hung; null where it came to its end.</param>
/// <param name="Death">How it died.</param>
sealed record Child(IReadOnlyList<string> Lines, long? DiedAt, string Death)
{
    const int PollMilliseconds = 100;

    /// <summary>Runs this program with other arguments, and ends it where it is at one case for too long.</summary>
    public static Child Run(IReadOnlyList<string> program, TimeSpan watchdog, params IEnumerable<string> arguments)
    {
        var path = Path.Combine(Path.GetTempPath(), $"laws-{Guid.NewGuid():N}");
        try
        {
            using var progress = Progress.Create(path);
            progress.At = -1;
            var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments, "--progress", path]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            // A dump of a process that dies would only take time.
            start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            var isHung = !Watch(process, progress, watchdog);
            if (isHung) process.Kill(entireProcessTree: true);
            process.WaitForExit();
            string[] lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (process.ExitCode == 0 && !isHung) return new(lines, null, "");
            if (progress.At < 0) throw new InvalidOperationException($"Laws: the process did not begin: {error.Result}");
            return new(lines, progress.At, isHung ? $"no end after {watchdog.TotalSeconds} s" : $"the process died (exit code {process.ExitCode}): {Shortened(error.Result)}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Waits for the end; false where the process is at one case for longer than allowed.</summary>
    static bool Watch(Process process, Progress progress, TimeSpan watchdog)
    {
        var (at, since) = (progress.At, Stopwatch.StartNew());
        while (!process.WaitForExit(PollMilliseconds))
            if (progress.At != at) (at, since) = (progress.At, Stopwatch.StartNew());
            else if (since.Elapsed > watchdog) return false;
        return true;
    }

    static string Shortened(string error)
    {
        const int most = 12;
        return string.Join('\n', error.Split('\n').Take(most));
    }
}
