namespace FunctionalDL;

/// <summary>Examples out of series: numbers over time, or tokens of a text.</summary>
public static class TimeSeries
{
    /// <summary>
    /// Windows of a series as inputs and what follows each as its targets. The window that begins at step s is <c>[s, s + length)</c>;
    /// its targets are the last
    /// <paramref name="outputs"/> steps before <c>s + length + ahead</c>.
    /// </summary>
    /// <example>
    /// The next value: <c>Windows(x, 24)</c>. The next 12 values: <c>Windows(x, 24, ahead: 12, outputs: 12)</c>. At each step the one
    /// after it, as a language model needs: <c>Windows(tokens, 64, outputs: 64, stride: 64)</c>.
    /// </example>
    /// <param name="series">The series <c>[time, …]</c>, in order of time.</param>
    /// <param name="length">The steps of a window.</param>
    /// <param name="ahead">How many steps after the window's last the targets' last is.</param>
    /// <param name="outputs">The number of targets; if not given there is one, without an axis of its own.</param>
    /// <param name="stride">The steps from one window's start to the next one's. Split by time before making windows that overlap.</param>
    /// <param name="targets">The series to take targets from, where it is another, of as many steps.</param>
    /// <returns>Inputs <c>[n, length, …]</c> and targets <c>[n, outputs, …]</c> or <c>[n, …]</c>.</returns>
    /// <exception cref="FunctionalException">
    /// A number is out of range, the series are of different lengths, or too short for a single window.
    /// </exception>
    public static Dataset Windows(Tensor series, int length, int ahead = 1, int? outputs = null, int stride = 1, Tensor? targets = null)
    {
        targets ??= series;
        var last = outputs ?? 1;
        if (length < 1 || stride < 1 || ahead < 0 || last < 1 || last > (long)length + ahead)
            throw new FunctionalException(
                $"TimeSeries: windows of {length} steps, {ahead} ahead, {last} outputs, stride {stride}. Give a length and a stride of 1 "
                    + "or more, 0 or more ahead, and 1 to length + ahead outputs."
            );
        if (series.Shape.Rank == 0 || targets.Shape.Rank == 0 || series.Shape[0] != targets.Shape[0])
            throw new ShapeException(
                $"TimeSeries: the series is {series.Describe()} and that of targets {targets.Describe()}. Give both a first axis of as "
                    + "many steps."
            );
        var steps = series.Shape[0].Size;
        if (steps < (long)length + ahead)
            throw new FunctionalException(
                $"TimeSeries: {steps} steps are too few for a window of {length} and {ahead} ahead. Give at least "
                    + $"{(long)length + ahead}, or shorten the window."
            );

        var count = (steps - length - ahead) / stride + 1;
        var after = targets.Pieces(count, length + ahead - last, stride, last);
        return new(series.Pieces(count, 0, stride, length), outputs is null ? after.Reshape(after.Shape.Remove(1)) : after);
    }
}
