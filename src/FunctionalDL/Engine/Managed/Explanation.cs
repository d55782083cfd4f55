using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FunctionalDL.Engine;

/// <summary>Writes down what a plan does: its steps, what each computes, moves and takes, and the memory it lives in.</summary>
static class Explanation
{
    const int LeastRuns = 20, LargestShown = 12;

    /// <summary>Long enough for the runtime to have compiled everything with all its care.</summary>
    const double LeastSeconds = 0.5;

    public static string Of(Plan plan, Workspace workspace)
    {
        var culture = CultureInfo.InvariantCulture;
        var times = new double[plan.Steps.Length];
        Array.Fill(times, double.PositiveInfinity);
        var total = Stopwatch.StartNew();
        for (var run = 0; run < LeastRuns || total.Elapsed.TotalSeconds < LeastSeconds; run++)
            for (var i = 0; i < times.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                plan.Steps[i].Run(workspace);
                times[i] = Math.Min(times[i], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        var text = new StringBuilder();
        text.AppendLine(
            culture,
            $"{plan.Steps.Length} steps, {times.Sum():F1} µs; arena {plan.Allocation.Bytes:N0} bytes, "
                + $"scratch {plan.ScratchBytes:N0} bytes a thread"
        );
        for (var i = 0; i < times.Length; i++)
        {
            var step = plan.Steps[i];
            var bytes = step.ReadStorages.Concat(step.WrittenStorages).Sum(s => s.Bytes);
            text.AppendLine(
                culture,
                $"{i,4} {times[i],9:F1} µs {step.Operations / times[i] / 1e3,7:F1} GFLOP/s {bytes / times[i] / 1e3,7:F1} GB/s "
                    + $"{InUse(plan, i).Sum(s => s.Bytes) / 1e6,7:F2} MB  {step}"
            );
        }
        if (times.Length > 0) AppendPeak(text, plan);
        return text.ToString();
    }

    /// <summary>The values in the arena while a step runs.</summary>
    static IEnumerable<Storage> InUse(Plan plan, int step) =>
        plan.Storages.Where(s => plan.Allocation.IsInUse(s.Slot, step));

    /// <summary>What memory is needed for at the step that needs most.</summary>
    static void AppendPeak(StringBuilder text, Plan plan)
    {
        var peak = Enumerable.Range(0, plan.Steps.Length).MaxBy(i => InUse(plan, i).Sum(s => s.Bytes));
        text.AppendLine(CultureInfo.InvariantCulture, $"most memory is in use at step {peak}, by {InUse(plan, peak).Count()} values:");
        foreach (var storage in InUse(plan, peak).OrderByDescending(s => s.Bytes).Take(LargestShown))
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{storage.Bytes,14:N0} bytes, steps {plan.Allocation.Lifetimes[storage.Slot].First} to "
                    + $"{Math.Min(plan.Allocation.Lifetimes[storage.Slot].Last, plan.Steps.Length - 1)}"
            );
    }
}
