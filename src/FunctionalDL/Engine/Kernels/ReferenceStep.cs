namespace FunctionalDL.Engine;

/// <summary>An operation without a kernel of its own: the reference evaluation of the op, on copies of its inputs.</summary>
sealed unsafe class ReferenceStep : Step
{
    readonly Op op;
    readonly TensorType type;
    readonly Sizes sizes;
    readonly View[] inputs;

    public ReferenceStep(Op op, TensorType type, Sizes sizes, View[] inputs)
    {
        (this.op, this.type, this.sizes, this.inputs) = (op, type, sizes, inputs);
        Level = LevelAfter(inputs);
        Output = new(type.DType, type.Shape.ElementCount) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => inputs.Select(x => (Access)x);

    public override IEnumerable<Access> Writes => [Output];

    public override string ToString() => $"{op.Name} by the evaluator";

    public override void Run(Workspace workspace) =>
        workspace.Write(op.Evaluate(Array.ConvertAll(inputs, x => workspace.Read(x, Shape.Of([.. x.Sizes.Select(n => (Dim)n)]))), type, sizes), Output);
}
