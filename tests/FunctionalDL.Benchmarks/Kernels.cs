using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace FunctionalDL.Benchmarks;

/// <summary>Single kernels in BenchmarkDotNet: an expression for each, run again and again on inputs that stay where they are.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class Kernels
{
    const int Elements = 1 << 16;

    static readonly Dictionary<string, Expr> Expressions = new()
    {
        ["product 64×64×64"] = MatMul(X(64, 64), Y(64, 64)),
        ["product 256×256×256"] = MatMul(X(256, 256), Y(256, 256)),
        ["product 1024×1024×1024"] = MatMul(X(1024, 1024), Y(1024, 1024)),
        ["product 1024×1024×1024, left transposed"] = MatMul(Transpose(X(1024, 1024)), Y(1024, 1024)),
        ["product 1024×1024×1024, right transposed"] = MatMul(X(1024, 1024), Transpose(Y(1024, 1024))),
        ["product 1×1024×1024"] = MatMul(X(1, 1024), Y(1024, 1024)),
        ["product 16×4×16"] = MatMul(X(16, 4), Y(4, 16)),
        ["product 64×784×10"] = MatMul(X(64, 784), Y(784, 10)),
        ["product 784×64×256"] = MatMul(X(784, 64), Y(64, 256)),
        ["product 64 batches of 64×32×64"] = MatMul(X(64, 64, 32), Y(64, 32, 64)),
        ["add"] = X(Elements) + Y(Elements),
        ["exp"] = Exp(X(Elements)),
        ["log"] = Log(X(Elements)),
        ["tanh"] = Tanh(X(Elements)),
        ["erf"] = Erf(X(Elements)),
        ["sigmoid"] = Sigmoid(X(Elements)),
        ["softplus"] = Softplus(X(Elements)),
        ["gelu"] = Gelu(X(Elements)),
        ["sum"] = Sum(X(Elements)),
        ["sum of rows"] = Sum(X(256, 256), 1),
        ["sum of columns"] = Sum(X(256, 256), 0),
        ["max of rows"] = Max(X(256, 256), 1),
        ["transpose"] = Transpose(X(256, 256)) + 0,
        ["softmax 1024×65"] = Softmax(X(1024, 65)),
        ["softmax 256×256"] = Softmax(X(256, 256)),
        ["convolution 16×16×14×14, 32 of 3×3"] = Conv(X(16, 16, 14, 14), Y(32, 16, 3, 3), padding: 1),
        ["its gradient for the input"] = Sum(Conv(X(16, 16, 14, 14), Y(32, 16, 3, 3), padding: 1)).Gradient(X(16, 16, 14, 14)),
        ["max pooling 16×16×28×28 by 2×2"] = MaxPool(X(16, 16, 28, 28), [2, 2]),
        ["gather 512 of 65 rows of 128"] = Gather(X(65, 128), I(512)),
        ["scatter 512 to 65 rows of 128"] = ScatterAdd(I(512), X(512, 128), 65),
    };

    Loop? loop;

    public static IEnumerable<string> Names => Expressions.Keys.Where(n => n.Contains(Filter));

    /// <summary>The kernel to run.</summary>
    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    static string Filter { get; set; } = "";

    static int Threads { get; set; } = 1;

    public static void Run(int threads, string filter)
    {
        (Threads, Filter) = (threads, filter);
        BenchmarkRunner.Run<Kernels>(DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance)));
    }

    [GlobalSetup]
    public void Prepare()
    {
        var expression = Expressions[Name];
        loop = expression.Compile(new() { Threads = Threads }).Start(TensorSet.Empty);
        foreach (var (v, i) in Graph.Variables(expression).Select((v, i) => (v, i)))
        {
            var uniform = Key.Of(i).Uniform(v.Shape);
            loop.Set(
                v.VariableName!,
                v.DType == DType.Int64 ? Tensor.Of(v.Shape, uniform.As<float>().Map(u => (long)(65 * u)).Span) : uniform);
        }
    }

    [Benchmark]
    public void Step() => loop!.Step();

    static Expr X(params int[] sizes) => Expr.Variable("x", Shape.Of([.. sizes.Select(n => (Dim)n)]));

    static Expr Y(params int[] sizes) => Expr.Variable("y", Shape.Of([.. sizes.Select(n => (Dim)n)]));

    static Expr I(int size) => Expr.Variable("i", [size], DType.Int64);
}
