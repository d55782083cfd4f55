namespace FunctionalDL.LawRuns;

/// <summary>A case for which a law does not hold.</summary>
/// <param name="Law">The law.</param>
/// <param name="Seed">The seed of the case.</param>
/// <param name="Failure">What happened.</param>
/// <param name="Case">The smallest case found that fails alike.</param>
public sealed record Finding(string Law, int Seed, string Failure, string Case)
{
    /// <summary>The command that shows it again.</summary>
    public string Replay { get; init; } = $"--law {Law} --case {Seed}";

    /// <summary>All of it, with the command that shows it again.</summary>
    public override string ToString() => $"""
        ── {Law}, case {Seed}: {Failure.TrimEnd()}
        {Case.Trim()}
        replay: dotnet run -c Release --project tests/FunctionalDL.Laws -- {Replay}
        """;
}
