using System.Text.RegularExpressions;

namespace FunctionalDL.Tests.Documentation;

/// <summary>Programs that change the current folder or the console run alone.</summary>
[CollectionDefinition("pages", DisableParallelization = true)]
public class PagesCollection;

/// <summary>Every block of every Markdown file is compiled and run, and what it prints is what the page shows.</summary>
[Collection("pages")]
public class MarkdownTests
{
    public static TheoryData<string> Rows => [.. Pages.Blocks.Select(b => b.ToString())];

    [Theory, MemberData(nameof(Rows))]
    public void What_a_page_shows_is_so(string name)
    {
        var block = Pages.Blocks.Single(b => b.ToString() == name);
        var printed = block.Language switch
        {
            "csharp" => Pages.RunCSharp(block.Text),
            "fsharp" => Pages.RunFSharp(block.Text),
            "sh" => string.Concat(block.Text.Split('\n').Select(line => Command(line, block.RunWith))),
            _ => throw new InvalidDataException(
                $"{name}: say behind the fence whether the block is csharp, fsharp, sh or, for what the block before it prints, text."),
        };
        if (block.Prints is { } shown && PrintedText.Difference(shown, printed) is { } difference) Assert.Fail(difference);
    }

    [RealDataFact("mnist")]
    public void Commands_on_mnist_run() => RunOn("mnist");

    [RealDataFact("tinyshakespeare")]
    public void Commands_on_tiny_Shakespeare_run() => RunOn("tinyshakespeare");

    [RealDataFact("tabular")]
    public void Commands_on_tables_run() => RunOn("tabular");

    [Fact]
    public void There_are_no_other_data_sets() =>
        Assert.Empty(
            Pages.Blocks.SelectMany(b => b.Text.Split('\n')).Select(DataSet).Except([null, "mnist", "tinyshakespeare", "tabular"]));

    static void RunOn(string dataSet)
    {
        foreach (var block in Pages.Blocks)
            foreach (var line in block.Text.Split('\n').Where(line => DataSet(line) == dataSet)) Pages.RunCommand(line, block.RunWith);
    }

    /// <summary>The real data set a command needs: it is run by a test that says where it is skipped.</summary>
    static string? DataSet(string line) =>
        Regex.Match(line, @"\.\./shared/data/(\w+)") is { Success: true } data ? data.Groups[1].Value : null;

    static string Command(string line, string runWith)
    {
        if (DataSet(line) is not null) return "";
        if (!MarkdownBlock.RunsTests(line)) return Pages.RunCommand(line, runWith);
        // These very tests: it is enough that there is what they name.
        if (Regex.Match(line, @"--filter FullyQualifiedName~(\w+)") is { Success: true } filter)
            Assert.Contains(
                typeof(MarkdownTests).Assembly.GetTypes(),
                type => type.FullName!.Contains(filter.Groups[1].Value) && type.Name.EndsWith("Tests"));
        foreach (var part in line.Split(' ').Where(part => part.Contains('/')))
            Assert.True(Directory.Exists(Path.Combine(Pages.Root, part)), part);
        return "";
    }
}
