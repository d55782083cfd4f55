namespace FunctionalDL.Engine;

/// <summary>
/// An operation that is computed inside tiles, in lanes of <paramref name="Lane"/>. It gives a whole matrix, one number for each row, or
/// a reduction finished only when every tile is done. An operation <paramref name="Inner"/> may come first, on the first two inputs; its
/// result is then the first operand.
/// </summary>
sealed record TileOp(Code Code, DType Lane, View[] Inputs, Storage Output, Extent Extent, Code? Inner = null)
{
    public string Name => $"{Inner}{Code}";

    public int Cost => Code.Cost() + (Inner?.Cost() ?? 0);
}

/// <summary>How much of a tile group's rows × columns a value covers.</summary>
enum Extent
{
    /// <summary>An element for each row and column.</summary>
    Full,

    /// <summary>An element for each row.</summary>
    Row,

    /// <summary>An element for each column, reduced over all rows: known at the end.</summary>
    Column,

    /// <summary>One element, reduced over everything: known at the end.</summary>
    All,
}

/// <summary>
/// Elementwise operations or a reduction, as they are lowered: not yet in a group. All of them join one group, or none does.
/// </summary>
/// <param name="ops">The operations, all over as many elements; they do not read each other's results.</param>
/// <param name="total">The elements they go over.</param>
/// <param name="columns">The length of a row; 0 where it does not matter.</param>
sealed class Pointwise(TileOp[] ops, int total, int columns = 0) : Instruction
{
    public IReadOnlyList<TileOp> Ops => ops;

    public int Total => total;

    public int Columns => columns;

    public IEnumerable<View> Inputs => ops.SelectMany(op => op.Inputs);

    public override IEnumerable<Access> Reads => Inputs.Select(x => (Access)x);

    public override IEnumerable<Access> Writes => ops.Select(op => TileGroup.AccessTo(op.Output));
}

/// <summary>
/// Operations that run tile by tile, so that what is between their inputs and their results never leaves the first-level cache: elementwise
/// ones over one number of elements, seen as rows × columns, with reductions along rows inside and along columns or everything at the end.
/// </summary>
/// <param name="ops">The operations, each after those whose results it reads.</param>
/// <param name="total">The elements they go over.</param>
/// <param name="columns">The length of a row; 0 as long as nothing depends on it.</param>
sealed class TileGroup(IReadOnlyList<TileOp> ops, int total, int columns) : Instruction
{
    readonly Dictionary<Storage, Extent> extents = ops.ToDictionary(op => op.Output, op => op.Extent);

    public IReadOnlyList<TileOp> Ops => ops;

    public int Total => total;

    public int Columns => columns;

    /// <summary>What the operations give, and how much of the group's elements each covers.</summary>
    public IReadOnlyDictionary<Storage, Extent> Extents => extents;

    public override IEnumerable<Access> Reads =>
        ops.SelectMany(op => op.Inputs).Where(x => !extents.ContainsKey(x.Storage)).Distinct().Select(x => (Access)x);

    public override IEnumerable<Access> Writes => extents.Keys.Select(AccessTo);

    /// <summary>The operations by name.</summary>
    public string Names => string.Join(", ", ops.GroupBy(op => op.Name).Select(g => g.Count() == 1 ? g.Key : $"{g.Count()} {g.Key}"));

    /// <summary>The group without operations that lead to nothing that is stored.</summary>
    public TileGroup Towards(IReadOnlySet<Storage> stored)
    {
        var (needed, kept) = (new HashSet<Storage>(), new List<TileOp>());
        foreach (var op in ops.Reverse())
        {
            if (!stored.Contains(op.Output.Memory) && !needed.Contains(op.Output)) continue;
            needed.UnionWith(op.Inputs.Select(x => x.Storage));
            kept.Add(op);
        }
        kept.Reverse();
        return new(kept, total, columns);
    }

    /// <summary>All elements of what an operation gives, where they are.</summary>
    public static Access AccessTo(Storage output) => output.Within is { } view ? view : output;
}
