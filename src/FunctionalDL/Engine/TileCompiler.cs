namespace FunctionalDL.Engine;

/// <summary>
/// Translates a tile step's operations into instructions: gives each value a register in scratch memory and chooses the tiles, of a
/// product's blocks if there is one.
/// </summary>
sealed class TileCompiler(
    IReadOnlyList<TileOp> ops,
    IReadOnlyDictionary<Storage, Extent> produced,
    int total,
    int columnsOrZero,
    Blocks? blocks)
{
    const int CacheBytes = 64 << 10, SmallestTile = 256, LargestTile = 4096, ShortestRow = 32;

    /// <summary>Work below this many vector instructions is not worth another thread's attention.</summary>
    const long ChunkWork = 8_000;
    const int MostChunks = 64;

    /// <summary>Sums of columns, one a chunk, are no more than that or than the elements summed.</summary>
    const int MostPartials = 1 << 20;

    /// <summary>Rows of fewer elements are not worth a loop each.</summary>
    const int NarrowColumns = 32;

    /// <summary>
    /// A register: a piece of scratch memory, of one element size, for a whole tile or for its rows. Its place is known when all are
    /// counted.
    /// </summary>
    sealed record Register(int Size, bool IsRow, int Index);

    /// <summary>Where an instruction finds or leaves a value.</summary>
    readonly record struct Place(Register? Register, View? Memory, DType DType, Extent Extent);

    readonly record struct Pending(Form Form, nint Kernel, Place[] Inputs, Place Output, int Ending, View? Window);

    readonly int columns = Columns(ops, total, columnsOrZero);
    readonly int rows = total / Columns(ops, total, columnsOrZero);
    readonly List<Register> registers = [];
    readonly List<Register> free = [];
    readonly List<Pending> pending = [];
    readonly List<Ending> endings = [];
    readonly Dictionary<(Storage, DType), Place> places = [];
    readonly Dictionary<(View, DType, Extent), Register> loaded = [];
    readonly Dictionary<Storage, int> lastUse = [];
    readonly Dictionary<View, int> lastRead = [];
    long cost;

    /// <summary>Where rows may have any length, they get that of a window which can then be read where it is.</summary>
    static int Columns(IReadOnlyList<TileOp> ops, int total, int columnsOrZero) =>
        columnsOrZero > 0
            ? columnsOrZero
            : ops.Where(op => op.Extent == Extent.Full)
                .SelectMany(op => op.Inputs)
                .Where(x => !x.IsDense && x.Count == total)
                .Select(x => x.Collapsed())
                .FirstOrDefault(x => x is { Sizes: [_, >= ShortestRow], Strides: [_, 0 or 1] }, ([total], []))
                .Sizes[^1];

    public TileProgram Compile()
    {
        var needed = Needed();
        for (var i = 0; i < ops.Count; i++)
            if (needed[i])
                foreach (var x in ops[i].Inputs) (lastUse[x.Storage], lastRead[x]) = (i, i);
        for (var i = 0; i < ops.Count; i++)
            if (needed[i]) Translate(ops[i], i);
        return Finish();
    }

    /// <summary>Which operations have a result that other steps need, or an operation here that they do.</summary>
    bool[] Needed()
    {
        var needed = new bool[ops.Count];
        var wanted = new HashSet<Storage>();
        for (var i = ops.Count - 1; i >= 0; i--)
        {
            needed[i] = ops[i].Output.IsStored || wanted.Contains(ops[i].Output);
            if (needed[i]) wanted.UnionWith(ops[i].Inputs.Select(x => x.Storage));
        }
        return needed;
    }

    void Translate(TileOp op, int index)
    {
        cost += op.Cost;
        var temporary = new List<Register>();
        var extent = op.Extent == Extent.Row && !op.Code.IsReduction() ? Extent.Row : Extent.Full;
        var inputs = Array.ConvertAll(op.Inputs, x => Read(x, op.Lane, extent, temporary));
        // Reductions go over elements that lie one after another, not over one number for each row.
        if (op.Code.IsReduction() && inputs[0] is { Extent: Extent.Row } numbers && columns > 1)
            inputs = [Spread(numbers, temporary)];
        else if (op.Code.IsReduction() && inputs[0] is { Register: null } memory && !IsReducible(memory.Memory!, op.Extent))
            inputs = [Emit(Code.Identity, op.Lane, [memory], extent, temporary)];

        // A result may overwrite an operand of the same kind that is not needed again, element by element.
        Release(op, index, temporary, after: false);
        switch (op.Extent)
        {
            case Extent.Column or Extent.All:
                var width = op.Extent == Extent.Column ? columns : 1;
                var inFloat64 = op.Lane.IsFloat() && (op.Code == Code.Sum || op.Extent != Extent.Column);
                endings.Add(new(op.Code, op.Lane, width, Collector.Of(op.Code, op.Lane, inFloat64), null!, op.Output));
                pending.Add(
                    new(
                        op.Extent == Extent.Column ? Form.ReduceColumns : Form.ReduceAll,
                        Kernel.Of(op.Code, op.Lane, op.Extent),
                        inputs,
                        default,
                        endings.Count - 1,
                        null));
                break;
            default:
                var place = Result(op.Output, op.Lane, op.Extent);
                pending.Add(
                    new(
                        op.Extent == Extent.Row && !op.Code.IsReduction() ? Form.Rows : Form.ByRow,
                        op.Inner is { } inner ? Kernel.Chain(inner, op.Code, op.Lane) : Kernel.Of(op.Code, op.Lane, op.Extent),
                        inputs,
                        place,
                        -1,
                        null));
                if (op.Output.DType.IsNarrow())
                {
                    // What is read again is what was rounded.
                    var rounded = new Place(
                        op.Output.IsStored ? null : Take(op.Output.DType, op.Extent, null),
                        op.Output.IsStored ? Whole(op.Output, op.Extent) : null,
                        op.Output.DType,
                        op.Extent);
                    pending.Add(
                        new(
                            op.Extent == Extent.Row ? Form.Rows : Form.ByRow,
                            Kernel.Convert(op.Lane, op.Output.DType),
                            [place],
                            rounded,
                            -1,
                            null));
                    places[(op.Output, op.Output.DType)] = rounded;
                    temporary.Add(place.Register!);
                    break;
                }
                places[(op.Output, op.Lane)] = place;
                if (op.Output.IsStored && place.Memory is null)
                    pending.Add(new(op.Extent == Extent.Row ? Form.Rows : Form.ByRow, Kernel.Convert(op.Lane, op.Output.DType), [place],
                        new(null, Whole(op.Output, op.Extent), op.Output.DType, op.Extent), -1, null));
                break;
        }
        Release(op, index, temporary, after: true);
    }

    /// <summary>A place holding the window's elements in lanes of the given type.</summary>
    Place Read(View x, DType lane, Extent extent, List<Register> temporary)
    {
        if (loaded.TryGetValue((x, lane, extent), out var register)) return new(register, null, lane, extent);
        Place place;
        if (produced.ContainsKey(x.Storage))
        {
            var held = places.TryGetValue((x.Storage, lane), out var known)
                ? known
                : places.First(p => ReferenceEquals(p.Key.Item1, x.Storage)).Value;
            place = held.DType == lane ? held : Convert(held, lane, held.Extent, temporary);
            if (!IsNarrow(place, extent)) return place;
        }
        else
        {
            place = new Place(null, x, x.Storage.DType, extent);
            if (!IsDirect(x, extent))
            {
                place = new Place(Take(x.Storage.DType, extent, place.DType == lane ? null : temporary), null, x.Storage.DType, extent);
                pending.Add(new(Form.Load, 0, [], place, -1, x));
            }
            else if (place.DType == lane && !IsNarrow(place, extent)) return place;
            if (place.DType != lane) place = Convert(place, lane, extent, null);
        }
        if (IsNarrow(place, extent)) place = Spread(place);
        loaded[(x, lane, extent)] = place.Register!;
        return place;
    }

    /// <summary>
    /// Whether a place is to be filled up before use: rows too short for loops of their own, with less than an element for each row and
    /// column.
    /// </summary>
    bool IsNarrow(Place place, Extent extent) =>
        extent == Extent.Full
        && rows > 1
        && columns < NarrowColumns
        && (
            place.Extent == Extent.Row
            || place is { Register: null, Memory: var memory }
                && memory!.AsMatrix(columns) is var (row, column)
                && (row, column) != (columns, 1)
                && (row, column) != (0, 0));

    /// <summary>The rows one after another in a register, so that what follows goes over the tile at once.</summary>
    Place Spread(Place from, List<Register>? temporary = null)
    {
        var place = new Place(Take(from.DType, Extent.Full, temporary), null, from.DType, Extent.Full);
        pending.Add(new(Form.ByRow, Kernel.Spread(from.DType), [from], place, -1, null));
        return place;
    }

    Place Convert(Place from, DType lane, Extent extent, List<Register>? temporary)
    {
        var place = new Place(Take(lane, extent, temporary), null, lane, extent);
        pending.Add(new(extent == Extent.Row ? Form.Rows : Form.ByRow, Kernel.Convert(from.DType, lane), [from], place, -1, null));
        return place;
    }

    Place Emit(Code code, DType lane, Place[] inputs, Extent extent, List<Register> temporary)
    {
        var place = new Place(Take(lane, extent, temporary), null, lane, extent);
        pending.Add(new(Form.ByRow, Kernel.Of(code, lane, extent), inputs, place, -1, null));
        return place;
    }

    /// <summary>Whether instructions can read the window where it is.</summary>
    bool IsDirect(View x, Extent extent) => extent == Extent.Row
        ? x.AsMatrix(1) is ( >= 0 and <= 1, _)
        : x.AsMatrix(columns) is (_, >= 0 and <= 1);

    /// <summary>Whether a reduction can read the window where it is: element after element.</summary>
    bool IsReducible(View x, Extent extent) => extent == Extent.All ? x.IsDense : x.AsMatrix(columns) is (_, 1);

    View Whole(Storage storage, Extent extent) =>
        storage.Within is { } window && window.AsMatrix(columns) is var (row, column)
            ? new(window.Storage, window.Offset, [rows, columns], [row, column])
            : View.Of(storage, extent == Extent.Row ? [rows] : [rows, columns]);

    /// <summary>The place of a result: where it is stored, if it is and its type is that of the lanes; else a register.</summary>
    Place Result(Storage output, DType lane, Extent extent) => output.IsStored && output.DType == lane
        ? new(null, Whole(output, extent), lane, extent)
        : new(Take(lane, extent, null), null, lane, extent);

    Register Take(DType dtype, Extent extent, List<Register>? temporary)
    {
        var (size, isRow) = (dtype.ByteSize(), extent == Extent.Row);
        var at = free.FindLastIndex(r => r.Size == size && r.IsRow == isRow);
        Register register;
        if (at >= 0)
        {
            register = free[at];
            free.RemoveAt(at);
        }
        else registers.Add(register = new(size, isRow, registers.Count));
        temporary?.Add(register);
        return register;
    }

    void Release(TileOp op, int index, List<Register> temporary, bool after)
    {
        // A row's number is read again for each of its columns, so its register cannot take the result.
        bool Now(Register r) =>
            after || !op.Code.IsReduction() && op.Extent is Extent.Full && !r.IsRow || op.Extent is Extent.Row && !op.Code.IsReduction();
        foreach (var x in op.Inputs.Select(x => x.Storage).Distinct())
            if (lastUse[x] == index && places.TryGetValue((x, Lane(x)), out var place) && place.Register is { } register && Now(register))
            {
                free.Add(register);
                places[(x, Lane(x))] = place with { Register = null };
            }
        foreach (var (key, register) in loaded.Where(l => lastRead[l.Key.Item1] == index && Now(l.Value)).ToArray())
        {
            free.Add(register);
            loaded.Remove(key);
        }
        foreach (var register in temporary.Where(Now).ToArray())
        {
            free.Add(register);
            temporary.Remove(register);
        }
        if (
            after
            && !lastUse.ContainsKey(op.Output)
            && places.TryGetValue((op.Output, Lane(op.Output)), out var unused)
            && unused.Register is { } last)
            free.Add(last);
    }

    /// <summary>The lanes a value of this step was computed in.</summary>
    DType Lane(Storage storage) => lanes.TryGetValue(storage, out var lane) ? lane : storage.DType;

    readonly Dictionary<Storage, DType> lanes = ops.ToDictionary(
        op => op.Output,
        op => op.Output.DType.IsNarrow() ? op.Output.DType : op.Lane);

    TileProgram Finish()
    {
        var wholeRows = columnsOrZero > 0 && produced.Values.Contains(Extent.Row);
        var perElement = registers.Where(r => !r.IsRow).Sum(r => r.Size) + 8;
        var elements = Math.Clamp(CacheBytes / perElement / SmallestTile * SmallestTile, SmallestTile, LargestTile);
        var tileColumns = wholeRows ? columns : Math.Min(blocks?.Width ?? columns, elements);
        var tileRows = Math.Max(1, Math.Min(rows, elements / Math.Max(1, tileColumns)));
        if (tileColumns < columns && (blocks is null || pending.Any(p => p.Form is Form.Load or Form.ReduceAll))) tileRows = 1;
        var tiles = ((columns + tileColumns - 1) / tileColumns) * ((rows + tileRows - 1) / tileRows);

        // At the start of the scratch memory the columns of a tile are reduced.
        var scratch = produced.Values.Contains(Extent.Column) ? Block.RoundUp(tileColumns * (long)sizeof(double)) : 0;
        var work = cost * total / 16;
        var chunks = (int)Math.Clamp(work / ChunkWork, 1, Math.Min(MostChunks, tiles));
        if (scratch > 0) chunks = Math.Min(chunks, Math.Max(rows, MostPartials / columns + 1));
        var perChunk = (tiles + chunks - 1) / chunks;
        chunks = blocks?.Count ?? (tiles + perChunk - 1) / perChunk;

        var offsets = registers.ConvertAll(r =>
        {
            var at = scratch;
            scratch += Block.RoundUp((long)r.Size * (r.IsRow ? tileRows : tileRows * tileColumns)) + 64;
            return at;
        });
        var operands = new List<Operand>();
        var indices = new Dictionary<Operand, int>();
        int Index(Place place)
        {
            if (place is { Register: null, Memory: null }) return -1;
            var size = place.DType.ByteSize();
            var operand =
                place.Register is { } r ? new Operand(Operand.Scratch, offsets[r.Index], r.IsRow ? 1 : tileColumns, r.IsRow ? 0 : 1, size)
                : place.Memory!.Storage == blocks?.Product && !blocks.Product.IsStored ? new(Operand.Block, 0, blocks.Width, 1, size)
                : place.Extent == Extent.Row
                    ? new(place.Memory!.Storage.Slot, (long)place.Memory.Offset * size, place.Memory.AsMatrix(1)!.Value.Row, 0, size)
                : place.Memory!.AsMatrix(columns) is var (row, column)
                    ? new(place.Memory.Storage.Slot, (long)place.Memory.Offset * size, row, column, size)
                : throw new InvalidOperationException("a window that is no matrix was not loaded");
            if (!indices.TryGetValue(operand, out var index))
            {
                indices[operand] = index = operands.Count;
                operands.Add(operand);
            }
            return index;
        }
        var instructions = pending.ConvertAll(p =>
        {
            int a = p.Inputs.Length > 0 ? Index(p.Inputs[0]) : -1,
                b = p.Inputs.Length > 1 ? Index(p.Inputs[1]) : -1,
                c = p.Inputs.Length > 2 ? Index(p.Inputs[2]) : -1;
            var d = Index(p.Output);
            var scalars = 0;
            var flat = true;
            foreach (var (operand, bit) in new[] { (a, 1), (b, 2), (c, 4), (d, 0) })
            {
                if (operand < 0) continue;
                var o = operands[operand];
                flat &=
                    tileRows == 1
                    || tileColumns == columns && (o.RowStep, o.ColumnStep) is var steps && (steps == (tileColumns, 1) || steps == (0, 0));
                if (p.Form == Form.Rows ? o.RowStep == 0 : o.ColumnStep == 0)
                    scalars |= bit;
            }
            if (p.Form == Form.Load)
                scalars = p.Output.Extent == Extent.Row ? 1 : 0;
            return new TileInstruction(
                p.Form == Form.ByRow && flat ? Form.Flat : p.Form,
                p.Kernel,
                a,
                b,
                c,
                d,
                scalars,
                p.Ending,
                p.Window);
        });
        return new()
        {
            Instructions = [.. instructions],
            Operands = [.. operands],
            Endings = [.. endings.Select(e => e with { Partial = new(e.Collector.DType, (long)e.Width * chunks) })],
            Blocks = blocks,
            Total = total,
            Rows = rows,
            Columns = columns,
            TileRows = tileRows,
            TileColumns = tileColumns,
            TilesPerChunk = perChunk,
            Chunks = chunks,
            ScratchBytes = scratch,
        };
    }
}
