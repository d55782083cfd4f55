using System.CommandLine;

namespace FunctionalDL.Cli;

/// <summary><c>fdl plot</c>: a function and its derivatives as a picture.</summary>
static class PlotCommand
{
    public static Command Create()
    {
        var arguments = new ExpressionArguments();
        var wrt = new Option<string?>("--wrt") { Description = "The variable; not needed where there is only one." };
        var from = new Option<double>("--from") { Description = "The left end.", DefaultValueFactory = _ => -3 };
        var to = new Option<double>("--to") { Description = "The right end.", DefaultValueFactory = _ => 3 };
        var order = new Option<int>("--derivatives") { Description = "How many derivatives to draw.", DefaultValueFactory = _ => 1 };
        var file = new Option<string>("--out") { Description = "The PNG or SVG file to write.", DefaultValueFactory = _ => "plot.png" };
        var command = new Command("plot", "Draw a function of one variable and its derivatives.") { wrt, from, to, order, file };
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var function = arguments.Concrete(result);
            var variable = ExpressionArguments.VariableOrOnly(result.GetValue(wrt), function);
            var (a, b) = (result.GetValue(from), result.GetValue(to));
            var others = arguments.Point(result, function.Substitute((variable.VariableName!, Expr.Constant(0.0)))) ?? TensorSet.Empty;
            var path = result.GetValue(file)!;
            function.Plot(variable, a, b, Math.Clamp(result.GetValue(order), 0, 5), others).Save(path);
            result.InvocationConfiguration.Output.WriteLine($"Wrote {path}.");
            return Fdl.Done;
        });
        return command;
    }
}
