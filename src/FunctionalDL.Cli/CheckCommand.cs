using System.CommandLine;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary><c>fdl check</c>: is the function differentiable at a point, and does its gradient agree with finite differences?</summary>
static class CheckCommand
{
    const double Tolerance = 1e-6;

    public static Command Create()
    {
        var arguments = new ExpressionArguments();
        var command = new Command("check", "Check at a point that a function is differentiable and that its gradient agrees with finite differences.");
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var function = arguments.Concrete(result);
            var point = arguments.Everywhere(result, function);
            var console = Fdl.Colours(result.InvocationConfiguration.Output);
            var places = Differentiability.Check(function, point);
            foreach (var place in places) console.Write(new Text(place + Environment.NewLine, new Style(Color.Yellow)));
            if (places.Count > 0)
            {
                console.WriteLine("Finite differences are not compared: there is no derivative to compare.");
                return Fdl.CheckFailed;
            }
            console.WriteLine("Differentiable: every function is so at its immediate input.");
            if (Graph.Variables(function) is not { Count: > 0 } variables) return Fdl.Done;
            var check = GradientCheck.Check(function, variables, point);
            var agrees = check.WorstError <= Tolerance;
            console.Write(new Text($"{(agrees ? "The gradient agrees with finite differences" : "The gradient DISAGREES with finite differences")}: {check}.{Environment.NewLine}", new Style(agrees ? Color.Green : Color.Red)));
            return agrees ? Fdl.Done : Fdl.CheckFailed;
        });
        return command;
    }
}
