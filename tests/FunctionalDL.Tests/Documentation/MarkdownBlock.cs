using System.Text.RegularExpressions;

namespace FunctionalDL.Tests.Documentation;

/// <summary>A fenced block of a Markdown file.</summary>
/// <param name="File">The file, from the root of the checkout.</param>
/// <param name="Line">The line of its fence.</param>
/// <param name="Language">What stands behind the fence: csharp, fsharp, sh or text.</param>
/// <param name="Text">What is between the fences.</param>
/// <param name="RunWith">
/// The arguments of a comment <c>&lt;!-- run with: … --&gt;</c> before it: a test adds them to a command, to make it short.
/// </param>
sealed partial record MarkdownBlock(string File, int Line, string Language, string Text, string RunWith)
{
    /// <summary>The text block that follows and shows what this one prints; null where none does.</summary>
    public string? Prints { get; private init; }

    [GeneratedRegex(@"^```(\w*)\s*$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^<!-- run with: (.*) -->$")]
    private static partial Regex Comment();

    /// <summary>Whether a command runs the tests.</summary>
    public static bool RunsTests(string command) => command.Contains("dotnet test");

    /// <summary>The blocks of a file in order. A text block belongs to the last block before it that does not run the tests.</summary>
    public static IReadOnlyList<MarkdownBlock> Of(string file, IReadOnlyList<string> lines)
    {
        var blocks = new List<MarkdownBlock>();
        var (start, language, runWith) = (-1, "", "");
        for (var i = 0; i < lines.Count; i++)
        {
            if (start < 0 && Comment().Match(lines[i]) is { Success: true } comment) runWith = comment.Groups[1].Value;
            if (Fence().Match(lines[i]) is not { Success: true } fence) continue;
            if (start < 0)
            {
                (start, language) = (i, fence.Groups[1].Value);
                continue;
            }
            var text = string.Join('\n', lines.Skip(start + 1).Take(i - start - 1));
            if (language == "text" && blocks.FindLastIndex(b => !RunsTests(b.Text)) is >= 0 and var last)
                blocks[last] = blocks[last] with { Prints = text };
            else
                blocks.Add(new(file, start + 1, language, text, runWith));
            (start, runWith) = (-1, "");
        }
        return start < 0 ? blocks : throw new InvalidDataException($"{file}:{start + 1}: the block is not closed.");
    }

    public override string ToString() => $"{File}:{Line} ({Language})";
}
