namespace FunctionalDL;

/// <summary>How an expression is compiled.</summary>
public sealed record CompileOptions
{
    /// <summary>The most threads a run can use.</summary>
    internal const int MostThreads = 1024;

    /// <summary>What compiles and runs it: the managed engine, unless said otherwise.</summary>
    public ComputeEngine Engine { get; init; } = ComputeEngine.Managed;

    /// <summary>
    /// The threads a run may use: as many as there are processors, unless said otherwise. Results have the same bits for any number where
    /// the engine
    /// <see cref="ComputeEngine.IsReproducible"/>, as the managed one is. Where the system does not give as many, those that are there do
    /// the work.
    /// </summary>
    /// <exception cref="FunctionalException">The number is less than 1 or more than 1024.</exception>
    public int Threads
    {
        get;
        init =>
            field = value switch
            {
                < 1 => throw new FunctionalException($"CompileOptions: {value} threads cannot run anything. Give 1 or more."),
                > MostThreads => throw new FunctionalException(
                    $"CompileOptions: {value} threads are more than the {MostThreads} a run can use. Give about as many as there are "
                        + $"processors, here {Environment.ProcessorCount}."
                ),
                _ => value,
            };
    } = Math.Min(Environment.ProcessorCount, MostThreads);
}
