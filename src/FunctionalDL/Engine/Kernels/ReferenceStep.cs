using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>An operation without a kernel of its own: the reference evaluation of the op, on copies of its inputs.</summary>
sealed unsafe class ReferenceStep : Step
{
    readonly Op op;
    readonly TensorType type;
    readonly Sizes sizes;
    readonly View[] inputs;

    readonly View[] outputs;

    /// <param name="op">The op.</param>
    /// <param name="types">The type of its value, or that of each result.</param>
    /// <param name="sizes">The actual sizes.</param>
    /// <param name="inputs">What it is applied to.</param>
    /// <param name="outputs">The value, or each result.</param>
    public ReferenceStep(Op op, IReadOnlyList<TensorType> types, Sizes sizes, View[] inputs, View[] outputs) =>
        (this.op, type, this.sizes, this.inputs, this.outputs) = (op, types[0], sizes, inputs, outputs);

    public override IEnumerable<Access> Reads => inputs.Select(x => (Access)x);

    public override IEnumerable<Access> Writes => outputs.Select(output => (Access)output);

    public override string ToString() => $"{op.Name} by the evaluator";

    public override void Run(Workspace workspace)
    {
        var x = Array.ConvertAll(inputs, x => workspace.Read(x, Shape.Of([.. x.Sizes.Select(n => (Dim)n)])));
        var values = op is MultiResultOp several ? several.EvaluateAll(x, sizes) : [op.Evaluate(x, type, sizes)];
        foreach (var (value, output) in values.Zip(outputs)) workspace.Write(value, output.Storage);
    }
}
