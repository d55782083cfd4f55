using FunctionalDL.Ops;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Sizes, constants and names in one exported graph: each is its own, wherever it stands.</summary>
public class SizeExportTests
{
    static readonly Expr X = Expr.Variable("x", ["n", "m"]), Y = Expr.Variable("y", ["k", 2, "m"]);

    static readonly Dim N = "n", M = "m", K = "k";

    static Expr Size(Dim dim) => SizeOf(dim, DType.Float32);

    static Expr Number(Tensor value) => Expr.Constant(value);

    static Expr Vector(params float[] values) => Number(Tensor.Vector(values));

    /// <summary>Sizes of every axis, of several inputs, in sums and products of all kinds.</summary>
    static readonly Dictionary<string, Expr[]> Cases = new()
    {
        ["the second axis"] = [X + Size(M)],
        ["each axis"] = [X + Size(N), X + Size(M), Y + Size(K), Sum(X) * Size(K) - Sum(Y) * Size(N)],
        ["means"] = [Mean(X, 0), Mean(X, 1), Mean(Y, 2), Mean(Y, 0), Mean(X), Mean(Y)],
        ["products and sums"] = [Sum(X) + Size(N * N), Sum(X) + Size(N * M), Sum(X) + Size(2 * N + 3 * M), Sum(X) + Size(N * M * M + 5),
            Sum(X) + Size(3 * N * N + 2 * N + 1), Sum(X, 0) * Size(M + 1), Sum(X) + Sum(Y) + Size(K * M + N)],
        ["shapes"] = [Reshape(X, [M, N]), Reshape(X, [N * M]), Reshape(Y, [K * 2, M]), Reshape(Y, [2, K, M]), Reshape(Y, [M, 2 * K]),
            Broadcast(Sum(X, 0), [4, M]), Broadcast(Sum(X), [N, K]), Broadcast(Sum(Y), [K, N])],
        ["a size as number and as shape"] = [Sum(X) + Size(N), Reshape(X, [N * M]), Sum(X) + Size(N * M), Broadcast(Sum(X), [N]),
            Range(M, DType.Float32) + Sum(X)],
        ["slices and pads"] = [SliceFrom(Concat(1, X, X), 1, 1, M), Pad(X, 0, M, 1), Slice(Concat(0, X, X), 0, 1, -1), Pad(X, 1, 1, N)],
        ["a size that another axis has twice"] = [Sum(Expr.Variable("a", [2 * N])) + Size(N), Mean(X, 0),
            Sum(Expr.Variable("a", [2 * N]), 0) + Sum(X) * Size(M)],
        ["equal bytes"] =
        [
            Sum(X).Cast(DType.Float64) + Number(Tensor.Scalar(0.0)), Sum(X.Cast(DType.Int64)) + Number(Tensor.Scalar(0L)),
            Sum(X) + Vector(0, 0), Sum(X.Cast(DType.Int64)) + Number(Tensor.Scalar(0L)),
            Number(Tensor.Of([1, 3], [1f, 2, 3])) + Sum(X), Number(Tensor.Of([3, 1], [1f, 2, 3])) + Sum(X), Vector(1, 2, 3) + Sum(X),
        ],
        ["names that nodes would have"] = [Sin(Expr.Variable("sin1", ["n"])) + Sin(Expr.Variable("add1",
            ["n"])) + Expr.Variable("constant1", ["n"]) * 3 + Sin(Sum(X)), Cos(Expr.Variable("step1", ["n"]) + 7)],
        ["loops with constants and sizes"] = [.. Loop(false), .. Loop(true), X * 0.37f + Tanh(Sum(X)), Sum(X) + Size(M)],
    };

    /// <summary>A loop over the first axis, whose step reads a constant, a size and a value from outside.</summary>
    static Expr[] Loop(bool reverse)
    {
        var outside = Sin(Sum(X, 0));
        var scan = Scan([Sum(X, 0)], [X], (h, e) => [Tanh(h[0] * 0.37f + e[0] + outside * 0.2f)], reverse);
        return [scan.Steps[0], Sum(Square(scan.Last[0])).Gradient(X)];
    }

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Each_is_its_own(string name)
    {
        var outputs = Cases[name];
        var together = outputs.Select((y, i) => ($"output{i}", y)).ToArray();
        foreach (var (n, m, k) in new[] { (2, 3, 4), (4, 2, 3), (1, 5, 2) })
        {
            var sizes = Sizes.None.With("n", n).With("m", m).With("k", k);
            var values = TensorSet.Of(Graph.Variables(outputs).Select((v, i) => KeyValuePair.Create(v.VariableName!,
                Key.Of(i).Uniform(v.Shape.Resolve(sizes)))));
            using var session = OnnxSession.Load(OnnxExport.ToOnnx(together, TensorSet.Empty));
            var all = session.Run(values);
            foreach (var ((output, y), expected) in together.Zip(Evaluator.Evaluate(outputs, values))) Laws.SameValue($"{name}, {output}",
                expected, all[output], 1e-4);
        }
    }

    /// <summary>An output may have the name a node would have.</summary>
    [Fact]
    public void Outputs_keep_their_names()
    {
        var x = Expr.Variable("x", ["n"]);
        (string, Expr)[] outputs = [("sin1", Cos(Sin(x))), ("cos1", Sin(x) + 1), ("constant1", x * 3)];
        Assert.InRange(OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, TensorSet.Empty), outputs, TensorSet.Empty).MaxDifference, 0,
            1e-5);
    }

    /// <summary>Parameters count, each once.</summary>
    [Fact]
    public void Parameters_above_two_gigabytes_are_refused_and_one_used_twice_is_not()
    {
        var half = Tensor<float>.Adopt([1 << 28], new float[1 << 28]);
        Expr a = Expr.Variable("a", [1 << 28]), b = Expr.Variable("b", [1 << 14, 1 << 14]),
            named = new(new AbstractFunctionOp("f", 0), Expr.Variable("x"));
        var parameters = TensorSet.Of(("a", half), ("b", half.Reshape([1 << 14, 1 << 14])));
        Assert.Contains("2 GiB", Assert.Throws<FunctionalException>(() => OnnxExport.ToOnnx([("r", named), ("y", a + Sum(b))],
            parameters)).Message);
        // Not of its size: what comes next cannot be written.
        Assert.Throws<UnsupportedOnnxException>(() =>
            OnnxExport.ToOnnx([("r", named), ("y", Expr.Constant(half) + Sum(Expr.Constant(half)))], TensorSet.Empty));
    }
}
