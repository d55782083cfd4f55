namespace FunctionalDL;

/// <summary>How an expression is compiled.</summary>
public sealed record CompileOptions
{
    /// <summary>The threads a run may use. Results have the same bits for any number.</summary>
    /// <exception cref="FunctionalException">The number is less than 1.</exception>
    public int Threads
    {
        get;
        init => field = value >= 1 ? value
            : throw new FunctionalException($"CompileOptions: {value} threads cannot run anything. Give 1 or more.");
    } = Environment.ProcessorCount;
}
