namespace FunctionalDL.Benchmarks;

/// <summary>A training step as an expression: what it computes, what it carries from step to step, and its inputs' values.</summary>
sealed record Workload(string Name, IReadOnlyList<Expr> Outputs, TensorSet Initial, (string, int)[] Carried, TensorSet Inputs)
{
    /// <summary>A run of the workload that is ready for its first step.</summary>
    public Loop Start(int threads)
    {
        var loop = Compilation.Compile(Outputs, new() { Threads = threads }).Start(Initial, Carried);
        foreach (var (name, value) in Inputs) loop.Set(name, value);
        return loop;
    }

    /// <summary>What the engine makes of a step.</summary>
    public string Explain(int threads) => Compilation.Compile(Outputs, new() { Threads = threads }).Explain(Initial.With(Inputs));
}
