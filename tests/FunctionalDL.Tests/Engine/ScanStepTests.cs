namespace FunctionalDL.Tests.Engine;

/// <summary>Loops over time, forwards and backwards, of no step, one and several, with so many examples as are taken together and in
/// chunks.</summary>
public class ScanStepTests
{
    static readonly Expr X = Expr.Variable("x", ["time", "batch", 4]), Y = Expr.Variable("y", ["time", "batch", 4]),
        Gates = Expr.Variable("gates", ["time", 4]);
    static readonly Expr H = Expr.Variable("h", ["batch", 4]), C = Expr.Variable("c", ["batch", 4]),
        Rows = Expr.Variable("rows", ["batch", 4]), W = Expr.Variable("w", [4, 4]);

    /// <summary>Steps that exchange what they carry, keep it, make it of constants only, and in which examples meet or are
    /// counted.</summary>
    static readonly (string Name, Func<Expr[], Expr[], Expr[]> Step)[] Steps =
    [
        ("two sequences", (h, e) => [Tanh(MatMul(h[0], W) + e[0]), h[1] * e[1] + Broadcast(e[2], h[1].Shape)]),
        ("exchanged", (h, e) => [h[1] + e[0], h[0] - e[1]]),
        ("exchanged and nothing else", (h, _) => [h[1], h[0]]),
        ("kept", (h, e) => [h[0], e[1]]),
        ("rows that do not change", (h, e) => [h[0] * Tanh(Rows) + e[0], h[1] + Rows * e[1]]),
        ("of constants", (h, _) => [Tanh(Rows), h[1] + Broadcast(Sin(Index(W, 0, 0)), h[1].Shape)]),
        ("mean of examples", (h, e) => [h[0] + MeanKeep(e[0], 0), Broadcast(Sum(e[1]), h[1].Shape) * 0.1 + h[1]]),
        ("sum of constant rows", (h, e) => [h[0] + Broadcast(Sum(Rows), h[0].Shape), h[1] + e[1]]),
        ("number of examples", (h, e) => [h[0] + SizeOf("batch", DType.Float32) * 0.1, h[1] * 0.5 + e[1]]),
        ("product of examples", (h, e) => [MatMul(MatMul(e[0], Transpose(e[1])) * 0.1, h[0]), h[1]]),
        ("order of examples", (h, e) => [Reverse(h[0], 0) + e[0], h[1]]),
    ];

    public static IEnumerable<object[]> Cases =>
        from step in Steps from reverse in new[] { false, true } select new object[] { step.Name, reverse };

    [Theory, MemberData(nameof(Cases))]
    public void Every_step_sees_its_own(string name, bool reverse)
    {
        var scan = Scan([H, C], [X, Y, Gates], Steps.First(s => s.Name == name).Step, reverse);
        var loss = Sum(Sin(scan.Steps[0])) + Sum(Square(scan.Last[1])) + Sum(scan.Last[0] * Index(scan.Steps[1], 0, 0));
        Expr[] outputs = [.. scan.Steps, .. scan.Last];
        foreach (var (time, batch) in new[] { (0, 24), (1, 3), (3, 24) })
        {
            var sizes = Sizes.None.With("time", time).With("batch", batch);
            var values = TensorSet.Of([.. new[] { X, Y, Gates, H, C, Rows, W }.Select((v, i) =>
                (v.VariableName!, EngineTests.Uniform(i, v.Shape.Resolve(sizes))))]);
            EngineTests.Agrees(outputs, values, 1e-4);
            if (time > 1) EngineTests.Agrees([outputs[0], .. loss.Gradient([X, Y, H, C, Rows, W])], values, 1e-3);
        }
    }
}
