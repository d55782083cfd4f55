namespace FunctionalDL.Tests.Engine;

/// <summary>
/// What follows a product block by block is what the evaluator makes of it, each block once and in its place, in the first run and in the
/// next.
/// </summary>
public class EpilogueTests
{
    static readonly Expr X = Expr.Variable("x", ["n", 16]),
        W = Expr.Variable("w", [16, 300]),
        B = Expr.Variable("b", [300]),
        R = Expr.Variable("r", ["n", 300]);

    static TensorSet Values(int seed) =>
        TensorSet.Of(
            ("x", EngineTests.Uniform(seed, [640, 16])),
            ("w", EngineTests.Uniform(seed + 1, [16, 300])),
            ("b", EngineTests.Uniform(seed + 2, [300])),
            ("r", EngineTests.Uniform(seed + 3, [640, 300])));

    /// <summary>
    /// Sums and bounds of columns and of all, of which every block has a part: parts of one block are not counted twice, nor those of an
    /// earlier run.
    /// </summary>
    [Fact]
    public void Every_block_counts_once_in_every_run()
    {
        var y = Relu(MatMul(X, W) + B) + R;
        Expr[] outputs = [Sum(y, 0), Max(-Square(y) - 1, 0), Min(Square(y) + 1, 0), Sum(y), Max(-Square(y) - 1)];
        foreach (var output in outputs)
        {
            var f = output.Compile(new() { Threads = 2 });
            Assert.Matches(@"matmul 640×16×300 in \d\d+ blocks, then", f.Explain(Values(1)));
            for (var seed = 1; seed < 10; seed += 4)
                Assert.InRange(Near.Distance(output.Evaluate(Values(seed)), f.Run(Values(seed))[0]), 0, 1e-4);
        }
    }
}
