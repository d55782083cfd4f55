using System.Diagnostics;

namespace FunctionalDL.Tests;

/// <summary>Programs of this machine.</summary>
static class Programs
{
    /// <summary>The first of some programs that there is; null for none.</summary>
    public static string? Find(params string[] names) => (
        from name in names
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        from end in OperatingSystem.IsWindows() ? (string[])[".exe", ".cmd"] : [""]
        select Path.Combine(folder, name + end)).FirstOrDefault(File.Exists);

    /// <summary>A program's exit code and what it printed.</summary>
    public static (int Code, string Output, string Error) Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
