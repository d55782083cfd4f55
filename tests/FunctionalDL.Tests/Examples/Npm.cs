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

    static (string?, string) Install(string package)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"functionaldl-{package}-{Version}");
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules)) return (modules, "");
        if (Programs.Find("npm") is not { } npm) return (null, "there is no npm");
        // Moved to its place when it is whole.
        var made = Directory.CreateTempSubdirectory("npm").FullName;
        var (code, _, error) = Programs.Run(
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
}

/// <summary>A test in Node; skipped, and said to be, where it or its package is absent.</summary>
sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute()
    {
        if (Programs.Find("node") is null)
            Skip = "Node.js is not on this machine, and is no part of the .NET SDK: install node and npm to run this";
        else if (Npm.Node.Folder is null) Skip = Npm.Node.Missing;
    }
}

/// <summary>A test in a browser; skipped, and said to be, where it or the page's package is absent.</summary>
sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Program is null) Skip = "Chromium is not on this machine, and is no part of the .NET SDK: install it to run this";
        else if (Npm.Web.Folder is null) Skip = Npm.Web.Missing;
    }
}
