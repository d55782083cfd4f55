using System.CommandLine;

namespace FunctionalDL.Cli;

/// <summary><c>fdl derive</c>: the chain rule, factor by factor.</summary>
static class DeriveCommand
{
    public static Command Create()
    {
        var arguments = new ExpressionArguments();
        var wrt = new Option<string?>("--wrt") { Description = "The variable; not needed where there is only one." };
        var format = new Option<string>("--format")
        {
            Description = "How to write it.",
            DefaultValueFactory = _ => "text",
        }.AcceptOnlyFromAmong("text", "markdown", "latex", "html");
        var command = new Command("derive", "Write out the chain rule of a function: each factor as a formula and, with --at, as a number.")
        {
            wrt,
            format,
        };
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var function = arguments.Abstract(result);
            var variable = ExpressionArguments.VariableOrOnly(result.GetValue(wrt), function);
            var derivation = function.Derivation(variable, arguments.Point(result, function), arguments.Functions(result));
            result.InvocationConfiguration.Output.WriteLine((result.GetValue(format) switch
            {
                "markdown" => derivation.ToMarkdown(),
                "latex" => derivation.ToLatex(),
                "html" => derivation.ToHtml(),
                _ => derivation.ToText(),
            }).TrimEnd());
            return Fdl.Done;
        });
        return command;
    }
}
