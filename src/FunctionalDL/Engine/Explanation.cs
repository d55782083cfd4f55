using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FunctionalDL.Engine;

/// <summary>Writes down what a plan does: its steps, what each computes, moves and takes, and the memory it lives in.</summary>
static class Explanation
{
    const int Runs = 20;

    public static string Of(Workspace workspace)
    {
        var (plan, culture) = (workspace.Plan, CultureInfo.InvariantCulture);
        var times = new double[plan.Steps.Length];
        Array.Fill(times, double.PositiveInfinity);
        for (var run = 0; run < Runs; run++)
            for (var i = 0; i < times.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                plan.Steps[i].Run(workspace);
                times[i] = Math.Min(times[i], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        var text = new StringBuilder();
        text.AppendLine(culture, $"{plan.Steps.Length} steps, {times.Sum():F1} µs; arena {plan.ArenaBytes:N0} bytes, scratch {plan.ScratchBytes:N0} bytes a thread");
        for (var i = 0; i < times.Length; i++)
        {
            var step = plan.Steps[i];
            var bytes = step.Reads.Concat(step.Writes).Sum(s => s.Bytes);
            text.AppendLine(culture, $"{i,4} {times[i],9:F1} µs {step.Operations / times[i] / 1e3,7:F1} GFLOP/s {bytes / times[i] / 1e3,7:F1} GB/s  {step}");
        }
        return text.ToString();
    }
}
