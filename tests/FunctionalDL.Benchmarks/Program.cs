using System.Globalization;
using FunctionalDL.Benchmarks;

double Number(string option, double otherwise) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length
    ? double.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
string Text(string option) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : "";

switch (args.FirstOrDefault())
{
    case "steps":
        Steps.Run(Number("--seconds", 2), (int)Number("--threads", 2), Text("--filter"));
        return 0;
    case "peak":
        Peak.Run(Number("--seconds", 2), (int)Number("--threads", 2));
        return 0;
    case "predict":
        Predictions.Run(Number("--seconds", 2), (int)Number("--threads", 2), Text("--filter"));
        return 0;
    case "kernels":
        Kernels.Run((int)Number("--threads", 2), Text("--filter"));
        return 0;
    case "startup":
        Steps.Startup((int)Number("--threads", 2), Text("--filter"));
        return 0;
    case "per-example":
        PerExample.Run(times: 20);
        return 0;
    case "explain":
        foreach (var (name, make) in Workloads.All.Where(w => w.Name.Contains(Text("--filter"))))
            Console.WriteLine($"{name}: {make().Explain((int)Number("--threads", 2))}");
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: steps|kernels|predict|peak|startup|per-example|explain [--seconds S] [--threads T] [--filter NAME]");
        return 2;
}
