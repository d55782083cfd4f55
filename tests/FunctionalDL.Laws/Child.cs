using System.ComponentModel;
using System.Diagnostics;

namespace FunctionalDL.LawRuns;

/// <summary>How a child process ended: what it wrote, and where it died or was stopped, if it did.</summary>
/// <param name="Lines">What it wrote.</param>
/// <param name="DiedAt">The number of the case at which it died or hung, −1 before the first; null where it came to its end.</param>
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
            var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments, "--progress", path])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
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
            var death = isHung
                ? $"no end after {watchdog.TotalSeconds} s"
                : $"the process died (exit code {process.ExitCode}): {Shortened(error.Result)}";
            return new(lines, progress.At, death);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>
    /// Waits for the end; false where the process computes at one case for longer than allowed, or waits that long and computes nothing.
    /// Time in which the machine does something else does not count.
    /// </summary>
    static bool Watch(Process process, Progress progress, TimeSpan watchdog)
    {
        var (at, since, processor) = (progress.At, Stopwatch.StartNew(), Processor(process));
        while (!process.WaitForExit(PollMilliseconds))
        {
            if (progress.At != at) (at, since, processor) = (progress.At, Stopwatch.StartNew(), Processor(process));
            if (since.Elapsed < watchdog) continue;
            var computed = Processor(process) - processor;
            if (computed > watchdog || computed < since.Elapsed * Idle) return false;
        }
        return true;
    }

    /// <summary>A process that gets a smaller part of a processor waits for something that does not come.</summary>
    const double Idle = 0.01;

    static TimeSpan Processor(Process process)
    {
        try
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return TimeSpan.Zero; // It has just ended.
        }
    }

    static string Shortened(string error)
    {
        const int most = 12;
        return string.Join('\n', error.Split('\n').Take(most));
    }
}
