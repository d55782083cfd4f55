using System.CommandLine;
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
        var root = new RootCommand("Functions, their derivatives, and the derivation of these.")
        {
            DeriveCommand.Create(), GradCommand.Create(), CheckCommand.Create(), PlotCommand.Create(), DrawCommand.Create(),
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

    /// <summary>A console that writes colours where the stream is a terminal, and never breaks lines elsewhere.</summary>
    public static IAnsiConsole Colours(TextWriter writer)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 10_000;
        return console;
    }
}
