using System.CommandLine;

namespace FunctionalDL.Cli;

/// <summary><c>fdl draw</c>: the tree, with the forward and the backward pass at a point.</summary>
static class DrawCommand
{
    public static Command Create()
    {
        var arguments = new ExpressionArguments();
        var format = new Option<string>("--format")
        {
            Description = "How to write it.",
            DefaultValueFactory = _ => "html",
        }.AcceptOnlyFromAmong("html", "svg", "mermaid", "dot");
        var command = new Command(
            "draw",
            "Draw a function as a graph, with --at the values of the forward pass and the derivatives of the backward pass.")
        {
            format,
        };
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            var function = arguments.Concrete(result);
            var picture = Picture.Of(function, arguments.Point(result, function));
            result.InvocationConfiguration.Output.WriteLine((result.GetValue(format) switch
            {
                "svg" => picture.ToSvg(),
                "mermaid" => picture.ToMermaid(),
                "dot" => picture.ToDot(),
                _ => picture.ToHtml(),
            }).TrimEnd());
            return Fdl.Done;
        });
        return command;
    }
}
