namespace FunctionalDL.Engine;

/// <summary>The constants of a plan while it is lowered: those written in the expressions, and what is computed from them alone.</summary>
sealed class ConstantPool(Storages storages, Sizes sizes)
{
    readonly List<(Storage, Func<PinnedBuffer>)> all = [];
    readonly Dictionary<Storage, Tensor> values = [];
    readonly Dictionary<Expr, Tensor> folded = [];

    /// <summary>Their storages, and what brings their elements into memory.</summary>
    public IReadOnlyList<(Storage Storage, Func<PinnedBuffer> Value)> All => all;

    /// <summary>
    /// The value of a node that depends on no variable, where it is not large; the evaluator computes it once for all runs (constant
    /// folding).
    /// </summary>
    public Tensor? Fold(Node node)
    {
        var inputs = node.Expr.Inputs;
        if (inputs.Length > 0 && node.Type.Shape.ElementCount > Tuning.LargestFolded || !inputs.All(folded.ContainsKey)) return null;
        return folded[node.Expr] = node.Op.Evaluate([.. inputs.Select(x => folded[x])], node.Type, sizes);
    }

    public View Add(Tensor value, int[] shape)
    {
        var storage = storages.New(value.DType, value.Count);
        values[storage] = value;
        all.Add((storage, () => Workspace.Constant(value)));
        return View.Of(storage, shape);
    }

    public View Zeros(DType dtype, int[] shape) => Add(Tensor.Zeros(dtype, Shape.Of([.. shape.Select(n => (Dim)n)])), shape);

    /// <summary>Adds constant elements in an order of their own.</summary>
    public void Add(Storage storage, Func<PinnedBuffer> value) => all.Add((storage, value));

    /// <summary>The tensor a storage holds, if it is a constant.</summary>
    public Tensor? In(Storage storage) => values.GetValueOrDefault(storage);
}
