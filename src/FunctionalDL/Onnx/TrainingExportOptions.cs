namespace FunctionalDL;

/// <summary>How training is written as ONNX.</summary>
public sealed record TrainingExportOptions
{
    /// <summary>
    /// The steps of a whole run in one call: a number, or a name where it is known when the file runs. What a batch brings then has them as
    /// a first axis, each loss is <c>[steps]</c>, and what comes out is carried on from the last step. Null for a single step.
    /// </summary>
    public Dim? Steps { get; init; }

    /// <summary>The seed that training starts with, where it draws numbers. Whoever runs the file may start with another.</summary>
    public long Seed { get; init; }

    /// <summary>What the file says of itself.</summary>
    public OnnxOptions Model { get; init; } = new() { Name = "training" };
}
