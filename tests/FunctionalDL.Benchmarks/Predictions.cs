using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace FunctionalDL.Benchmarks;

/// <summary>
/// The latency of a prediction, from inputs that lie ready to outputs that can be read, in our engine and in OnnxRuntime in turn.
/// </summary>
static class Predictions
{
    const int Turns = 10;

    public static void Run(double seconds, int threads, string filter)
    {
        foreach (var (name, make) in Workloads.Predicted)
            foreach (var batch in new[] { 1, 64 })
                if (name.Contains(filter)) Measure(make(batch), batch, seconds, threads);
    }

    static void Measure(Workload model, int batch, double seconds, int threads)
    {
        var loop = model.Start(threads);
        var bytes = OnnxExport.ToOnnx([("output", model.Outputs[0])], model.Initial);
        using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(bytes, options);
        using var binding = session.CreateIoBinding();
        using var run = new RunOptions();
        foreach (var (name, value) in model.Inputs) binding.BindInput(name, ToOrt(value));
        loop.Step();
        var logits = new float[loop.Output<float>(0).Length];
        var (output, shape) = (
            session.OutputNames[0],
            model.Outputs[0].Shape.Select(d => (long)d.Resolve(Sizes.None.With("batch", batch)).Size));
        using var theirs = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, logits.AsMemory(), [.. shape]);
        binding.BindOutput(output, theirs);

        var (ours, others) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < Turns; turn++)
        {
            Time(ours, seconds / Turns, loop.Step);
            Time(others, seconds / Turns, () => session.RunWithBinding(run, binding));
        }
        var difference = 0.0;
        for (var i = 0; i < logits.Length; i++) difference = Math.Max(difference, Math.Abs(logits[i] - loop.Output<float>(0)[i]));
        Print(model.Name, batch, "FunctionalDL", ours, difference);
        Print(model.Name, batch, "OnnxRuntime", others, difference);
    }

    /// <summary>Some of the time warms up, the rest counts.</summary>
    static void Time(List<double> times, double seconds, Action run)
    {
        for (var warm = Stopwatch.StartNew(); warm.Elapsed.TotalSeconds < seconds / 4;) run();
        for (var total = Stopwatch.StartNew(); total.Elapsed.TotalSeconds < seconds;)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }

    static OrtValue ToOrt(Tensor tensor) => tensor switch
    {
        Tensor<float> x => Value(x),
        _ => Value(tensor.As<long>()),
    };

    static OrtValue Value<T>(Tensor<T> x)
        where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance,
            MemoryMarshal.AsMemory(x.Memory),
            [.. x.Shape.Select(d => (long)d.Size)]);

    static void Print(string name, int batch, string engine, List<double> times, double difference)
    {
        times.Sort();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"workload\":\"{name}\",\"batch\":{batch},\"engine\":\"{engine}\","
                    + $"\"median_us\":{times[times.Count / 2]:F1},\"min_us\":{times[0]:F1},"
                    + $"\"runs\":{times.Count},\"max_difference\":{difference:G2}}}"
            ));
    }
}
