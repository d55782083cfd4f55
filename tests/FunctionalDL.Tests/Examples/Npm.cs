using System.Diagnostics;

namespace FunctionalDL.Tests.Examples;

/// <summary>
/// What tests need of Node and browsers: programs of this machine, and npm packages, which are installed once, beside temporary files.
/// </summary>
static class Npm
{
    const string Version = "1.30.0";

    static readonly Lazy<(string? Folder, string Missing)> web = new(() => Install("onnxruntime-web")),
        node = new(() => Install("onnxruntime-node"));

    /// <summary>The folder <c>node_modules</c> with onnxruntime-web, or why there is none.</summary>
    public static (string? Folder, string Missing) Web => web.Value;

    /// <summary>The folder <c>node_modules</c> with onnxruntime-node, or why there is none.</summary>
    public static (string? Folder, string Missing) Node => node.Value;

    /// <summary>The first of some programs that there is; null for none.</summary>
    public static string? Program(params string[] names) => (
        from name in names
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        from end in OperatingSystem.IsWindows() ? (string[])[".exe", ".cmd"] : [""]
        select Path.Combine(folder, name + end)).FirstOrDefault(File.Exists);

    static (string?, string) Install(string package)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"functionaldl-{package}-{Version}");
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules)) return (modules, "");
        if (Program("npm") is not { } npm) return (null, "there is no npm");
        // Moved to its place when it is whole.
        var made = Directory.CreateTempSubdirectory("npm").FullName;
        var (code, _, error) = Run(
            npm, made, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", $"{package}@{Version}");
        if (code != 0) return (null, $"npm cannot install {package}: {error.Trim().Split('\n')[0]}");
        try
        {
            Directory.Move(made, folder);
        }
        catch (IOException) when (Directory.Exists(modules))
        {
            Directory.Delete(made, recursive: true);
        }
        return (modules, "");
    }

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

/// <summary>A test in Node; skipped, and said to be, where it or its package is absent.</summary>
sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute()
    {
        if (Npm.Program("node") is null) Skip = "there is no node";
        else if (Npm.Node.Folder is null) Skip = Npm.Node.Missing;
    }
}

/// <summary>A test in a browser; skipped, and said to be, where it or the page's package is absent.</summary>
sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Program is null) Skip = "there is no Chromium";
        else if (Npm.Web.Folder is null) Skip = Npm.Web.Missing;
    }
}
