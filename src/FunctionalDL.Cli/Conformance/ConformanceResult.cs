namespace FunctionalDL.Cli.Conformance;

/// <summary>What became of a case.</summary>
enum Outcome { Passed, Failed, Unsupported }

/// <summary>What became of a case, with the reason or a remark, and of its gradients.</summary>
sealed record ConformanceResult(string Name, Outcome Outcome, string Text)
{
    /// <summary>Whether gradients were compared with central differences.</summary>
    public bool HasGradient { get; init; }

    /// <summary>Why the gradient is wrong; null where it is not.</summary>
    public string? GradientFailure { get; init; }

    /// <summary>This and another data set's result as one: the worse of both.</summary>
    public ConformanceResult Then(ConformanceResult next) => (Outcome == Outcome.Passed ? next : this) with
    {
        HasGradient = HasGradient || next.HasGradient,
        GradientFailure = GradientFailure ?? next.GradientFailure,
    };
}
