using System.CommandLine;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary><c>fdl check</c>: is the function differentiable at a point, and does its gradient agree with finite differences?</summary>
static class CheckCommand
{
    public static Command Create()
    {
        var arguments = new ExpressionArguments();
        var command = new Command("check", "Check at a point that a function is differentiable and that its gradient agrees with finite "
            + "differences. Exit codes: 0 it agrees, 2 it disagrees, 3 the two cannot be compared.");
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var function = arguments.Concrete(result);
            return Check(function, arguments.Everywhere(result, function), Fdl.Colours(result.InvocationConfiguration.Output));
        });
        return command;
    }

    /// <summary>Says where the chain rule's condition fails, and what comparing the gradient comes to.</summary>
    static int Check(Expr function, TensorSet point, IAnsiConsole console)
    {
        var report = Differentiability.Report(function, point);
        Fdl.Write(console, report.Lines, Color.Yellow);
        if (report.Places.Count == 0) console.WriteLine("Differentiable: every function is so at its immediate input.");
        if (!report.HasValue) return Fdl.CannotBeCompared;
        if (Graph.Variables(function) is not { Count: > 0 } variables) return Fdl.Done;
        var check = GradientCheck.Check(function, variables, point);
        var (text, colour, code) = check.Verdict switch
        {
            GradientVerdict.Agrees => ("agrees with finite differences", Color.Green, Fdl.Done),
            GradientVerdict.Disagrees => ("DISAGREES with finite differences", Color.Red, Fdl.CheckFailed),
            _ => ("cannot be compared with finite differences", Color.Yellow, Fdl.CannotBeCompared),
        };
        Fdl.Write(console, [$"The gradient {text}: {check}."], colour);
        return code;
    }
}
