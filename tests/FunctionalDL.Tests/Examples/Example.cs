using System.Reflection;
using System.Text.Json;

namespace FunctionalDL.Tests.Examples;

/// <summary>Runs an example as its command line would, in this process.</summary>
static class Example
{
    static readonly Lock OneAtATime = new();

    /// <summary>The example's exit code, what it printed, and what it printed as errors.</summary>
    public static (int ExitCode, string Output, string Error) Run(string assembly, params string[] arguments) =>
        Run(Assembly.Load(assembly).EntryPoint!, arguments);

    /// <summary>The same of a program by its entry point.</summary>
    public static (int ExitCode, string Output, string Error) Run(MethodInfo main, params string[] arguments)
    {
        lock (OneAtATime)
        {
            var (output, error) = (Console.Out, Console.Error);
            using var printed = new StringWriter();
            using var complained = new StringWriter();
            Console.SetOut(printed);
            Console.SetError(complained);
            try
            {
                var result = main.Invoke(null, [arguments]);
                return (result as int? ?? 0, printed.ToString(), complained.ToString());
            }
            finally
            {
                Console.SetOut(output);
                Console.SetError(error);
            }
        }
    }

    /// <summary>The figures in the line of JSON that an example ends with.</summary>
    public static JsonElement Figures(string output) => JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
}
