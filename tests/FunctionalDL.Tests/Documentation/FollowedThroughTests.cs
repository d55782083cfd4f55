using System.Text.RegularExpressions;

namespace FunctionalDL.Tests.Documentation;

/// <summary>
/// CONTRIBUTING follows things through the code: each file says what the page says it does, and no other file knows the thing.
/// </summary>
public partial class FollowedThroughTests
{
    sealed record Row(string File, string Says);

    static readonly string[] Lines = File.ReadAllLines(Path.Combine(Pages.Root, "CONTRIBUTING.md"));

    /// <summary>The rows of the table after the line that begins to follow something.</summary>
    static Row[] Follow(string name) =>
    [
        .. Lines.SkipWhile(line => !(line.Contains($"`{name}`") && line.Contains("followed through")))
            .SkipWhile(line => !line.StartsWith("| `"))
            .TakeWhile(line => line.StartsWith("| `"))
            .Select(line => Cells().Match(line))
            .Select(match => new Row(match.Groups[1].Value, match.Groups[2].Value)),
    ];

    static IEnumerable<string> Sources(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Pages.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Pages.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"));

    static string Text(string file) => File.ReadAllText(Path.Combine(Pages.Root, file));

    [Theory]
    [InlineData("Softplus", 12), InlineData("GatherStep", 3), InlineData("BFloat16", 4), InlineData("EvaluatorEngine", 2)]
    public void Every_file_says_what_the_page_says(string name, int files)
    {
        var rows = Follow(name);
        Assert.Equal(files, rows.Length);
        Assert.All(rows, row => Assert.Contains(row.Says, Text(row.File)));
    }

    [Theory]
    [InlineData("Softplus", @"\bSoftplusOp\b|\bCode\.Softplus\b|\bSoftplus<", "src")]
    [InlineData("GatherStep", @"\bGatherStep\b", "src")]
    [InlineData("BFloat16", @"\bBFloat16\b", "src/FunctionalDL/Tensors")]
    public void No_other_file_knows_it(string name, string pattern, string folder)
    {
        var rows = Follow(name).Select(row => row.File).ToHashSet();
        Assert.Empty(Sources(folder).Where(file => Regex.IsMatch(Text(file), pattern)).Except(rows));
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| `([^`]+)`")]
    private static partial Regex Cells();
}
