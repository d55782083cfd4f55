namespace FunctionalDL;

/// <summary>What an exported model says of itself.</summary>
public sealed record OnnxOptions
{
    /// <summary>The name of the graph.</summary>
    public string Name { get; init; } = "model";

    /// <summary>A description for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Further facts, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
