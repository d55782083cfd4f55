namespace FunctionalDL.Engine;

/// <summary>
/// Gathers elementwise operations and reductions in groups. An operation joins the group of its latest input, with the groups of the
/// others drawn in where they can be, or one beside it that reads the same; else it begins a new one. A group can take an operation as
/// long as all that the operation reads is known before the group begins, or is given by the group at the same element or row.
/// </summary>
sealed class Fusion
{
    /// <summary>A group while it grows.</summary>
    sealed class Group(int total, int level)
    {
        public List<TileOp> Ops { get; } = [];

        public Dictionary<Storage, Extent> Extents { get; } = [];

        public int Total => total;

        /// <summary>Greater than the level of all that the group reads.</summary>
        public int Level => level;

        public int Columns { get; set; }

        /// <summary>Whether another instruction reads a result, so that the group has to stay before it.</summary>
        public bool IsRead { get; set; }
    }

    readonly List<Group> all = [];
    readonly Dictionary<Storage, int> levels = [];
    readonly Dictionary<Storage, Group> groups = [];

    /// <summary>
    /// The last group of a level and size that reads a storage: independent operations on the same data are one group too.
    /// </summary>
    readonly Dictionary<(int Level, int Total, Storage), Group> siblings = [];

    /// <summary>The same instructions with groups for what is pointwise, in no particular order.</summary>
    public static IReadOnlyList<Instruction> Apply(IReadOnlyList<Instruction> instructions)
    {
        var fusion = new Fusion();
        foreach (var instruction in instructions)
            if (instruction is Pointwise pointwise) fusion.Join(pointwise);
            else fusion.Pass(instruction);
        var groups = fusion.all.Where(g => g.Ops.Count > 0).Select(g => new TileGroup(g.Ops, g.Total, g.Columns));
        return [.. instructions.Where(i => i is not Pointwise), .. groups];
    }

    /// <summary>An instruction that is in no group.</summary>
    void Pass(Instruction instruction)
    {
        var level = LevelAfter(instruction);
        foreach (var storage in instruction.WrittenStorages) levels[storage] = level;
        foreach (var storage in instruction.ReadStorages)
            if (groups.TryGetValue(storage, out var read)) read.IsRead = true;
    }

    void Join(Pointwise pointwise)
    {
        var (group, extent) = Find(pointwise) ?? Gathered(pointwise) ?? (New(pointwise), pointwise.Ops[0].Extent);
        if (extent != Extent.All && pointwise.Columns > 0) group.Columns = pointwise.Columns;
        foreach (var op in pointwise.Ops)
        {
            group.Ops.Add(op with { Extent = extent });
            group.Extents.Add(op.Output, extent);
            Put(op.Output.Memory, group);
        }
        foreach (var x in pointwise.Inputs)
        {
            siblings[(group.Level, pointwise.Total, x.Storage)] = group;
            if (groups.TryGetValue(x.Storage, out var read) && read != group) read.IsRead = true;
        }
    }

    void Put(Storage storage, Group group) => (levels[storage], groups[storage]) = (group.Level, group);

    Group New(Pointwise pointwise)
    {
        all.Add(new(pointwise.Total, LevelAfter(pointwise)));
        return all[^1];
    }

    int Level(Storage storage) => levels.GetValueOrDefault(storage);

    int LevelAfter(Instruction instruction) => instruction.ReadStorages.Select(Level).DefaultIfEmpty().Max() + 1;

    /// <summary>The group of the latest input, or one that reads the same.</summary>
    (Group, Extent)? Find(Pointwise pointwise)
    {
        var inputs = pointwise.Inputs.ToArray();
        if (groups.TryGetValue(inputs.MaxBy(x => Level(x.Storage))!.Storage, out var latest))
        {
            foreach (var x in inputs)
                if (x.Count == pointwise.Total && groups.TryGetValue(x.Storage, out var earlier)) Absorb(latest, earlier);
            if (Fits(latest, pointwise) is { } extent) return (latest, extent);
        }
        var level = LevelAfter(pointwise);
        foreach (var x in inputs)
            if (siblings.TryGetValue((level, pointwise.Total, x.Storage), out var sibling) && Fits(sibling, pointwise) is { } beside)
                return (sibling, beside);
        return null;
    }

    /// <summary>A new group that draws in those of the inputs, which nobody else has needed so early.</summary>
    (Group, Extent)? Gathered(Pointwise pointwise)
    {
        if (pointwise.Ops[0].Extent != Extent.Full) return null;
        var group = New(pointwise);
        foreach (var x in pointwise.Inputs)
            if (x.IsWhole && groups.TryGetValue(x.Storage, out var earlier)) Absorb(group, earlier);
        return Fits(group, pointwise) is { } extent ? (group, extent) : null;
    }

    /// <summary>
    /// Draws in a group that is no later than another and that nobody reads yet, where both go over the same elements.
    /// </summary>
    void Absorb(Group group, Group other)
    {
        if (other == group || other.IsRead || other.Level > group.Level || other.Total != group.Total) return;
        if (group.Ops.Count + other.Ops.Count > Tuning.TileOperations) return;
        if (group.Columns > 0 && other.Columns > 0 && group.Columns != other.Columns) return;
        group.Columns = Math.Max(group.Columns, other.Columns);
        group.Ops.AddRange(other.Ops);
        foreach (var (storage, extent) in other.Extents)
        {
            group.Extents.Add(storage, extent);
            Put(storage.Memory, group);
        }
        other.Ops.Clear();
        other.Extents.Clear();
        other.IsRead = true;
    }

    /// <summary>How much of a group's elements the operations would cover there; null where they cannot join it.</summary>
    Extent? Fits(Group group, Pointwise pointwise)
    {
        if (group.Ops.Count == 0 || group.Ops.Count >= Tuning.TileOperations) return null;
        var extent = pointwise.Ops[0].Extent;
        if (extent != Extent.Full) return FitsReduction(group, pointwise, extent) ? extent : null;
        if (pointwise.Columns > 0 && !FitsColumns(group, pointwise.Columns)) return null;
        if (pointwise.Total != group.Total)
        {
            // One number for each row; rows that are written apart are whole ones.
            if (pointwise.Columns > 0 || group.Columns == 0 || (long)pointwise.Total * group.Columns != group.Total) return null;
            if (!pointwise.Inputs.Any(x => group.Extents.TryGetValue(x.Storage, out var given) && given == Extent.Row)) return null;
            extent = Extent.Row;
        }
        return pointwise.Inputs.All(x => IsReadable(group, x, extent)) ? extent : null;
    }

    bool FitsReduction(Group group, Pointwise pointwise, Extent extent)
    {
        if (pointwise.Total != group.Total || !IsReadable(group, pointwise.Ops[0].Inputs[0], Extent.Full)) return false;
        if (extent == Extent.Row && pointwise.Columns > Tuning.LongestRow) return false;
        return extent == Extent.All || FitsColumns(group, pointwise.Columns);
    }

    static bool FitsColumns(Group group, int columns) => group.Columns == 0 || group.Columns == columns;

    /// <summary>Whether operations of some extent find a view's elements in tiles of the group.</summary>
    bool IsReadable(Group group, View x, Extent by)
    {
        if (!group.Extents.TryGetValue(x.Storage, out var extent)) return Level(x.Storage) < group.Level;
        return (extent, by) switch
        {
            (Extent.Full, Extent.Full) or (Extent.Row, Extent.Row) => x.IsWhole,
            (Extent.Row, Extent.Full) =>
                x.Offset == 0 && x.AsMatrix(group.Columns) is (var row, 0) && (row == 1 || group.Total == group.Columns),
            _ => false,
        };
    }
}
