using System.Text;
using System.Text.RegularExpressions;
using FunctionalDL.Engine;

namespace FunctionalDL.Tests.Engine;

/// <summary>
/// The plans of some graphs, as text: what is fused, in what order it runs. Sizes that depend on the machine's vectors are left out.
/// ACCEPT_PLANS=1 writes what is now.
/// </summary>
public partial class PlanGoldenTests
{
    static readonly string File = Path.Combine(
        Documentation.Pages.Root, "tests", "FunctionalDL.Tests", "Engine", "PlanGoldenTests.txt");

    static Expr V(string name, params int[] shape) => Expr.Variable(name, Shape.Of([.. shape.Select(n => (Dim)n)]));

    static Expr Dense(Expr x, int from, int to, string name) => MatMul(x, V(name + ".w", from, to)) + V(name + ".b", to);

    static Expr Normalized(Expr x, Expr scale, Expr shift, int axis)
    {
        var centred = x - MeanKeep(x, axis);
        return centred / Sqrt(MeanKeep(Square(centred), axis) + 1e-5) * scale + shift;
    }

    static Expr BatchNormalized(Expr x, int channels)
    {
        Expr Of(string name) => V(name, channels, 1, 1);
        return (x - Of("mean")) / Sqrt(Of("variance") + 1e-5) * Of("scale") + Of("shift");
    }

    static readonly Expr X = V("x", 64, 100), Images = V("images", 8, 3, 20, 20);

    static Expr Convolved(Expr images) => Conv(images, V("kernel", 16, 3, 3, 3), padding: 1) + V("bias", 16, 1, 1);

    // One example: how many are summed at once depends on the machine's vectors.
    static readonly Expr Image = V("image", 1, 3, 20, 20);

    static Expr[] Loop() =>
        [.. Scan([V("h", 4, 8)], [V("inputs", 5, 4, 8)], (h, x) => [Tanh(MatMul(h[0], V("u", 8, 8)) + x[0])]).Last];

    static Expr[] Gradients(Expr loss) => [loss, .. loss.Gradient([.. Graph.Variables(loss).Where(v => v.VariableName != "x")])];

    public static TheoryData<string> Names => [.. Graphs.Keys];

    static readonly Dictionary<string, Func<Expr[]>> Graphs = new()
    {
        ["dense, relu"] = () => [Relu(Dense(X, 100, 50, "a"))],
        ["dense, residual, layer norm"] = () =>
            [Normalized(Dense(X, 100, 200, "a") + V("r", 64, 200), V("scale", 200), V("shift", 200), -1)],
        ["softmax"] = () => [Softmax(X)],
        ["log softmax and its loss"] = () => Gradients(Mean(-Sum(LogSoftmax(Dense(X, 100, 10, "a")) * V("labels", 64, 10), -1))),
        ["layer norm"] = () => [Normalized(X, V("scale", 100), V("shift", 100), -1)],
        ["convolution, bias, relu, max pooling"] = () => [MaxPool(Relu(Convolved(Images)), [2, 2])],
        ["convolution, bias, gelu"] = () => [Gelu(Convolved(Images))],
        ["convolution, batch norm, relu"] = () => [Relu(BatchNormalized(Conv(Images, V("kernel", 16, 3, 3, 3), padding: 1), 16))],
        ["convolution, bias, residual"] = () => [Relu(Convolved(Images) + V("r", 8, 16, 20, 20))],
        ["convolution, gradients"] = () => Gradients(Sum(Square(Relu(Convolved(Image))))),
        ["two layers, gradients"] = () => Gradients(Mean(Square(Dense(Tanh(Dense(X, 100, 30, "a")), 30, 1, "b")))),
        ["attention"] = () =>
            [MatMul(Softmax(MatMul(V("q", 2, 4, 16, 8), Transpose(V("k", 2, 4, 16, 8), 0, 1, 3, 2)) / 8), V("v", 2, 4, 16, 8))],
        ["loop"] = Loop,
        ["gather, scatter"] = () =>
        {
            var (table, indices) = (V("table", 50, 8), Expr.Variable("indices", [6, 4], DType.Int64));
            var rows = Sum(Tanh(Gather(table, indices)), 1);
            return [rows, Sum(rows).Gradient(table)];
        },
        ["joined and padded"] = () => [Concat(1, Exp(X), -X), Pad(X, 0, 1, 2) * 2, Slice(Transpose(X), 0, 10, 20) + 1],
    };

    [Theory, MemberData(nameof(Names))]
    public void Plans_are_what_they_were(string name) =>
        Assert.Equal(Accepted().GetValueOrDefault(name), Text(name));

    static string Text(string name)
    {
        var outputs = Graphs[name]();
        var plan = Compiler.Compile(outputs, Sizes.None, [.. Enumerable.Range(0, outputs.Length)]);
        var text = new StringBuilder();
        foreach (var step in plan.Steps) text.Append("  ").Append(OfTheMachine().Replace(step.ToString()!, "")).Append('\n');
        return text.ToString();
    }

    static Dictionary<string, string> Accepted()
    {
        if (Environment.GetEnvironmentVariable("ACCEPT_PLANS") is not null)
            System.IO.File.WriteAllText(File, string.Concat(Graphs.Keys.Select(name => $"{name}\n{Text(name)}")));
        return System.IO.File.ReadAllText(File)
            .Split('\n')
            .Aggregate(new List<(string Name, string Text)>(), (all, line) =>
            {
                if (!line.StartsWith(' ')) all.Add((line, ""));
                else all[^1] = (all[^1].Name, all[^1].Text + line + "\n");
                return all;
            })
            .ToDictionary(p => p.Name, p => p.Text);
    }

    [GeneratedRegex(@" in \d+ (blocks|shares|chunks|× \d+ tiles of \d+×\d+)")]
    private static partial Regex OfTheMachine();
}
