namespace FunctionalDL.Engine;

/// <summary>A node that is lowered: its inputs as views, its type and sizes at the actual ones.</summary>
readonly record struct Node(Expr Expr, View[] X, TensorType Type, int[] Shape)
{
    public Op Op => Expr.Op;
}

/// <summary>Makes a plan for a graph within an op, at given sizes.</summary>
/// <param name="outputs">Its results.</param>
/// <param name="sizes">The actual sizes.</param>
/// <param name="ofCaller">The results for whose values the caller gives memory.</param>
/// <param name="unchanging">The variables that stay the same from run to run.</param>
delegate Plan NestedCompiler(IReadOnlyList<Expr> outputs, Sizes sizes, IReadOnlyList<int> ofCaller, IReadOnlySet<string> unchanging);

/// <summary>What the rules of ops have in common: where they put instructions, storages and constants.</summary>
/// <param name="sizes">The actual sizes.</param>
/// <param name="storages">Where storages are numbered.</param>
/// <param name="unchanging">The variables that stay the same from run to run.</param>
/// <param name="compile">Makes plans for graphs within ops.</param>
sealed class LoweringContext(Sizes sizes, Storages storages, IReadOnlySet<string> unchanging, NestedCompiler compile)
{
    readonly Dictionary<string, Storage> variables = [];
    readonly List<Instruction> instructions = [];
    readonly Dictionary<Storage, DType> lanes = [];

    /// <summary>The instructions so far.</summary>
    public IReadOnlyList<Instruction> Instructions => instructions;

    /// <summary>The storages of the variables, by name.</summary>
    public IReadOnlyDictionary<string, Storage> Variables => variables;

    /// <summary>Makes plans for graphs within ops.</summary>
    public NestedCompiler Compile => compile;

    /// <summary>The actual sizes.</summary>
    public Sizes Sizes => sizes;

    /// <summary>The actual size of a dimension.</summary>
    public int Size(Dim dim) => dim.Resolve(sizes).Size;

    public Storages Storages => storages;

    public ConstantPool Constants { get; } = new(storages, sizes);

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

    /// <summary>The value of a variable: the same one for the same name.</summary>
    public View Variable(string name, Node node)
    {
        if (!variables.TryGetValue(name, out var storage))
            variables[name] = storage = New(node.Type.DType, node.Type.Shape.ElementCount);
        return View.Of(storage, node.Shape);
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
