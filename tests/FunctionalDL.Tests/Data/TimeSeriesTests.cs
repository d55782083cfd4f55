using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class TimeSeriesTests
{
    static Tensor Steps(int n) => Range(n).Evaluate();

    [Property]
    public bool Windows_are_pieces_of_the_series_and_targets_what_follows(byte extra, byte l, byte a, byte o, byte s)
    {
        var (length, ahead, stride) = (l % 8 + 1, a % 8, s % 4 + 1);
        var outputs = o % (length + ahead) + 1;
        var steps = length + ahead + extra % 20;
        var windows = TimeSeries.Windows(Steps(steps), length, ahead, outputs, stride);
        var (inputs, targets) = (windows.Inputs.As<long>(), windows.Targets.As<long>());
        return inputs.Shape == Shape.Of(windows.Count, length) && targets.Shape == Shape.Of(windows.Count, outputs)
            && (windows.Count - 1) * stride + length + ahead <= steps && windows.Count * stride + length + ahead > steps
            && Enumerable.Range(0, windows.Count).All(i =>
                Enumerable.Range(0, length).All(t => inputs[i, t] == i * stride + t)
                && Enumerable.Range(0, outputs).All(t => targets[i, t] == i * stride + length + ahead - outputs + t));
    }

    [Fact]
    public void Forecasts_and_language_models_get_what_they_need()
    {
        var next = TimeSeries.Windows(Tensor.Vector(1f, 2, 3, 4), 2);
        Assert.Equal([1f, 2, 2, 3], next.Inputs.ToArray<float>());
        Assert.Equal([3f, 4], next.Targets.ToArray<float>());
        Assert.Equal(Shape.Of(2), next.Targets.Shape);

        var text = TimeSeries.Windows(Steps(9), 4, outputs: 4, stride: 4);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], text.Inputs.ToArray<long>());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], text.Targets.ToArray<long>());

        var many = TimeSeries.Windows(Key.Of(1).Uniform([10, 3]), 4, ahead: 2, outputs: 2, targets: Key.Of(2).Uniform([10, 5]));
        Assert.Equal(Shape.Of(5, 4, 3), many.Inputs.Shape);
        Assert.Equal(Shape.Of(5, 2, 5), many.Targets.Shape);
    }

    [Fact]
    public void Windows_that_cannot_be_are_refused()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("5 steps are too few for a window of 5 and 1 ahead. Give at least 6", () => TimeSeries.Windows(Steps(5), 5));
        Fails("windows of 0 steps", () => TimeSeries.Windows(Steps(5), 0));
        Fails("stride 0", () => TimeSeries.Windows(Steps(5), 1, stride: 0));
        Fails("4 outputs", () => TimeSeries.Windows(Steps(5), 2, outputs: 4));
        Fails("-1 ahead", () => TimeSeries.Windows(Steps(5), 2, ahead: -1));
        Fails("as many steps", () => TimeSeries.Windows(Steps(5), 2, targets: Steps(4)));
        Fails("too few", () => TimeSeries.Windows(Steps(5), int.MaxValue, int.MaxValue));
    }
}
