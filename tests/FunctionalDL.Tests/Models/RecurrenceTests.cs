namespace FunctionalDL.Tests.Models;

/// <summary>Recurrent networks with lengths, states to start from, and states at the end.</summary>
public class RecurrenceTests
{
    const int Units = 4, Features = 3;

    static Recurrence Of(string kind) => kind switch
    {
        "simplernn" => Recurrence.SimpleRnn(Units),
        "lstm" => Recurrence.Lstm(Units),
        _ => Recurrence.Gru(Units),
    };

    static readonly ModelInput X = ModelInput.Of("x", DType.Float64, "time", Features);

    /// <summary>A batch of sequences of different lengths is each of them alone, whatever stands behind its end.</summary>
    [Theory]
    [InlineData("simplernn", false)]
    [InlineData("lstm", false)]
    [InlineData("lstm", true)]
    [InlineData("gru", false)]
    [InlineData("gru", true)]
    public void Steps_beyond_the_end_change_nothing(string kind, bool reverse)
    {
        var recurrence = Of(kind);
        var masked = Model.Of([X, ModelInput.Of("lengths", DType.Int64)], (scope, x) =>
        {
            var result = recurrence.Run(scope, x["x"], Recurrence.Mask(x["lengths"], x["x"]), reverse: reverse);
            return [("steps", result.Steps), ("last", result.Last), ("state", result.State)];
        }).Initialize(1);
        var plain = Model.Of([X], (scope, x) =>
        {
            var result = recurrence.Run(scope, x["x"], reverse: reverse);
            return [("steps", result.Steps), ("last", result.Last), ("state", result.State)];
        }).WithParameters(masked.Parameters);

        long[] lengths = [5, 2, 1, 4];
        var x = Key.Of(3).Uniform([4, 5, Features], DType.Float64);
        var all = masked.PredictAll(("x", x), ("lengths", Tensor.Vector(lengths)));
        for (var row = 0; row < 4; row++)
        {
            var own = Slice(Slice(Expr.Constant(x), 0, row, row + 1), 1, 0, (int)lengths[row]).Evaluate();
            var alone = plain.PredictAll(("x", own));
            foreach (var name in new[] { "last", "state" })
                Assert.Equal(
                    alone[name].ToArray<double>(),
                    Slice(Expr.Constant(all[name]), 0, row, row + 1).Evaluate().ToArray<double>(),
                    (a, b) => Math.Abs(a - b) < 1e-12);
            var steps = Slice(Slice(Expr.Constant(all["steps"]), 0, row, row + 1), 1, 0, (int)lengths[row]).Evaluate();
            Assert.Equal(alone["steps"].ToArray<double>(), steps.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    /// <summary>A sequence in two parts, the second from the state of the first, is the sequence.</summary>
    [Theory]
    [InlineData("simplernn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void A_run_goes_on_from_the_state_of_another(string kind)
    {
        var recurrence = Of(kind);
        var model = Model.Of([X], (scope, x) =>
        {
            var (first, second) = (SliceFrom(x["x"], 1, 0, 3), Slice(x["x"], 1, 3, 7));
            var before = recurrence.Run(scope, first);
            var after = recurrence.Run(scope, second, initial: before.State);
            return [("whole", recurrence.Run(scope, x["x"]).Steps), ("parts", Concat(1, before.Steps, after.Steps))];
        }).Initialize(1);
        Assert.Equal(kind == "gru" ? 4 : 3, model.ParameterList.Count);
        var results = model.PredictAll(("x", Key.Of(4).Uniform([2, 7, Features], DType.Float64)));
        Assert.Equal(results["whole"].ToArray<double>(), results["parts"].ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Gradients_pass_masks_and_initial_states()
    {
        var recurrence = Recurrence.Lstm(Units);
        var model = Model
            .Of(
                [X, ModelInput.Of("lengths", DType.Int64), ModelInput.Of("start", DType.Float64, 2 * Units)],
                (scope, x) => [("y", recurrence.Run(scope, x["x"], Recurrence.Mask(x["lengths"], x["x"]), x["start"]).State)])
            .Initialize(2);
        var values = model.Parameters.With(
            TensorSet.Of(
                ("x", Key.Of(1).Uniform([3, 4, Features], DType.Float64)),
                ("lengths", Tensor.Vector([4L, 1, 2])),
                ("start", Key.Of(2).Uniform([3, 2 * Units], DType.Float64))));
        Expr[] wrt = [.. model.ParameterList.Select(p => p.Variable), model.Inputs[0], model.Inputs[2]];
        var check = GradientCheck.Check(Sum(Square(model.Output)), wrt, values);
        Assert.Equal(GradientVerdict.Agrees, check.Verdict);
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        static string Error(Func<Recurrence, LayerScope, IReadOnlyDictionary<string, Expr>, RecurrenceResult> run) =>
            Assert
                .Throws<ShapeException>(() =>
                    Model.Of(
                        [X, ModelInput.Of("other", DType.Float64, "time")],
                        (scope, x) => [("y", run(Recurrence.Lstm(4), scope, x).Last + Sum(x["other"]))]))
                .Message;
        Assert.Contains("the mask is float64[batch, time]", Error((lstm, scope, x) => lstm.Run(scope, x["x"], x["other"])));
        Assert.Contains("Give float64[batch, 8]", Error((lstm, scope, x) => lstm.Run(scope, x["x"], initial: x["other"])));
        Assert.Contains(
            "lengths are float64[batch, time]",
            Error((lstm, scope, x) => lstm.Run(scope, x["x"], Recurrence.Mask(x["other"], x["x"]))));
        Assert.Contains("below 1", Assert.Throws<FunctionalException>(() => Recurrence.Gru(0)).Message);
    }

    /// <summary>A mask of places and keys: the causal one is what causal does.</summary>
    [Fact]
    public void Attention_takes_masks_of_places_and_keys()
    {
        var lower = Expr.Constant(Tensor.Of([5, 5], [.. Enumerable.Range(0, 25).Select(i => i % 5 <= i / 5)]));
        var input = Model.Input(DType.Float64, 5, 4);
        var expected = (input >> Layer.MultiHeadAttention(2, causal: true)).Initialize(1);
        var x = Key.Of(1).Uniform([3, 5, 4], DType.Float64);
        foreach (var mask in new[] { lower, Broadcast(lower, [Model.Batch, 5, 5]) })
            Assert.Equal(
                expected.Predict(x).ToArray<double>(),
                (input >> Layer.MultiHeadAttention(2, mask: mask)).WithParameters(expected.Parameters).Predict(x).ToArray<double>(),
                (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Contains(
            "for each place and key, [5, 5]",
            Assert.Throws<ShapeException>(() => input >> Layer.MultiHeadAttention(2, mask: Slice(lower, 0, 0, 4))).Message);
    }
}
