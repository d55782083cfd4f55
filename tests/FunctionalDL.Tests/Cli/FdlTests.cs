using System.Text.RegularExpressions;
using FunctionalDL.Cli;

namespace FunctionalDL.Tests.Cli;

public class FdlTests
{
    static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (Fdl.Run(arguments, output, error), output.ToString(), error.ToString());
    }

    [Fact]
    public void Derive_prints_factors_product_and_value()
    {
        var (code, output, error) = Run("derive", "sin(x^2)", "--wrt", "x", "--at", "x=1.5");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("cos(x²)", output);
        Assert.Contains("2·x", output);
        Assert.Contains("−1.8845", output);
    }

    [Theory]
    [InlineData("text", "∂L/∂f2 · ∂f2/∂(w2·f1) · ∂(w2·f1)/∂f1 · ∂f1/∂(w1·x) · ∂(w1·x)/∂w1")]
    [InlineData("markdown", "\\begin{aligned}")]
    [InlineData("latex", "\\begin{align*}")]
    [InlineData("html", "<math")]
    public void Derive_writes_every_format(string format, string part)
    {
        var (code, output, _) = Run("derive", "(f2(w2*f1(w1*x)) - y)^2", "--wrt", "w1", "--format", format);
        Assert.Equal(0, code);
        Assert.Contains(part, output);
    }

    [Fact]
    public void Let_gives_abstract_functions_bodies()
    {
        var (code, output, _) = Run(
            "derive",
            "(f2(w2*f1(w1*x)) - y)^2",
            "--wrt",
            "w1",
            "--let",
            "f1=tanh",
            "--let",
            "f2(u)=u^2",
            "--at",
            "w1=1",
            "w2=2,x=3",
            "y=4");
        Assert.Equal(0, code);
        Assert.Contains(
            "∂f1/∂(w1·x) = f1′(w1·x) = 1 − tanh(w1·x)² = 0.0098660372\n",
            output.ReplaceLineEndings("\n").Replace("0.009866037165", "0.0098660372"));
    }

    [Theory]
    [InlineData("e^x", "df/dx = e^x\n")]
    [InlineData("2^x", "df/dx = 2^x·ln(2)\n")]
    [InlineData("1/(1+e^(-x))", "df/dx = e^(−x)/(1 + e^(−x))²\n")]
    [InlineData("sin(2πx)", "df/dx = 2·π·cos(2·π·x)\n")]
    [InlineData("x", "The function is x itself: the derivative is 1.\n\nThe derivative\n  df/dx = 1\n")]
    public void Derive_ends_as_a_textbook_does(string function, string end)
    {
        var (code, output, _) = Run("derive", function);
        Assert.Equal(0, code);
        Assert.EndsWith(end, output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("\"abc\" is not a number", "x^2", "x=abc")]
    [InlineData("\"1<2\" is not a number", "x^2", "x=1<2")]
    [InlineData("y is not a variable of the function. These are: x.", "x^2", "x=1,y=2")]
    [InlineData("e is not a variable of the function", "e^x", "e=2")]
    [InlineData("x is given twice", "x^2", "x=1,x=2")]
    [InlineData("Write name=number", "x^2", "x")]
    [InlineData("Write name=number", "x^2", "x=")]
    [InlineData("There is no expression", "", "x=1")]
    [InlineData("The function has no variable", "3", "")]
    [InlineData("no _", "1_000·x", "x=1")]
    public void What_is_wrong_is_said(string part, string function, string at)
    {
        foreach (var command in new[] { "derive", "grad" }.Where(c => c == "derive" || !part.StartsWith("The function has no")))
        {
            var (code, _, error) = at.Length == 0 ? Run(command, function) : Run(command, function, "--at", at);
            Assert.Equal(1, code);
            Assert.Contains(part, error);
        }
    }

    [Fact]
    public void A_value_is_written_in_digits() =>
        Assert.Contains("= 2.718281828459045\n", Run("grad", "exp(x)", "--at", "x=1").Output.ReplaceLineEndings("\n"));

    [Fact]
    public void Grad_says_which_variables_do_not_occur()
    {
        var (code, output, _) = Run("grad", "sin(x)*y", "--wrt", "x", "z", "--at", "x=1", "y=2");
        Assert.Equal(0, code);
        Assert.Contains("∂f/∂x = ", output);
        Assert.Contains("(z does not occur in f)", output);
    }

    /// <summary>Worked out by hand, in the order asked for, or else that of the function.</summary>
    [Theory]
    [InlineData("f = x²·y = 18|∂f/∂x = 2·y·x = 12|∂f/∂y = x² = 9", "x^2*y", "--at", "x=3", "y=2")]
    [InlineData("f = x²·y = 18|∂f/∂y = x² = 9|∂f/∂z = 0 = 0   (z does not occur in f)|∂f/∂x = 2·y·x = 12",
        "x^2*y", "--wrt", "y", "z", "x", "--at", "x=3", "y=2")]
    [InlineData("f = π·x = 3.141592653589793|∂f/∂x = π = 3.141592653589793", "pi*x", "--at", "x=1")]
    [InlineData("f = x²·y|∂f/∂x = 2·y·x|∂f/∂y = x²", "x^2*y")]
    public void Grad_prints_each_derivative_with_its_value(string lines, params string[] arguments) =>
        Assert.Equal((0, lines.Replace('|', '\n') + "\n", ""), Run(["grad", .. arguments]) is var (code, output, error)
            ? (code, output.ReplaceLineEndings("\n"), error) : default);

    [Theory]
    [InlineData("f=tanh", "tanh(x)")]
    [InlineData("f=u^3", "x³")]
    [InlineData("f(t)=t", "x")]
    [InlineData("f(t)=t^3", "x³")]
    [InlineData("f( t ) = a·t", "a·x")]
    public void A_definition_is_a_name_of_a_function_or_a_body(string let, string function) =>
        Assert.StartsWith($"f = {function}\n", Run("grad", "f(x)", "--let", let).Output.ReplaceLineEndings("\n"));

    /// <summary>The body of an abstract function has variables of its own.</summary>
    [Fact]
    public void Variables_of_a_definition_have_values_too() =>
        Assert.EndsWith("dL/dx = a = 3\n",
            Run("derive", "f(x)", "--let", "f(u)=a·u", "--wrt", "x", "--at", "x=2", "a=3").Output.ReplaceLineEndings("\n"));

    [Theory]
    [InlineData(0, "agrees with finite differences", "sin(x)/x", "x=1")]
    [InlineData(0, "agrees with finite differences", "-log(p)", "p=0.001")]
    [InlineData(0, "agrees with finite differences", "abs(x)^2", "x=0")]
    [InlineData(2, "DISAGREES with finite differences", "x·stopgradient(x)", "x=2")]
    [InlineData(2, "DISAGREES with finite differences", "relu(x) - relu(-x)", "x=0")]
    [InlineData(2, "at y[0] (2.000000e+0 against 4.000000e+0), 2 elements checked", "x + y·stopgradient(y)", "x=1,y=2")]
    [InlineData(3, "its slope is 0 from below and 1 from above", "relu(x)", "x=0")]
    [InlineData(3, "no value below 0", "ln(x)", "x=-1")]
    [InlineData(3, "the function has no value here", "x + log(-1)", "x=1")]
    [InlineData(3, "its slope from above is 0", "x^(3/2)", "x=0")]
    [InlineData(3, "cannot be compared", "sign(x)", "x=0")]
    public void Check_ends_in_one_of_three_verdicts(int expected, string part, string function, string at)
    {
        var (code, output, _) = Run("check", function, "--at", at);
        Assert.Equal(expected, code);
        Assert.Contains(part, output);
    }

    /// <summary>What is known of a function at a kink is the same text in each command.</summary>
    [Theory]
    [InlineData("derive")]
    [InlineData("grad")]
    [InlineData("check")]
    public void Commands_say_the_same_of_a_kink(string command) =>
        Assert.Contains("As a whole the function is differentiable here: its slope is 0 from both sides.",
            Run(command, "cos(abs(x))", "--at", "x=0").Output);

    /// <summary>A body that uses a variable of the name its argument would be given.</summary>
    [Fact]
    public void The_argument_of_a_definition_is_no_other_variable() =>
        Assert.Contains("f1(u2) = u2·u", Run("derive", "sin(f1(x))", "--wrt", "x", "--let", "f1(t)=t·u").Output);

    [Fact]
    public void Plot_writes_a_picture_without_a_screen()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            var (code, _, error) = Run("plot", "sin(a·x^2)", "--wrt", "x", "--at", "a=2", "--derivatives", "2", "--out", file);
            Assert.Equal((0, ""), (code, error));
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(file)[..4]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The picture is the one that the library draws, by default from −3 to 3 with one derivative.</summary>
    [Theory]
    [InlineData(-3, 3, 1)]
    [InlineData(-3, 3, 2, "--derivatives", "2")]
    [InlineData(0, 2, 0, "--from", "0", "--to", "2", "--derivatives", "0")]
    public void Plot_draws_what_is_asked_for(double from, double to, int derivatives, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("fdl").FullName;
        try
        {
            var (expected, actual) = (Path.Combine(folder, "expected.svg"), Path.Combine(folder, "actual.svg"));
            Expr.Parse("a·x³").Plot(Expr.Variable("x"), from, to, derivatives, TensorSet.Of(("a", 2.0))).Save(expected);
            Assert.Equal(0, Run(["plot", "a·x³", "--wrt", "x", "--at", "a=2", "--out", actual, .. arguments]).Code);
            Assert.Equal(Picture(expected), Picture(actual));

            // The names of parts are drawn anew each time.
            static string Picture(string path) => Regex.Replace(File.ReadAllText(path), "cl_[0-9a-f]+", "");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("n0([\"x<br/>0.5<br/>∂ 0.7864\"])|n1[\"tanh<br/>0.4621<br/>∂ 1\"]|n0 --> n1", "--at", "x=0.5")]
    [InlineData("n0([\"x\"])|n1[\"tanh\"]|n0 --> n1")]
    public void Draw_shows_bodies_and_values(string lines, params string[] at) =>
        Assert.Equal(["flowchart LR", .. lines.Split('|')], Run(["draw", "f(x)", "--let", "f=tanh", "--format", "mermaid", .. at]).Output
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("svg", "<svg")]
    [InlineData("mermaid", "flowchart LR")]
    [InlineData("dot", "digraph")]
    [InlineData("html", "<!DOCTYPE html>")]
    public void Draw_writes_every_format(string format, string part) =>
        Assert.Contains(part, Run("draw", "sin(x^2)", "--at", "x=1", "--format", format).Output);

    [Theory]
    [InlineData("Did you mean sin?", "derive", "sni(x)")]
    [InlineData("--at", "derive", "sin(x·y)", "--wrt", "x", "--at", "x=1")]
    [InlineData("--wrt", "derive", "x·y")]
    [InlineData("--at x=1", "check", "sin(x)")]
    [InlineData("is not a value", "grad", "x", "--at", "x")]
    [InlineData("is not a definition", "grad", "f(x)", "--let", "f")]
    [InlineData("--let f=tanh", "grad", "f(x)", "--at", "x=1")]
    [InlineData("not an interval", "plot", "x", "--from", "1", "--to", "0")]
    [InlineData("is given twice", "grad", "x", "--at", "x=1", "x=2")]
    [InlineData("no/such", "plot", "x", "--out", "/no/such/folder/f.png")]
    public void Bad_input_ends_in_a_message_and_exit_code_1(string part, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal(1, code);
        Assert.Contains(part, error);
        Assert.DoesNotContain("   at ", error);
        Assert.DoesNotContain("Wrote", output);
    }

    [Fact]
    public void Unknown_options_are_refused() => Assert.Equal(1, Run("derive", "x", "--nonsense").Code);
}
