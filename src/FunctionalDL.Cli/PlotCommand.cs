using System.CommandLine;
using ScottPlot;

namespace FunctionalDL.Cli;

/// <summary><c>fdl plot</c>: a function and its derivatives as a picture.</summary>
static class PlotCommand
{
    const int Points = 801;

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
            if (!(a < b && double.IsFinite(b - a))) throw new FunctionalException($"From {a} to {b} is not an interval. Give --from a number below --to.");
            var others = arguments.Point(result, function.Substitute((variable.VariableName!, Expr.Constant(0.0)))) ?? TensorSet.Empty;
            var path = result.GetValue(file)!;
            Draw(function, variable, others, a, b, Math.Clamp(result.GetValue(order), 0, 5), path);
            result.InvocationConfiguration.Output.WriteLine($"Wrote {path}.");
            return Fdl.Done;
        });
        return command;
    }

    static void Draw(Expr function, Expr variable, TensorSet others, double from, double to, int derivatives, string path)
    {
        using var plot = new Plot();
        double[] xs = [.. Enumerable.Range(0, Points).Select(i => from + (to - from) * i / (Points - 1))];
        var y = function;
        for (var order = 0; order <= derivatives; order++)
        {
            var f = y.Substitute([.. others.Select(v => (v.Key, Expr.Constant(v.Value)))]).ToFunction(variable.VariableName!);
            double[] ys = [.. xs.Select(f).Select(v => double.IsFinite(v) ? v : double.NaN)];
            var line = plot.Add.ScatterLine(xs, ys);
            line.LegendText = order == 0 ? Short(y) : $"f{new string('′', order)} = {Short(y)}";
            line.LineWidth = order == 0 ? 3 : 2;
            if (order < derivatives) y = y.Gradient(variable).Simplify();
        }
        plot.XLabel(variable.VariableName!);
        plot.ShowLegend(Alignment.UpperLeft);
        if (Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase)) plot.SaveSvg(path, 1000, 650);
        else plot.SavePng(path, 1000, 650);
    }

    static string Short(Expr e) => e.Print() is { Length: <= 60 } text && !text.Contains('\n') ? text : "…";
}
