using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>An operation without a kernel of its own: the reference evaluation of the op, on copies of its inputs.</summary>
sealed unsafe class ReferenceStep : Step
{
    readonly Op op;
    readonly TensorType type;
    readonly Sizes sizes;
    readonly View[] inputs;

    public ReferenceStep(Op op, IReadOnlyList<TensorType> types, Sizes sizes, View[] inputs)
    {
        (this.op, type, this.sizes, this.inputs) = (op, types[0], sizes, inputs);
        Level = LevelAfter(inputs);
        Outputs = [.. types.Select(type => new Storage(type.DType, type.Shape.ElementCount) { Producer = this })];
    }

    /// <summary>The value, or that of each result.</summary>
    public IReadOnlyList<Storage> Outputs { get; }

    public override IEnumerable<Access> Reads => inputs.Select(x => (Access)x);

    public override IEnumerable<Access> Writes => Outputs.Select(output => (Access)output);

    public override string ToString() => $"{op.Name} by the evaluator";

    public override void Run(Workspace workspace)
    {
        var x = Array.ConvertAll(inputs, x => workspace.Read(x, Shape.Of([.. x.Sizes.Select(n => (Dim)n)])));
        var values = op is MultiResultOp several ? several.EvaluateAll(x, sizes) : [op.Evaluate(x, type, sizes)];
        foreach (var (value, output) in values.Zip(Outputs)) workspace.Write(value, output);
    }
}
