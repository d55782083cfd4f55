using System.Diagnostics;
using System.Globalization;
using static FunctionalDL.Functions;

namespace FunctionalDL.Benchmarks;

/// <summary>
/// The gradients of every example of a batch by itself, 784-128-10 and 256 examples: by <see cref="Differentiation"/>.Vmap and by a loop
/// over the examples, each of them evaluated and compiled.
/// </summary>
static class PerExample
{
    const int Examples = 256;

    public static void Run(int times)
    {
        var (x, label) = (Expr.Variable("x", [784]), Expr.Variable("label", [], DType.Int64));
        var (xs, labels) = (Expr.Variable("x", [Examples, 784]), Expr.Variable("label", [Examples], DType.Int64));
        Expr[] w = [Expr.Variable("w1", [784, 128]), Expr.Variable("b1", [128]), Expr.Variable("w2", [128, 10]), Expr.Variable("b2", [10])];
        var logits = MatMul(Relu(MatMul(Reshape(x, [1, 784]), w[0]) + w[1]), w[2]) + w[3];
        Expr[] gradient = (-Sum(LogSoftmax(logits) * OneHot(label, 10))).Gradient(w);
        var mapped = Differentiation.Vmap(gradient, [(x, xs), (label, labels)]);

        var parameters = TensorSet.Of([.. w.Select((w, i) => (w.VariableName!, Key.Of(i).Uniform(w.Shape)))]);
        var (image, digit) = (
            Key.Of(100).Uniform([Examples, 784]).As<float>(),
            Key.Of(101).Uniform([Examples]).As<float>().Map(u => (long)(10 * u)));
        var batch = parameters.With("x", image).With("label", digit);
        TensorSet[] each = [.. Enumerable.Range(0, Examples).Select(i => parameters
            .With("x", Tensor.Of([784], image.Span.Slice(784 * i, 784))).With("label", Tensor.Scalar(digit.Span[i])))];

        var (one, all) = (Compilation.Compile(gradient), Compilation.Compile(mapped));
        Measure("vmap compiled", times, () => all.Run(batch));
        Measure("loop compiled", times, () => { foreach (var example in each) one.Run(example); });
        Measure("vmap evaluated", 1, () => Evaluator.Evaluate(mapped, batch));
        Measure("loop evaluated", 1, () => { foreach (var example in each) Evaluator.Evaluate(gradient, example); });
    }

    static void Measure(string name, int times, Action run)
    {
        run();
        var taken = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        taken.Sort();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"gradients\":\"{name}\",\"median_ms\":{taken[times / 2]:F1},\"min_ms\":{taken[0]:F1}}}"));
    }
}
