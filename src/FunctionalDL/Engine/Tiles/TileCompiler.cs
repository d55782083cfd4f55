namespace FunctionalDL.Engine;

/// <summary>
/// Register allocation: translates a group's operations into instructions over registers in scratch memory, each free again after its
/// value's last use. Where the registers lie is known when the tiles are chosen, in <see cref="TileAssembler"/>.
/// </summary>
/// <param name="group">The operations.</param>
/// <param name="stored">What has to be in memory.</param>
/// <param name="blocks">The blocks of the kernel that the group follows, if it does.</param>
/// <param name="storages">Where storages are numbered.</param>
sealed class TileCompiler(TileGroup group, IReadOnlySet<Storage> stored, Blocks? blocks, Storages storages)
{
    readonly TileShape shape = TileShape.Of(group, blocks);
    readonly List<Register> registers = [];
    readonly List<Register> free = [];
    readonly List<Draft> drafts = [];
    readonly List<DraftEnding> endings = [];
    readonly Dictionary<(Storage, DType), Location> held = [];
    readonly Dictionary<(View, DType, Extent), Register> loaded = [];
    readonly Dictionary<Storage, int> lastUse = [];
    readonly Dictionary<View, int> lastRead = [];

    public TileProgram Compile()
    {
        for (var i = 0; i < group.Ops.Count; i++)
            foreach (var x in group.Ops[i].Inputs) (lastUse[x.Storage], lastRead[x]) = (i, i);
        for (var i = 0; i < group.Ops.Count; i++) Translate(group.Ops[i], i);
        return new TileAssembler(group, shape, blocks, registers, drafts, endings).Assemble(stored, storages);
    }

    void Translate(TileOp op, int index)
    {
        var temporary = new List<Register>();
        var extent = op.Extent == Extent.Row && !op.Code.IsReduction() ? Extent.Row : Extent.Full;
        var inputs = Array.ConvertAll(op.Inputs, x => Read(x, op.Lane, extent, temporary));
        if (op.Code.IsReduction()) inputs = [InOrder(op, inputs[0], extent, temporary)];

        // A result may overwrite an operand of the same kind that is not needed again, element by element.
        Release(op, index, temporary, after: false);
        if (op.Extent is Extent.Column or Extent.All) Reduce(op, inputs);
        else Compute(op, inputs, temporary);
        Release(op, index, temporary, after: true);
    }

    /// <summary>Reductions go over elements that lie one after another, not over one number for each row.</summary>
    Location InOrder(TileOp op, Location x, Extent extent, List<Register> temporary)
    {
        if (x.Extent == Extent.Row && shape.Columns > 1) return Spread(x, temporary);
        if (x.Memory is null || IsReducible(x.Memory, op.Extent)) return x;
        var copy = new Location(Take(op.Lane, extent, temporary), null, op.Lane, extent);
        drafts.Add(new(Form.ByRow, Kernel.Of(Code.Identity, op.Lane, extent), [x], copy));
        return copy;
    }

    /// <summary>Whether a reduction can read a view where it is: element after element.</summary>
    bool IsReducible(View x, Extent extent) => extent == Extent.All ? x.IsDense : shape.StridesOf(x) is (_, 1, _);

    /// <summary>A reduction that ends when all chunks have run.</summary>
    void Reduce(TileOp op, Location[] inputs)
    {
        var isColumn = op.Extent == Extent.Column;
        var inFloat64 = op.Lane.IsFloat() && (op.Code == Code.Sum || !isColumn);
        var form = isColumn ? Form.ReduceColumns : Form.ReduceAll;
        endings.Add(new(op, isColumn ? shape.Columns : 1, Collector.Of(op.Code, op.Lane, inFloat64)));
        drafts.Add(new(form, Kernel.Of(op.Code, op.Lane, op.Extent), inputs, null, endings.Count - 1));
    }

    /// <summary>A value for each element or each row.</summary>
    void Compute(TileOp op, Location[] inputs, List<Register> temporary)
    {
        var form = op.Extent == Extent.Row ? Form.Rows : Form.ByRow;
        var kernel = op.Inner is { } inner ? Kernel.Chain(inner, op.Code, op.Lane) : Kernel.Of(op.Code, op.Lane, op.Extent);
        var isStored = stored.Contains(op.Output.Memory);
        var result = isStored && op.Output.DType == op.Lane
            ? new Location(null, Whole(op.Output, op.Extent), op.Lane, op.Extent)
            : new(Take(op.Lane, op.Extent, null), null, op.Lane, op.Extent);
        drafts.Add(new(op.Code.IsReduction() ? Form.ByRow : form, kernel, inputs, result));
        var isNarrow = op.Output.DType.IsNarrow();
        if (!isNarrow) held[(op.Output, op.Lane)] = result;
        if (result.Register is null || !isStored && !isNarrow) return;

        // Of narrow numbers what is read again is what was rounded.
        var converted = isStored
            ? new Location(null, Whole(op.Output, op.Extent), op.Output.DType, op.Extent)
            : new(Take(op.Output.DType, op.Extent, null), null, op.Output.DType, op.Extent);
        drafts.Add(new(form, Kernel.Convert(op.Lane, op.Output.DType), [result], converted));
        if (!isNarrow) return;
        held[(op.Output, op.Output.DType)] = converted;
        temporary.Add(result.Register);
    }

    /// <summary>Where a view's elements are found in lanes of the given type.</summary>
    Location Read(View x, DType lane, Extent extent, List<Register> temporary)
    {
        if (loaded.TryGetValue((x, lane, extent), out var register)) return new(register, null, lane, extent);
        var isGiven = group.Extents.ContainsKey(x.Storage);
        var location = isGiven ? Held(x.Storage, lane, temporary) : InMemory(x, lane, extent, temporary);
        if (IsNarrow(location, extent)) location = Spread(location);
        else if (isGiven || location.Register is null) return location;
        loaded[(x, lane, extent)] = location.Register!;
        return location;
    }

    /// <summary>A value of this group.</summary>
    Location Held(Storage value, DType lane, List<Register> temporary)
    {
        if (!held.TryGetValue((value, lane), out var location)) location = held.First(p => ReferenceEquals(p.Key.Item1, value)).Value;
        return location.DType == lane ? location : Convert(location, lane, location.Extent, temporary);
    }

    /// <summary>A value from outside: where it is, if instructions can read it there, or loaded.</summary>
    Location InMemory(View x, DType lane, Extent extent, List<Register> temporary)
    {
        var dtype = x.Storage.DType;
        var location = new Location(null, x, dtype, extent);
        if (!IsDirect(x, extent))
        {
            location = new(Take(dtype, extent, dtype == lane ? null : temporary), null, dtype, extent);
            drafts.Add(new(Form.Load, 0, [], location, Source: x));
        }
        return dtype == lane ? location : Convert(location, lane, extent, null);
    }

    /// <summary>Whether instructions can read a view where it is.</summary>
    bool IsDirect(View x, Extent extent) => extent == Extent.Row
        ? x.AsMatrix(1) is ( >= 0 and <= 1, _)
        : shape.StridesOf(x) is (_, >= 0 and <= 1, _);

    /// <summary>
    /// Whether a location is to be filled up before use: rows too short for loops of their own, with less than an element for each row
    /// and column.
    /// </summary>
    bool IsNarrow(Location location, Extent extent)
    {
        if (extent != Extent.Full || shape.Rows == 1 || shape.Columns >= Tuning.NarrowColumns) return false;
        if (location.Extent == Extent.Row) return true;
        return location.Memory is { } memory && shape.StridesOf(memory) is var (row, column, _)
            && (row, column) != (shape.Columns, 1) && (row, column) != (0, 0);
    }

    /// <summary>The rows one after another in a register, so that what follows goes over the tile at once.</summary>
    Location Spread(Location from, List<Register>? temporary = null)
    {
        var location = new Location(Take(from.DType, Extent.Full, temporary), null, from.DType, Extent.Full);
        drafts.Add(new(Form.ByRow, Kernel.Spread(from.DType), [from], location));
        return location;
    }

    Location Convert(Location from, DType lane, Extent extent, List<Register>? temporary)
    {
        var location = new Location(Take(lane, extent, temporary), null, lane, extent);
        drafts.Add(new(extent == Extent.Row ? Form.Rows : Form.ByRow, Kernel.Convert(from.DType, lane), [from], location));
        return location;
    }

    /// <summary>A result in memory as rows and columns.</summary>
    View Whole(Storage storage, Extent extent) =>
        storage.Within is { } view && view.AsMatrix(shape.Columns) is var (row, column)
            ? new(view.Storage, view.Offset, [shape.Rows, shape.Columns], [row, column])
            : View.Of(storage, extent == Extent.Row ? [shape.Rows] : [shape.Rows, shape.Columns]);

    /// <summary>A register that is free, or a new one.</summary>
    Register Take(DType dtype, Extent extent, List<Register>? temporary)
    {
        var (size, isRow) = (dtype.ByteSize(), extent == Extent.Row);
        var at = free.FindLastIndex(r => r.Size == size && r.IsRow == isRow);
        var register = at >= 0 ? free[at] : new(size, isRow, registers.Count);
        if (at >= 0) free.RemoveAt(at);
        else registers.Add(register);
        temporary?.Add(register);
        return register;
    }

    /// <summary>Frees the registers of what is not read again: before the result takes one, or after.</summary>
    void Release(TileOp op, int index, List<Register> temporary, bool after)
    {
        foreach (var x in op.Inputs.Select(x => x.Storage).Distinct())
            if (lastUse[x] == index && held.TryGetValue((x, HeldAs(x)), out var location) && location.Register is { } register
                && CanRelease(op, register, after))
            {
                free.Add(register);
                held[(x, HeldAs(x))] = location with { Register = null };
            }
        foreach (var (key, register) in loaded.Where(l => lastRead[l.Key.Item1] == index && CanRelease(op, l.Value, after)).ToArray())
        {
            free.Add(register);
            loaded.Remove(key);
        }
        foreach (var register in temporary.Where(r => CanRelease(op, r, after)).ToArray())
        {
            free.Add(register);
            temporary.Remove(register);
        }
        var isUnused = after && !lastUse.ContainsKey(op.Output);
        if (isUnused && held.TryGetValue((op.Output, HeldAs(op.Output)), out var unused) && unused.Register is { } last) free.Add(last);
    }

    /// <summary>A row's number is read again for each of its columns, so its register cannot take the result.</summary>
    static bool CanRelease(TileOp op, Register register, bool after)
    {
        if (after) return true;
        if (op.Code.IsReduction()) return false;
        return op.Extent == Extent.Row || op.Extent == Extent.Full && !register.IsRow;
    }

    /// <summary>The lanes in which a value of this group is held.</summary>
    DType HeldAs(Storage storage) => lanes.GetValueOrDefault(storage, storage.DType);

    readonly Dictionary<Storage, DType> lanes = group.Ops.ToDictionary(
        op => op.Output,
        op => op.Output.DType.IsNarrow() ? op.Output.DType : op.Lane);
}

/// <summary>A group's elements as rows and columns.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The elements of a row.</param>
/// <param name="Period">Tiles have no row on both sides of a multiple of this; 0 where they may.</param>
sealed record TileShape(int Rows, int Columns, int Period)
{
    public static TileShape Of(TileGroup group, Blocks? blocks)
    {
        var columns = group.Columns > 0 ? group.Columns : Readable(group);
        return new(group.Total / columns, columns, blocks?.Period ?? 0);
    }

    /// <summary>Where rows may have any length, they get that of a view which can then be read where it is.</summary>
    static int Readable(TileGroup group) =>
        group.Ops.Where(op => op.Extent == Extent.Full)
            .SelectMany(op => op.Inputs)
            .Where(x => !x.IsDense && x.Count == group.Total)
            .Select(x => x.Collapsed())
            .FirstOrDefault(x => x is { Sizes: [_, >= Tuning.ShortestRow], Strides: [_, 0 or 1] }, ([group.Total], []))
            .Sizes[^1];

    /// <summary>How tiles find a view's elements; null where it is no matrix that they can read.</summary>
    public (int Row, int Column, int Period)? StridesOf(View x) => x.AsMatrix(Columns, Period);
}

/// <summary>A register: scratch memory for elements of one size, for a whole tile or for its rows.</summary>
sealed record Register(int Size, bool IsRow, int Index);

/// <summary>Where an instruction finds or leaves a value.</summary>
sealed record Location(Register? Register, View? Memory, DType DType, Extent Extent);

/// <summary>An instruction before tiles are chosen.</summary>
sealed record Draft(Form Form, nint Kernel, Location[] Inputs, Location? Output, int Ending = -1, View? Source = null);

/// <summary>A reduction that ends when all chunks have run, before it is known how many these are.</summary>
sealed record DraftEnding(TileOp Op, int Width, Collector Collector);
