using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary>
/// The command-line tool. Exit codes: 0 done, 1 the input is wrong, 2 a check failed, 3 there is nothing a check could compare with.
/// </summary>
static class Fdl
{
    public const int Done = 0;
    public const int WrongInput = 1;
    public const int CheckFailed = 2;
    public const int CannotBeCompared = 3;

    /// <summary>Runs a command line, writing to the given streams, and returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Functions, their derivatives, and the derivation of these; and what is in ONNX files.")
        {
            DeriveCommand.Create(), GradCommand.Create(), CheckCommand.Create(), PlotCommand.Create(), DrawCommand.Create(),
            InspectCommand.Create(), VerifyCommand.Create(), DiffCommand.Create(), ConvertCommand.Create(), RunCommand.Create(),
            ConformanceCommand.Create(),
        };
        try
        {
            return root.Parse(args).Invoke(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is FunctionalException or IOException or UnauthorizedAccessException)
        {
            Colours(error).Write(new Text(e.Message + Environment.NewLine, new Style(Color.Red)));
            return WrongInput;
        }
    }

    /// <summary>Writes lines in a colour.</summary>
    public static void Write(IAnsiConsole console, IEnumerable<string> lines, Color colour)
    {
        foreach (var line in lines) console.Write(new Text(line + Environment.NewLine, new Style(colour)));
    }

    /// <summary>The option to write what programs read.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Write JSON." };

    /// <summary>JSON as text, letters as they are.</summary>
    public static string Text(JsonNode json) => json.ToJsonString(new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a table, or nothing where it has no rows.</summary>
    public static void Table(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Spectre.Console.Table().NoBorder();
        foreach (var column in columns) table.AddColumn(new Spectre.Console.TableColumn(new Text(column)).PadRight(2));
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        if (columns.All(c => c.Length == 0)) table.HideHeaders();
        if (table.Rows.Count == 0) return;
        console.Write(table);
        console.WriteLine();
    }

    /// <summary>A console that writes colours where the stream is a terminal, and never breaks lines elsewhere.</summary>
    public static IAnsiConsole Colours(TextWriter writer)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 10_000;
        return console;
    }
}
