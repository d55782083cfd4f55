using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FunctionalDL.Tests.Structure;

/// <summary>Source that a tired reader follows: no line is too long, and the map of the engine names every file.</summary>
public class FormTests
{
    /// <summary>Characters, counted in bytes, as some tools count them.</summary>
    const int Longest = 140;

    static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Documentation.Pages.Root, folder), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".fs" or ".fsx")
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [Theory]
    [InlineData("src"), InlineData("tests"), InlineData("examples")]
    public void No_line_is_too_long(string folder) => Assert.Empty(Files(folder).SelectMany(TooLong));

    static IEnumerable<string> TooLong(string file) =>
        File.ReadLines(file)
            .Index()
            .Where(line => Encoding.UTF8.GetByteCount(line.Item) > Longest)
            .Select(line => $"{file}:{line.Index + 1}: {line.Item}");

    /// <summary>A choice among more than two is a switch, or statements.</summary>
    [Fact]
    public void No_conditional_is_within_another() => Assert.Empty(
        Files("src").Where(file => Path.GetExtension(file) == ".cs").SelectMany(Nested));

    static IEnumerable<string> Nested(string file) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes()
            .OfType<ConditionalExpressionSyntax>()
            .Where(inner => Outer(inner) is ConditionalExpressionSyntax outer && outer.Condition != inner)
            .Select(inner => $"{file}:{inner.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");

    /// <summary>What an expression is a branch of, with or without parentheses.</summary>
    static SyntaxNode? Outer(SyntaxNode inner)
    {
        var outer = inner.Parent;
        while (outer is ParenthesizedExpressionSyntax) outer = outer.Parent;
        return outer;
    }

    [Fact]
    public void The_map_of_the_engine_names_every_file()
    {
        var folder = Path.Combine("src", "FunctionalDL", "Engine");
        var map = File.ReadAllText(Path.Combine(Documentation.Pages.Root, folder, "README.md"));
        var missing = Files(folder).Select(file => Path.GetFileName(file).Split('.')[0]).Distinct()
            .Where(name => !System.Text.RegularExpressions.Regex.IsMatch(map, $@"\b{name}\b"));
        Assert.Empty(missing);
    }
}
