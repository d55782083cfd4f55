namespace FunctionalDL;

/// <summary>
/// An ONNX model cannot be read: it is damaged, or has something in it that has no form here. All of it is listed at once.
/// </summary>
public sealed class OnnxImportException : DataException
{
    /// <summary>An error of a file as a whole.</summary>
    public OnnxImportException(string message) : base(message) => Problems = [];

    /// <summary>An error of a file as a whole, and its cause.</summary>
    public OnnxImportException(string message, Exception inner) : base(message, inner) => Problems = [];

    internal OnnxImportException(string model, IReadOnlyList<OnnxProblem> problems) : base(Text(model, problems)) => Problems = problems;

    /// <summary>The nodes that cannot be read, each once, and why.</summary>
    public IReadOnlyList<OnnxProblem> Problems { get; }

    static string Text(string model, IReadOnlyList<OnnxProblem> problems)
    {
        const int shown = 40;
        var lines = problems.Take(shown).Select(p => $"- {p}");
        var more = problems.Count > shown ? $"\n… and {problems.Count - shown} more." : "";
        return $"ONNX: {model} has {problems.Count} node{(problems.Count == 1 ? "" : "s")} with no form here:\n"
            + string.Join("\n", lines) + more;
    }
}

/// <summary>A node of an ONNX model that cannot be read.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Domain">Its domain, <c>ai.onnx</c> for the standard's.</param>
/// <param name="Version">The version of the domain's operators that the model imports.</param>
/// <param name="Node">The node's name, or that of its first output.</param>
/// <param name="Inputs">The types of what it takes, as far as they are known.</param>
/// <param name="Reason">Why it cannot be read, and what may help.</param>
public sealed record OnnxProblem(string Operator, string Domain, long Version, string Node, string Inputs, string Reason)
{
    /// <summary>The inputs whose values would have to be known (<see cref="OnnxImportOptions.Fixed"/>).</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Whether the operator itself, or a dtype, has no form here, and not this use of it alone.</summary>
    public bool IsUnsupported { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Operator} ({Domain} {Version}) at \"{Node}\", {Inputs}: {Reason}";
}
