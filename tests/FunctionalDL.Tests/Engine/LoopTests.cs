namespace FunctionalDL.Tests.Engine;

public class LoopTests
{
    const float Rate = 0.1f;

    static readonly Expr X = Expr.Variable("x", ["batch", 7]), Y = Expr.Variable("y", ["batch"], DType.Int64);
    static readonly Expr[] Parameters = [Expr.Variable("w1", [7, 5]), Expr.Variable("b1", [5]), Expr.Variable("w2", [5, 3])];

    /// <summary>Loss, then the parameters after one step of gradient descent.</summary>
    static CompiledFunction Training(int threads = 2)
    {
        var logits = MatMul(Relu(MatMul(X, Parameters[0]) + Parameters[1]), Parameters[2]);
        var loss = -Mean(Sum(LogSoftmax(logits) * OneHot(Y, 3), 1));
        return Compilation.Compile(
            [loss, .. Parameters.Zip(loss.Gradient(Parameters), (w, g) => w - Rate * g)],
            new() { Threads = threads });
    }

    static TensorSet Initial { get; } = TensorSet.Of([.. Parameters.Select((w, i) => (w.VariableName!, Key.Of(i).Uniform(w.Shape)))]);

    static Loop Start(CompiledFunction training) => training.Start(Initial, ("w1", 1), ("b1", 2), ("w2", 3));

    static (Tensor X, Tensor Y) Batch(int step, int size) =>
        (Key.Of(step).Uniform([size, 7]), Tensor.Vector([.. Enumerable.Range(0, size).Select(i => (long)(i + step) % 3)]));

    [Fact]
    public void A_loop_is_the_same_as_running_and_feeding_back_also_when_the_batch_size_changes()
    {
        var training = Training();
        var loop = Start(training);
        var state = Initial;
        foreach (var (step, size) in new[] { 8, 8, 3, 8, 1, 0, 3, 8 }.Index())
        {
            var (x, y) = Batch(step, size);
            loop.Set("x", x);
            loop.Set("y", y);
            loop.Step();

            var expected = training.Run(state.With("x", x).With("y", y));
            state = TensorSet.Of(("w1", expected[1]), ("b1", expected[2]), ("w2", expected[3]));
            Assert.Equal(expected[0].ToScalar(), loop.Scalar(0));
            Assert.Equal(expected[1].ToArray<float>(), loop.Output<float>(1).ToArray());
            Assert.True(state.BitEquals(loop.State));
        }
    }

    /// <summary>
    /// Steps with convolutions and pooling, loops over time, gathered rows and attention, on the calling thread, which then does
    /// everything.
    /// </summary>
    [Theory]
    [InlineData("convolution"), InlineData("recurrence"), InlineData("attention")]
    public void Steps_of_all_kinds_allocate_nothing(string kind)
    {
        var (w, i) = (Expr.Variable("w", [6, 6]), Expr.Variable("i", ["batch", 4], DType.Int64));
        var x = Gather(w, i);
        var y = kind switch
        {
            "convolution" => MaxPool(
                Relu(Conv(Reshape(x, [i.Shape[0], 1, 4, 6]), Reshape(Slice(w, 0, 0, 3), [2, 1, 3, 3]), padding: 1)),
                [2, 2]),
            "recurrence" => Scan(
                [Mean(x, 1)],
                [Transpose(x, 1, 0, 2)],
                (carried, element) => [Tanh(MatMul(carried[0], w) + element[0])]
            ).Last[0],
            _ => MatMul(Softmax(MatMul(x, Transpose(x))), Gelu(x)),
        };
        var loss = Mean(Square(y));
        var loop = Compilation
            .Compile([loss, w - Rate * loss.Gradient(w)], new() { Threads = 1 })
            .Start(TensorSet.Of(("w", Key.Of(1).Uniform([6, 6]))), ("w", 1));
        loop.Set("i", Tensor.Of([2, 4], (ReadOnlySpan<long>)[0, 1, 2, 3, 4, 5, 0, 1]));
        loop.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 20; step++) loop.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_step_allocates_nothing_after_the_first()
    {
        var loop = Start(Training());
        var (x, y) = Batch(0, 16);
        loop.Set("x", x);
        loop.Set("y", y);
        for (var i = 0; i < 3; i++) loop.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) loop.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Carried_variables_may_be_exchanged_kept_and_doubled()
    {
        var (a, b, c) = (Expr.Variable("a"), Expr.Variable("b"), Expr.Variable("c"));
        var loop = Compilation
            .Compile([b, a, c, a + b + c])
            .Start(TensorSet.Of(("a", 1.0), ("b", 2.0), ("c", 5.0)), ("a", 0), ("b", 1), ("c", 3));
        loop.Step();
        Assert.Equal([2, 1, 5, 8], Enumerable.Range(0, 4).Select(loop.Scalar));
        loop.Step();
        Assert.Equal([1, 2, 8, 11], Enumerable.Range(0, 4).Select(loop.Scalar));
        Assert.Equal([1, 2, 11], loop.State.Values.Select(v => v.ToScalar()));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        var training = Training();
        Assert.Contains("\"w9\"", Assert.Throws<FunctionalException>(() => training.Start(Initial, ("w9", 1))).Message);
        Assert.Contains("float32[5]", Assert.Throws<FunctionalException>(() => training.Start(Initial, ("w1", 2))).Message);
        Assert.Contains("output 9", Assert.Throws<FunctionalException>(() => training.Start(Initial, ("w1", 9))).Message);
        Assert.Contains("no value", Assert.Throws<FunctionalException>(() => training.Start(TensorSet.Empty, ("w1", 1))).Message);
        var loop = Start(training);
        Assert.Contains("no step", Assert.Throws<FunctionalException>(() => loop.Scalar(0)).Message);
        Assert.Contains("carried", Assert.Throws<FunctionalException>(() => loop.Input<float>("w1", [7, 5])).Message);
        Assert.Throws<DTypeException>(() => loop.Input<double>("x", [1, 7]));
        Assert.Contains("\"x\"", Assert.Throws<FunctionalException>(loop.Step).Message);
        loop.Set("x", Tensor.Zeros(DType.Float32, [1, 8]));
        Assert.Throws<ShapeException>(loop.Step);
        Assert.Throws<FunctionalException>(() => new CompileOptions { Threads = 0 });
    }
}
