using System.CommandLine;
using System.Text.Json;
using FunctionalDL;

/// <summary>What the command lines of all examples have in common.</summary>
static class CommandLine
{
    /// <summary>
    /// Runs an example and returns its exit code. The figures it returns become one last line of JSON where <c>--json</c> is given; what
    /// goes wrong with its input is one line that says what, and exit code 1.
    /// </summary>
    public static int Run(this RootCommand command, string[] args, Func<ParseResult, object> example)
    {
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        command.Add(json);
        command.SetAction(arguments =>
        {
            try
            {
                var figures = example(arguments);
                if (arguments.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(figures));
                return 0;
            }
            catch (Exception e) when (e is FunctionalException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"error: {e.Message}");
                return 1;
            }
        });
        return command.Parse(args).Invoke();
    }
}
