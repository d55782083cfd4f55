using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Expressions as instructions over views.</summary>
/// <param name="Instructions">The instructions, each after those it reads from.</param>
/// <param name="Outputs">The values of the outputs, each an array of its own in row-major order.</param>
/// <param name="Variables">The storages of the variables, by name.</param>
/// <param name="Changing">Those of variables that change from run to run.</param>
/// <param name="Constants">The storages of constants, and what brings their elements into memory.</param>
sealed record Lowered(
    IReadOnlyList<Instruction> Instructions,
    IReadOnlyList<View> Outputs,
    IReadOnlyDictionary<string, Storage> Variables,
    IReadOnlySet<Storage> Changing,
    IReadOnlyList<(Storage Storage, Func<PinnedBuffer> Value)> Constants);

/// <summary>A node that is lowered: its inputs as views, its type and sizes at the actual ones.</summary>
readonly record struct Node(Expr Expr, View[] X, TensorType Type, int[] Shape)
{
    public Op Op => Expr.Op;
}

/// <summary>
/// Turns expressions, at given sizes, into instructions: each op by its rule in <see cref="LoweringRules"/>. What is here is what the
/// rules have in common.
/// </summary>
sealed class Lowering
{
    readonly Sizes sizes;
    readonly Storages storages;
    readonly IReadOnlySet<string> unchanging;
    readonly Dictionary<Expr, View> views = [];
    readonly Results<View> several = new();
    readonly Dictionary<string, Storage> variables = [];
    readonly List<Instruction> instructions = [];
    readonly Dictionary<Storage, DType> lanes = [];

    Lowering(Sizes sizes, Storages storages, IReadOnlySet<string> unchanging) =>
        (this.sizes, this.storages, this.unchanging, Constants) = (sizes, storages, unchanging, new(storages, sizes));

    /// <param name="outputs">The expressions.</param>
    /// <param name="sizes">The actual sizes.</param>
    /// <param name="storages">Where storages are numbered.</param>
    /// <param name="unchanging">The variables that stay the same from run to run.</param>
    public static Lowered Lower(
        IReadOnlyCollection<Expr> outputs, Sizes sizes, Storages storages, IReadOnlySet<string> unchanging)
    {
        var lowering = new Lowering(sizes, storages, unchanging);
        foreach (var node in Graph.TopologicalOrder(outputs)) lowering.views[node] = lowering.Lower(node);
        View[] results = [.. outputs.Select(o => lowering.Dense(lowering.views[o]))];
        var changing = lowering.variables.Where(v => !unchanging.Contains(v.Key)).Select(v => v.Value).ToHashSet();
        return new(lowering.instructions, results, lowering.variables, changing, lowering.Constants.All);
    }

    View Lower(Expr expr)
    {
        var type = expr.Type.Resolve(sizes);
        var node = new Node(expr, [.. expr.Inputs.Select(x => views[x])], type, type.Shape.ToSizes());
        if (expr.VariableName is { } name) return Variable(name, node);
        if (Constants.Fold(node) is { } value && !LoweringRules.IsView(node.Op)) return Constants.Add(value, node.Shape);
        return node.Op is MultiResultOp ? several.Of(expr, op => AllResults(op, node)) : ByRule(node) ?? ByEvaluator([type], node)[0];
    }

    View Variable(string name, Node node)
    {
        if (!variables.TryGetValue(name, out var storage))
            variables[name] = storage = New(node.Type.DType, node.Type.Shape.ElementCount);
        return View.Of(storage, node.Shape);
    }

    View? ByRule(Node node)
    {
        if (LoweringRules.For(node.Op) is not { } rule) return null;
        if (node.Type.Shape.ElementCount == 0 && !rule.ChecksIndices) return Constants.Zeros(node.Type.DType, node.Shape);
        if (node.X.Any(x => x.Count == 0) && !rule.TakesEmpty) return null;
        // Half floats are rounded once, from float64, as the evaluator has it; where a kernel would not, it computes them.
        if (node.Type.DType is var dtype && dtype.IsFloat() && dtype.IsNarrow() && !rule.IsExact) return null;
        return rule.Lower(this, node);
    }

    View[] AllResults(MultiResultOp op, Node node)
    {
        TensorType[] types = [.. op.All(node.Expr).Select(y => y.Type.Resolve(sizes))];
        return LoweringRules.ForResults(op)?.Invoke(this, node, types) ?? ByEvaluator(types, node);
    }

    View[] ByEvaluator(TensorType[] types, Node node)
    {
        if (types.All(type => type.Shape.ElementCount == 0))
            return Array.ConvertAll(types, type => Constants.Zeros(type.DType, type.Shape.ToSizes()));
        View[] results = [.. types.Select(type => New(type.DType, type.Shape.ToSizes()))];
        Add(new ReferenceStep(node.Op, types, sizes, node.X, results));
        return results;
    }

    /// <summary>The actual sizes.</summary>
    public Sizes Sizes => sizes;

    /// <summary>The actual size of a dimension.</summary>
    public int Size(Dim dim) => dim.Resolve(sizes).Size;

    public Storages Storages => storages;

    public ConstantPool Constants { get; }

    public Storage New(DType dtype, long count) => storages.New(dtype, count);

    public View New(DType dtype, int[] shape) => storages.New(dtype, shape);

    /// <summary>An instruction of its own. It stays even if nobody needs its value, for it may have an error to report.</summary>
    public void Add(Instruction instruction) => instructions.Add(instruction);

    /// <summary>An instruction that writes a view, which is returned.</summary>
    public View Add(DType dtype, int[] shape, Func<Storage, Instruction> make)
    {
        var result = New(dtype, shape);
        Add(make(result.Storage));
        return result;
    }

    /// <summary>Whether a storage is that of a variable which stays the same from run to run.</summary>
    public bool IsUnchanging(Storage storage) => unchanging.Any(name => variables.GetValueOrDefault(name) == storage);

    public View Elementwise(Code code, DType lane, View[] x, DType dtype, int[] shape)
    {
        var output = New(dtype, shape);
        lanes[output.Storage] = lane;
        Add(new Pointwise([new(code, lane, x, output.Storage, Extent.Full)], output.Count));
        return output;
    }

    public View Cast(View x, DType dtype, int[] shape) => dtype == DType.Bool
        ? Elementwise(Code.IsTrue, x.Storage.DType.Lane(), [x], dtype, shape)
        : Elementwise(Code.Identity, dtype.IsNarrow() ? Lane(x.Storage) : dtype, [x], dtype, shape);

    /// <summary>The lanes in which truth values are computed: those of the numbers they came from.</summary>
    public DType Lane(Storage storage) =>
        storage.DType != DType.Bool ? storage.DType.Lane() : lanes.GetValueOrDefault(storage, DType.Float32);

    /// <summary>Notes the lanes of a storage that is written in parts.</summary>
    public void SetLane(Storage storage, DType lane) => lanes[storage] = lane;

    /// <summary>The same elements as an array of their own in row-major order.</summary>
    public View Dense(View x) => x.IsWhole ? x : Elementwise(Code.Identity, Lane(x.Storage), [x], x.Storage.DType, x.Sizes);

    /// <summary>The same numbers in the type in which they are computed.</summary>
    public View InLanes(View x) => x.Storage.DType.IsNarrow() ? Converted(x, x.Storage.DType.Lane()) : x;

    /// <summary>Indices as the kernels read them, dense.</summary>
    public View Indices(View x) => Dense(x.Storage.DType == DType.Int64 ? x : Converted(x, DType.Int64));

    View Converted(View x, DType dtype) => x.Count > 0 ? Cast(x, dtype, x.Sizes) : Constants.Zeros(dtype, x.Sizes);
}
