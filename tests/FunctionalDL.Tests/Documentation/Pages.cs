using System.Reflection;
using FunctionalDL.Tests.Examples;

namespace FunctionalDL.Tests.Documentation;

/// <summary>The Markdown files of the checkout, and how their blocks are run.</summary>
static class Pages
{
    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = Above(AppContext.BaseDirectory, folder => File.Exists(Path.Combine(folder, "FunctionalDL.sln")));

    static string Above(string start, Func<string, bool> holds)
    {
        var at = new DirectoryInfo(start);
        while (at is not null && !holds(at.FullName)) at = at.Parent;
        return at?.FullName ?? throw new DirectoryNotFoundException($"No folder above {start} holds FunctionalDL.sln.");
    }

    /// <summary>All blocks of all Markdown files that are not build output.</summary>
    public static IReadOnlyList<MarkdownBlock> Blocks { get; } =
    [
        .. Directory
            .EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" || part.StartsWith('.')))
            .Order(StringComparer.Ordinal)
            .SelectMany(path => MarkdownBlock.Of(path, File.ReadAllLines(Path.Combine(Root, path)))),
    ];

    /// <summary>What a C# block prints, run in this process.</summary>
    public static string RunCSharp(string text)
    {
        var (main, errors) = CSharpProgram.Compile(text);
        Assert.True(main is not null, errors);
        var before = Environment.CurrentDirectory;
        return InFolderOfItsOwn(folder =>
        {
            Environment.CurrentDirectory = folder;
            try
            {
                var (code, output, error) = Example.Run(main);
                Assert.True(code == 0, error);
                return output;
            }
            finally
            {
                Environment.CurrentDirectory = before;
            }
        });
    }

    /// <summary>What an F# block prints as a script.</summary>
    public static string RunFSharp(string text)
    {
        string[] assemblies = ["FunctionalDL", "FunctionalDL.FSharp", "FunctionalDL.OnnxRuntime"];
        var references = assemblies.Select(name => $"#r @\"{Assembly.Load(name).Location}\"\n");
        return InFolderOfItsOwn(folder =>
        {
            File.WriteAllText(Path.Combine(folder, "page.fsx"), string.Concat(references) + text);
            return RunProcess(folder, "fsi", "--quiet", "--exec", "page.fsx");
        });
    }

    /// <summary>What a command prints: <c>dotnet run -c Release --project P [-- arguments]</c>, of what is built already.</summary>
    /// <param name="command">The command, given at the root of the checkout.</param>
    /// <param name="runWith">Further arguments.</param>
    public static string RunCommand(string command, string runWith)
    {
        const string run = "dotnet run -c Release --project ";
        Assert.StartsWith(run, command);
        var (project, arguments) = command[run.Length..].Split(" -- ") switch
        {
            [var p] => (p, ""),
            [var p, var a] => (p, a),
            _ => throw new InvalidDataException(command),
        };
        Assert.Single(Directory.GetFiles(Path.Combine(Root, project), "*.?sproj"));
        var name = Path.GetFileName(project) == "FunctionalDL.Cli" ? "fdl" : Path.GetFileName(project);
        return InFolderOfItsOwn(folder => RunProcess(folder, [Assembly.Load(name).Location, .. Arguments($"{arguments} {runWith}")]));
    }

    /// <summary>The arguments of a command line, in quotes or not; paths beside the checkout are taken from there.</summary>
    static IEnumerable<string> Arguments(string line) =>
        line.Split('"')
            .SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(argument =>
                argument.StartsWith("../", StringComparison.Ordinal) ? Path.GetFullPath(Path.Combine(Root, argument)) : argument);

    static string RunProcess(string folder, params string[] arguments)
    {
        var (code, output, error) = Programs.Run("dotnet", folder, arguments);
        Assert.True(code == 0, output + error);
        return output;
    }

    static T InFolderOfItsOwn<T>(Func<string, T> run)
    {
        var folder = Directory.CreateTempSubdirectory("page").FullName;
        try
        {
            return run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
