using FunctionalDL.Engine;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Engine;

public class RematerialisationTests
{
    const int Width = 32, Batch = 512;

    static readonly Layer Block =
        Layer.Dense(Width) >> Layer.Tanh >> Layer.Dense(4 * Width) >> Layer.Gelu >> Layer.Dropout(0.1) >> Layer.Dense(Width);

    static (Expr[] Outputs, TensorSet Values) Step(int blocks, Func<Layer, Layer> around)
    {
        var model = Enumerable
            .Range(0, blocks)
            .Aggregate(Model.Input(Width), (m, _) => m.Then(around(Layer.Residual(Block))))
            .Initialize(1);
        var forward = Forward.Build(model.Body, isTraining: true);
        var loss = Mean(Square(forward.Outputs[0].Value));
        var x = Key.Of(2).Uniform([Batch, Width]);
        return (
            [loss, .. loss.Gradient([.. forward.Parameters.Select(p => p.Variable)])],
            TensorSet.Of([
                ("input", x),
                ("key", Tensor.Scalar(3L)),
                .. forward.Parameters.Zip(model.Parameters, (p, v) => (p.Variable.VariableName!, v.Value)),
            ]));
    }

    static long Memory((Expr[] Outputs, TensorSet Values) step) =>
        Compiler.Compile(step.Outputs, Evaluator.Bind(Graph.Variables(step.Outputs), step.Values), []).Allocation.Bytes;

    /// <summary>The sums in gradients may be put together in another order.</summary>
    [Fact]
    public void Values_have_the_same_bits_and_gradients_are_the_same()
    {
        var (kept, anew) = (Step(3, layer => layer), Step(3, Layer.Rematerialize));
        var (expected, actual) = (Compilation.Compile(kept.Outputs).Run(kept.Values), Compilation.Compile(anew.Outputs).Run(anew.Values));
        Assert.True(expected[0].BitEquals(actual[0]));
        for (var i = 1; i < expected.Length; i++) Laws.SameValue($"gradient {i}", expected[i], actual[i], 1e-5);
    }

    /// <summary>A block keeps some 10 arrays of its own; as a checkpoint it keeps one.</summary>
    [Fact]
    public void The_inside_of_a_checkpoint_is_not_kept()
    {
        long Growth(Func<Layer, Layer> around) => Memory(Step(24, around)) - Memory(Step(12, around));
        Assert.InRange((double)Growth(Layer.Rematerialize) / Growth(layer => layer), 0.05, 0.4);
    }

    [Fact]
    public void What_a_function_uses_besides_its_argument_gets_a_gradient_and_integers_get_none()
    {
        var (x, w, i) = (Expr.Variable("x", [3]), Expr.Variable("w", [5]), Expr.Variable("i", [3], DType.Int64));
        Expr F(Expr e) => Sin(e * Gather(w, i)) + Sum(Exp(w));
        var (plain, anew) = (Sum(F(x)).Gradient([x, w]), Sum(Rematerialize(F, x)).Gradient([x, w]));
        var values = TensorSet.Of(("x", Tensor.Vector(1f, -2, 3)), ("w", Tensor.Vector(1f, 2, 3, 4, 5)), ("i", Tensor.Vector(4L, 0, 4)));
        foreach (var (expected, actual) in Evaluator.Evaluate(plain, values).Zip(Evaluator.Evaluate(anew, values)))
            Assert.True(expected.BitEquals(actual));
    }

    [Fact]
    public void A_long_chain_of_checkpoints_takes_linear_time()
    {
        var x = Expr.Variable("x");
        var y = x;
        for (var i = 0; i < 10_000; i++) y = Rematerialize(e => Sin(Cos(e)), y);
        var plain = x;
        for (var i = 0; i < 10_000; i++) plain = Sin(Cos(plain));
        Assert.Equal(plain.Gradient(x).Evaluate(("x", 1.0)).ToScalar(), y.Gradient(x).Compile().Run(("x", 1.0))[0].ToScalar(), 1e-12);
    }
}
