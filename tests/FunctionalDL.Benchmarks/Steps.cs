using System.Diagnostics;
using System.Globalization;

namespace FunctionalDL.Benchmarks;

/// <summary>Measures whole steps as the peer program does: warm up, then the median of single steps' times.</summary>
static class Steps
{
    public static void Run(double seconds, int threads, string filter)
    {
        foreach (var (name, make) in Workloads.All)
            if (name.Contains(filter)) Measure(name, make(), threads, seconds);
    }

    /// <summary>The time from the start of the process to the end of the first step of the first workload of that name.</summary>
    public static void Startup(int threads, string filter)
    {
        var (name, make) = Workloads.All.First(w => w.Name.Contains(filter));
        make().Start(threads).Step();
        var time = DateTime.Now - Process.GetCurrentProcess().StartTime;
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{{\"workload\":\"{name}\",\"first_step_ms\":{time.TotalMilliseconds:F0}}}"));
    }

    static void Measure(string name, Workload workload, int threads, double seconds)
    {
        var loop = workload.Start(threads);
        for (var i = 0; i < 3; i++) loop.Step();
        for (var warm = Stopwatch.StartNew(); warm.Elapsed.TotalSeconds < seconds / 4;) loop.Step();

        var times = new List<double>(1 << 20);
        for (var total = Stopwatch.StartNew(); total.Elapsed.TotalSeconds < seconds;)
        {
            var start = Stopwatch.GetTimestamp();
            loop.Step();
            var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (times.Count < times.Capacity) times.Add(time);
        }
        const int counted = 10;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < counted; i++) loop.Step();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        times.Sort();
        // What a second loop's first step takes longer than a step: by now the process is warm.
        var began = Stopwatch.GetTimestamp();
        workload.Start(threads).Step();
        var compile = Math.Max(0, Stopwatch.GetElapsedTime(began).TotalMilliseconds - times[times.Count / 2] / 1e3);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"workload\":\"{name}\",\"median_us\":{times[times.Count / 2]:F1},\"min_us\":{times[0]:F1},"
                    + $"\"steps\":{times.Count},\"allocated_bytes_per_step\":{allocated / counted},\"compile_ms\":{compile:F1}}}"
            ));
    }
}
