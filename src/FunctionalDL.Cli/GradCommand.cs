using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace FunctionalDL.Cli;

/// <summary><c>fdl grad</c>: the derivatives as formulas and values.</summary>
static class GradCommand
{
    public static Command Create()
    {
        var arguments = new ExpressionArguments();
        var wrt = new Option<string[]>("--wrt")
        {
            Description = "The variables; all by default.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command("grad", "Differentiate a function with respect to its variables.") { wrt };
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var function = arguments.Concrete(result);
            var occurring = Graph.Variables(function);
            Expr[] variables = result.GetValue(wrt) is { Length: > 0 } names
                ? [.. names.Select(ExpressionArguments.Variable)]
                : [.. occurring];
            var point = arguments.Point(result, function);
            var output = result.InvocationConfiguration.Output;
            output.WriteLine($"f = {function.Print()}{Value(function, point)}");
            foreach (var (x, derivative) in variables.Zip(function.Gradient(variables)))
            {
                var isAbsent = occurring.All(v => v.VariableName != x.VariableName);
                var remark = isAbsent ? $"   ({x.VariableName} does not occur in f)" : "";
                output.WriteLine($"∂f/∂{x.VariableName} = {derivative.Simplify().Print()}{Value(derivative, point)}{remark}");
            }
            if (point is not null) Fdl.Write(Fdl.Colours(output), Differentiability.Report(function, point).Lines, Color.Yellow);
            return Fdl.Done;
        });
        return command;
    }

    static string Value(Expr e, TensorSet? point) => point is null ? "" : $" = {Digits(e.Evaluate(point).ToScalar())}";

    /// <summary>A value as a number: one that happens to be e or π is no exception.</summary>
    static string Digits(double value) =>
        value is Math.E or Math.PI ? value.ToString("R", CultureInfo.InvariantCulture) : Expr.Constant(value).Print();
}
