namespace FunctionalDL.Engine;

/// <summary>
/// A fused step: elementwise operations over one number of elements, seen as rows × columns, with reductions along rows inside and along
/// columns or everything at the end. It runs tile by tile, so that what is between its inputs and its results never leaves the
/// first-level cache.
/// </summary>
sealed class TileStep(int total) : Step
{
    /// <summary>A row that later operations need reduced must fit a tile.</summary>
    const int LongestRow = 1 << 14;

    /// <summary>The most arrays as large as a product, beside it, that its blocks can be passed through.</summary>
    const int MostArrays = 2;

    /// <summary>Sums of columns in blocks of fewer rows would be more to add up than they save.</summary>
    const int LeastRows = 4;

    /// <summary>More operations than that are more steps: their values would not fit the cache together.</summary>
    const int MostOperations = 256;

    readonly int total = total;
    List<TileOp> ops = [];
    readonly Dictionary<Storage, Extent> produced = [];
    TileProgram? program;
    long operations;

    /// <summary>The length of a row; 0 as long as nothing depends on it.</summary>
    int columns;

    public override IEnumerable<Access> Reads =>
        ops.SelectMany(op => op.Inputs).Where(x => !produced.ContainsKey(x.Storage)).Distinct().Select(x => (Access)x);

    public override IEnumerable<Access> Writes =>
        produced
            .Keys.Where(s => s.IsStored)
            .Select(s => s.Within is { } window ? (Access)window : s)
            .Concat(Partials.Select(s => (Access)s));

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots) => new TileVerifier(program!, ops, produced, slots).Faults();

    /// <summary>The instructions, once the step is sealed.</summary>
    public TileProgram Program => program!;

    /// <summary>All that the operations give, in memory or not.</summary>
    public IEnumerable<Storage> Results => produced.Keys;

    /// <summary>Memory for the reductions of the single chunks, from which the whole is made.</summary>
    IEnumerable<Storage> Partials => program?.Partials ?? [];

    public override long Operations => operations;

    public override string ToString() =>
        $"tile {program!.Rows}×{program.Columns} in {program.Chunks} × {program.TilesPerChunk} tiles of "
            + $"{program.TileRows}×{program.TileColumns}: {Names}";

    /// <summary>The operations, by name.</summary>
    public string Names => string.Join(", ", ops.GroupBy(op => op.Name).Select(g => g.Count() == 1 ? $"{g.Key}" : $"{g.Count()} {g.Key}"));

    public override long ScratchBytes => program!.ScratchBytes;

    /// <summary>
    /// Whether an elementwise operation with <paramref name="count"/> results can be part of this step, and how much it covers.
    /// </summary>
    public Extent? Fits(View[] inputs, int count)
    {
        Extent extent;
        if (ops.Count is 0 or >= MostOperations) return null;
        if (count == total) extent = Extent.Full;
        else if (columns > 0 && (long)count * columns == total && inputs.Any(IsRow)) extent = Extent.Row;
        else return null;
        return inputs.All(x => IsReadable(x, extent)) ? extent : null;
    }

    /// <summary>
    /// Whether rows of <paramref name="length"/> elements, written into rows of a larger array, can be part of this step: an element for
    /// each row and column.
    /// </summary>
    public Extent? FitsRows(View[] inputs, int count, int length) =>
        FitsColumns(length) && Fits(inputs, count) == Extent.Full ? Extent.Full : null;

    /// <summary>Whether a reduction of rows of <paramref name="length"/> elements, or over all rows, can be part of this step.</summary>
    public bool FitsReduction(View x, Extent extent, int length) =>
        ops.Count is > 0 and < MostOperations
        && x.Count == total
        && IsReadable(x, Extent.Full)
        && (extent == Extent.All || columns == length || columns == 0)
        && (extent != Extent.Row || length <= LongestRow);

    /// <summary>Whether rows may have that length.</summary>
    public bool FitsColumns(int length) => columns == 0 || columns == length;

    /// <summary>Whether another step reads a result of this one already, so that it must stay where it is.</summary>
    public bool IsRead { get; set; }

    /// <summary>
    /// Takes over the operations of a step that is no later than this one and that nobody reads yet, where both go over the same elements.
    /// </summary>
    public bool Absorb(TileStep other)
    {
        if (other == this || other.IsRead || other.Level > Level || other.total != total || ops.Count + other.ops.Count > MostOperations
            || columns > 0 && other.columns > 0 && columns != other.columns) return false;
        columns = Math.Max(columns, other.columns);
        ops.AddRange(other.ops);
        foreach (var (storage, extent) in other.produced)
        {
            produced.Add(storage, extent);
            storage.Memory.Producer = this;
        }
        other.ops.Clear();
        other.produced.Clear();
        other.IsRead = true;
        return true;
    }

    bool IsRow(View x) => produced.TryGetValue(x.Storage, out var extent) && extent == Extent.Row;

    bool IsReadable(View x, Extent by)
    {
        if (!produced.TryGetValue(x.Storage, out var extent)) return x.Storage.Level < Level;
        return (extent, by) switch
        {
            (Extent.Full, Extent.Full) or (Extent.Row, Extent.Row) => x.IsWhole,
            (Extent.Row, Extent.Full) => x.Offset == 0 && x.AsMatrix(columns) is (var row, 0) && (row == 1 || total == columns),
            _ => false,
        };
    }

    public Storage Add(Code code, DType lane, View[] inputs, Storage output, Extent extent, int length = 0)
    {
        if (extent != Extent.All && length > 0) columns = length;
        ops.Add(new(code, lane, inputs, output, extent));
        produced.Add(output, extent);
        return output;
    }

    /// <summary>
    /// Whether this step can run on a product's blocks: its elements are the product's, and what it does with rows needs no more of them
    /// than a block has.
    /// </summary>
    public bool Follows(Blocks blocks, IReadOnlySet<Storage> needed) =>
        total == blocks.Product.Count
        && FitsColumns(blocks.Columns)
        && ReadStorages.Count(s => s.Count == total && s != blocks.Product)
            + produced.Count(p => p.Value == Extent.Full && needed.Contains(p.Key.Memory))
            <= MostArrays
        && (blocks.Width == blocks.Columns || !produced.ContainsValue(Extent.Row))
        && (blocks.Count <= total / blocks.Columns / LeastRows || !produced.ContainsValue(Extent.Column))
        && ops.All(op =>
            op.Inputs.All(x => x.Storage != blocks.Product || x.IsWhole && (op.Extent != Extent.Row || op.Code.IsReduction())));

    public override void Seal() => Seal(null);

    /// <summary>
    /// Translates the operations once it is known which results others need: those with a slot.
    /// </summary>
    /// <param name="blocks">The blocks of the product that the step runs on, if it does.</param>
    public void Seal(Blocks? blocks)
    {
        if (blocks is not null) columns = blocks.Columns;
        var needed = new HashSet<Storage>();
        for (var i = ops.Count - 1; i >= 0; i--)
            if (ops[i].Output.IsStored || needed.Contains(ops[i].Output)) needed.UnionWith(ops[i].Inputs.Select(x => x.Storage));
            else ops.RemoveAt(i);
        operations = ops.Sum(op => (long)op.Cost) * total;
        ops = TileFusion.Apply(ops);
        program = new TileCompiler(ops, produced, total, columns, blocks).Compile();
    }

    public override void Run(Workspace workspace)
    {
        workspace.Team.Run(this, workspace, 0, program!.Chunks);
        Finish(workspace);
    }

    public override unsafe void Chunk(Workspace workspace, int chunk, int thread) =>
        program!.Run(workspace, chunk, workspace.Scratch(thread));

    /// <summary>Runs on a block of the product, at a row and column, with scratch memory for it.</summary>
    public unsafe void RunBlock(Workspace workspace, int block, byte* product, byte* scratch, int row, int column, int rows, int columns) =>
        program!.RunBlock(workspace, block, product, scratch, row, column, rows, columns);

    /// <summary>What is left when all chunks or blocks have run.</summary>
    public void Finish(Workspace workspace) => program!.Finish(workspace);
}
