using System.Diagnostics;
using System.Xml.Linq;

namespace FunctionalDL.Tests.Calculus.Derivations;

public class DerivationFormatTests
{
    static readonly TensorSet At = TensorSet.Of(("w_long", -1.3), ("w2", 0.4), ("x", 0.7), ("γ", 1e-9), ("y", 0.2));

    static Derivation Example => Expr
        .Parse("(f2(w2·f1(w_long·x)) − y)² + relu(x·w_long)/√(γ·w_long²) + ln(x)·abs(x)")
        .Derivation(Expr.Variable("w_long"), At, new Dictionary<string, Func<Expr, Expr>> { ["f1"] = Tanh, ["f2"] = Sigmoid });

    [Fact]
    public void Latex_is_one_aligned_environment()
    {
        var latex = Expr.Parse("(f2(w2·f1(w1·x)) − y)²").Derivation(Expr.Variable("w1")).ToLatex();

        Assert.StartsWith("\\begin{align*}\n", latex);
        Assert.EndsWith("\\end{align*}\n", latex);
        Assert.Contains(
            @"\frac{\partial f_{2}}{\partial \left(w_{2} \cdot f_{1}\right)} \cdot "
                + @"\frac{\partial \left(w_{2} \cdot f_{1}\right)}{\partial f_{1}}",
            latex);
        Assert.Contains("$$\n\\begin{aligned}\n", Example.ToMarkdown());
    }

    [Fact]
    public void Html_is_well_formed_and_refers_to_nothing()
    {
        var html = Example.ToHtml();
        var page = XDocument.Parse(
            html.Replace("<!DOCTYPE html>", "")
                .Replace("<meta charset=\"utf-8\">", "")
                .Replace("<meta name=\"viewport\" content=\"width=device-width\">", "")
                .Replace("<br>", ""));

        Assert.NotEmpty(page.Descendants("math"));
        Assert.DoesNotContain("http", html);
    }

    [ToolFact("katex")]
    public void Katex_sets_the_latex() => Run("katex", ["--display-mode"], Example.ToLatex());

    [ToolFact("pdflatex")]
    public void Latex_compiles()
    {
        var folder = Directory.CreateTempSubdirectory("functionaldl").FullName;
        try
        {
            File.WriteAllText(
                Path.Combine(folder, "derivation.tex"),
                $"\\documentclass{{article}}\n\\usepackage{{amsmath}}\n\\begin{{document}}\n{Example.ToLatex()}\\end{{document}}\n");
            Run(
                "pdflatex",
                ["-interaction=nonstopmode", "-halt-on-error", $"-output-directory={folder}", Path.Combine(folder, "derivation.tex")],
                "");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static void Run(string tool, string[] arguments, string input)
    {
        using var process = Process.Start(
            new ProcessStartInfo(tool, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.Result);
    }
}

/// <summary>A test that needs a program; skipped, and said to be, where it is not on the path.</summary>
sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(string tool)
    {
        if (
            !(Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .Any(folder => File.Exists(Path.Combine(folder, tool))))
            Skip = $"{tool} is not on the path";
    }
}
