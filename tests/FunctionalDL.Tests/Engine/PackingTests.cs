namespace FunctionalDL.Tests.Engine;

/// <summary>Sides of products in the order in which kernels read them: each side its own, of its own batch.</summary>
public class PackingTests
{
    static readonly Expr X = Expr.Variable("x", [7, 24]);

    /// <summary>A constant that is multiplied by as it is, transposed, and in slices of one shape.</summary>
    [Fact]
    public void Windows_on_one_constant_are_packed_apart()
    {
        var w = Expr.Constant(EngineTests.Uniform(1, [24, 24]));
        var longer = Expr.Constant(EngineTests.Uniform(2, [24, 72]));
        Expr[] windows = [w, Transpose(w), .. Enumerable.Range(0, 3).Select(i => Slice(longer, 1, 24 * i, 24 * i + 24)),
            Slice(longer, 1, 0, 72, 3), Slice(longer, 1, 1, 72, 3), Transpose(Slice(longer, 1, 24, 48))];
        Expr[] outputs = [.. windows.Select(v => MatMul(X, v))];
        var values = TensorSet.Of(("x", EngineTests.Uniform(3, [7, 24])));
        foreach (var y in outputs) EngineTests.Agrees([y], values, 1e-5);
        EngineTests.Agrees(outputs, values, 1e-5);
    }

    /// <summary>Two constants of one shape, one of them in batches.</summary>
    [Fact]
    public void Constants_of_one_shape_are_packed_apart()
    {
        Expr v = Expr.Constant(EngineTests.Uniform(1, [24, 24])), w = Expr.Constant(EngineTests.Uniform(2, [24, 24])),
            batches = Expr.Constant(EngineTests.Uniform(4, [2, 24, 12]));
        EngineTests.Agrees([MatMul(X, w), MatMul(X, v), MatMul(MatMul(X, v), w), MatMul(X, batches), MatMul(X, Index(batches, 0, 1))],
            TensorSet.Of(("x", EngineTests.Uniform(3, [7, 24]))), 1e-4);
    }

    [Fact]
    public void Convolutions_by_windows_on_one_constant_are_packed_apart()
    {
        Expr w = Expr.Constant(EngineTests.Uniform(1, [8, 8, 3, 3])), x = Expr.Variable("x", [1, 4, 6, 6]);
        Expr[] kernels = [Slice(w, 1, 0, 4), Slice(w, 1, 4, 8), Slice(w, 1, 0, 8, 2), Transpose(Slice(w, 1, 0, 4), 0, 1, 3, 2),
            Slice(Transpose(w, 1, 0, 2, 3), 1, 0, 4)];
        var values = TensorSet.Of(("x", EngineTests.Uniform(2, [1, 4, 6, 6])));
        foreach (var kernel in kernels) EngineTests.Agrees([Conv(x, kernel)], values, 1e-5);
    }

    /// <summary>Batches along two axes, of which either side may have one only once, or none at all: small and packed products, of
    /// matrices as they are and transposed.</summary>
    [Theory]
    [InlineData(3, 5, 4), InlineData(1, 70, 40), InlineData(39, 12, 50), InlineData(5, 1024, 8), InlineData(6, 4, 1024)]
    public void Each_batch_is_multiplied_by_its_own(int n, int k, int m)
    {
        var dtype = n % 3 == 0 ? DType.Float64 : DType.Float32;
        int[][] leads = [[2, 3], [1, 3], [2, 1], [3], [1], []];
        foreach (var (left, right) in leads.SelectMany(left => leads.Select(right => (left, right))).Where(p =>
            p.left.Length == 2 || p.right.Length == 2))
            foreach (var isTransposed in new[] { false, true })
            {
                Expr Side(string name, int[] lead, int rows, int columns) => isTransposed
                    ? Transpose(Expr.Variable(name, [.. lead.Append(columns).Append(rows).Select(d => (Dim)d)], dtype))
                    : Expr.Variable(name, [.. lead.Append(rows).Append(columns).Select(d => (Dim)d)], dtype);
                Expr x = Side("x", left, n, k), y = Side("y", right, k, m);
                EngineTests.Agrees([MatMul(x, y)], TensorSet.Of([.. Graph.Variables([x, y]).Select((v, i) =>
                    (v.VariableName!, EngineTests.Uniform(i, v.Shape).Cast(dtype)))]), 1e-3);
            }
    }
}
