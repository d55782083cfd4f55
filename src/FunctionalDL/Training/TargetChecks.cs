using System.Numerics;
using static System.FormattableString;

namespace FunctionalDL;

/// <summary>Whether targets are what a loss takes them for: one pass over them.</summary>
static class TargetChecks
{
    /// <summary>How far the sum of a row of probabilities may be from 1.</summary>
    const double Tolerance = 1e-3;

    /// <summary>Throws where a target means nothing to the loss.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="targets">The targets, a row for each example.</param>
    /// <param name="prediction">The shape of the predictions they are compared with.</param>
    /// <param name="place">Where the rows are counted from, such as "batch 3 of epoch 1, ".</param>
    /// <exception cref="DataException">A target is out of range.</exception>
    public static void Check(Loss loss, Tensor targets, Shape prediction, string place = "")
    {
        if (targets.Count == 0) return;
        var given = new Given(loss, targets, place);
        if (targets.DType.IsInteger() && loss.Domain.Targets == LossTargets.Classes && targets.Shape.Rank == prediction.Rank - 1)
            CheckLabels(given, targets.Cast(DType.Int64).As<long>().Span, prediction[^1]);
        else if (loss.Domain.Targets == LossTargets.LabelSequences)
        {
            if (targets.DType.IsInteger() && targets.Shape.Rank == 2 && prediction.Rank == 3)
                CheckSequences(given, targets.Cast(DType.Int64).As<long>().Span, prediction[1], prediction[2]);
        }
        else (targets.DType.IsNumeric() ? targets.DType : DType.Int64).VisitNumbers<Values, int>(new(given));
    }

    readonly struct Values(Given given) : INumberVisitor<int>
    {
        public int Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            Check(given, given.Targets.In<T>().Span);
            return given.Targets.Count;
        }
    }

    sealed record Given(Loss Loss, Tensor Targets, string Place)
    {
        public DataException Error(int at, string taken, string repair) =>
            new(
                Invariant(
                    $"Loss \"{Loss.Name}\": {Place}row {at / (Targets.Count / Targets.Shape[0].Size)} of the targets "
                ) + FormattableString.Invariant(
                    $"holds {Targets.GetDouble(at)}; {taken}. {repair}"
                ));

        public DataException RowError(int at, double sum, string repair) =>
            new(
                Invariant(
                    $"Loss \"{Loss.Name}\": {Place}row {at / (Targets.Count / Targets.Shape[0].Size)} of the targets has "
                ) + FormattableString.Invariant(
                    $"the sum {sum:G5}; it is taken for the probabilities of classes, whose sum is 1. {repair}"
                ));
    }

    static void Check<T>(Given given, ReadOnlySpan<T> y) where T : unmanaged, INumber<T>
    {
        switch (given.Loss.Domain.Targets)
        {
            case LossTargets.Probabilities: CheckRange(given, y, T.Zero, T.One, "it is taken for a probability, 0 to 1"); break;
            case LossTargets.Counts: CheckRange(given, y, T.Zero, null, "it is taken for a count, 0 or more"); break;
            case LossTargets.Signs: CheckSigns(given, y); break;
            case LossTargets.Classes: CheckRows(given, y); break;
        }
    }

    static void CheckRange<T>(Given given, ReadOnlySpan<T> y, T low, T? high, string taken) where T : unmanaged, INumber<T>
    {
        var at = 0;
        while (at < y.Length && y[at] >= low && !(y[at] > high)) at++;
        if (at == y.Length) return;
        var (least, most) = Extremes(y);
        var two = T.One + T.One;
        var repair = "Leave the row out, or correct it.";
        if (least == -T.One && most == T.One) repair = "Give 0 and 1 for −1 and 1: (y + 1)/2.";
        else if (least == T.One && most == two) repair = "Give 0 and 1 for 1 and 2: y − 1.";
        else if (most > high) repair = Invariant($"The largest is {most}: give 0 or 1, or scale to 0 … 1, such as pixels by 1/255.");
        throw given.Error(at, taken, repair);
    }

    static void CheckSigns<T>(Given given, ReadOnlySpan<T> y) where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < y.Length; i++)
            if (y[i] != T.One && y[i] != -T.One)
                throw given.Error(
                    i,
                    "it is taken for a sign, −1 or 1",
                    y[i] == T.Zero ? "Give −1 and 1 for 0 and 1: 2·y − 1." : "Give −1 or 1.");
    }

    static void CheckLabels(Given given, ReadOnlySpan<long> y, Dim classes)
    {
        if (!classes.IsKnown) return;
        var at = 0;
        while (at < y.Length && (y[at] >= 0 && y[at] < classes.Size || y[at] == given.Loss.IgnoredLabel)) at++;
        if (at == y.Length) return;
        var (least, most) = Extremes(y);
        var repair = $"Give the last layer {most + 1} outputs, or correct the label.";
        if (least < 0) repair = $"Leave the row out, correct the label, or say that it does not count: loss.WithIgnoredLabel({least}).";
        else if (least == 1 && most == classes.Size) repair = "Labels count from 0: subtract 1.";
        throw given.Error(at, $"the model has {classes} outputs, for labels 0 to {classes.Size - 1}", repair);
    }

    static void CheckSequences(Given given, ReadOnlySpan<long> y, Dim steps, Dim classes)
    {
        var size = given.Targets.Shape[1].Size;
        for (var start = 0; start < y.Length; start += size)
        {
            var row = y.Slice(start, size);
            var length = row.IndexOfAnyInRange(long.MinValue, -1) is >= 0 and var end ? end : size;
            var needed = length;
            for (var i = 0; i < size; i++)
            {
                if (i >= length && row[i] >= 0)
                    throw given.Error(start + i, "it stands after a number below 0, which ends the labels", "Pad at the end alone.");
                if (row[i] == given.Loss.Blank)
                    throw given.Error(start + i, "that is the blank, which is no label", "Leave it out, or number the labels anew.");
                if (classes.IsKnown && row[i] >= classes.Size)
                    throw given.Error(start + i, $"the model has {classes} outputs, for labels 0 to {classes.Size - 1}", "Give it more.");
                if (i > 0 && i < length && row[i] == row[i - 1]) needed++;
            }
            if (steps.IsKnown && needed > steps.Size)
                throw given.Error(
                    start,
                    $"with it begin {length} labels, which take {needed} steps with a blank between equal ones, of the {steps} there are",
                    "Give more steps, or leave the row out.");
        }
    }

    static void CheckRows<T>(Given given, ReadOnlySpan<T> y) where T : unmanaged, INumber<T>
    {
        CheckRange(given, y, T.Zero, T.One, "it is taken for the probability of a class, 0 to 1");
        var size = given.Targets.Shape[^1].Size;
        for (var i = 0; i < y.Length; i += size)
        {
            var sum = 0.0;
            foreach (var share in y.Slice(i, size)) sum += double.CreateSaturating(share);
            if (!(Math.Abs(sum - 1) <= Tolerance))
                throw given.RowError(
                    i,
                    sum,
                    "Divide the row by its sum; for several labels, or none, of an example take BinaryCrossEntropyFromLogits.");
        }
    }

    static (T Least, T Most) Extremes<T>(ReadOnlySpan<T> y) where T : INumber<T>
    {
        var (least, most) = (y[0], y[0]);
        foreach (var value in y) (least, most) = (T.Min(least, value), T.Max(most, value));
        return (least, most);
    }
}
