namespace FunctionalDL.Engine;

/// <summary>Chooses the tiles of a group, and gives registers and operands their addresses.</summary>
sealed class TileAssembler(
    TileGroup group,
    TileShape shape,
    Blocks? blocks,
    IReadOnlyList<Register> registers,
    IReadOnlyList<Draft> drafts,
    IReadOnlyList<DraftEnding> endings)
{
    readonly List<Operand> operands = [];
    readonly Dictionary<Operand, int> indices = [];

    public TileProgram Assemble(IReadOnlySet<Storage> stored, Storages storages)
    {
        var (tileRows, tileColumns) = Tile();
        // At the start of the scratch memory the columns of a tile are reduced.
        var sums = group.Extents.Values.Contains(Extent.Column) ? PinnedBuffer.RoundUp(tileColumns * (long)sizeof(double)) : 0;
        var (chunks, perChunk) = Chunks(tileRows, tileColumns);
        var (offsets, scratch) = RegisterOffsets(sums, tileRows, tileColumns);
        TileInstruction[] instructions =
            [.. drafts.Select(draft => Instruction(draft, location => Of(location, offsets, tileColumns, stored), tileRows, tileColumns))];
        return new()
        {
            Instructions = instructions,
            Operands = [.. operands],
            Endings =
            [
                .. endings.Select(e => new Ending(
                    e.Op.Code, e.Op.Lane, e.Width, e.Collector, storages.New(e.Collector.DType, (long)e.Width * chunks), e.Op.Output)),
            ],
            Blocks = blocks,
            Total = group.Total,
            Rows = shape.Rows,
            Columns = shape.Columns,
            TileRows = tileRows,
            TileColumns = tileColumns,
            TilesPerChunk = perChunk,
            Chunks = chunks,
            ScratchBytes = scratch,
        };
    }

    /// <summary>As many elements as keep all registers in the cache, in whole rows where these are reduced.</summary>
    (int Rows, int Columns) Tile()
    {
        var perElement = registers.Where(r => !r.IsRow).Sum(r => r.Size) + sizeof(double);
        var fitting = Tuning.TileBytes / perElement / Tuning.SmallestTile * Tuning.SmallestTile;
        var elements = Math.Clamp(fitting, Tuning.SmallestTile, Tuning.LargestTile);
        var hasWholeRows = group.Columns > 0 && group.Extents.Values.Contains(Extent.Row);
        var columns = hasWholeRows ? shape.Columns : Math.Min(blocks?.Width ?? shape.Columns, elements);
        var isCut = columns < shape.Columns;
        if (isCut && (blocks is null || drafts.Any(d => d.Form is Form.Load or Form.ReduceAll))) return (1, columns);
        return (Math.Max(1, Math.Min(shape.Rows, elements / Math.Max(1, columns))), columns);
    }

    /// <summary>How many chunks there are, each worth a thread's attention, and the tiles of each.</summary>
    (int Chunks, int TilesPerChunk) Chunks(int tileRows, int tileColumns)
    {
        var tiles = (shape.Columns + tileColumns - 1) / tileColumns * ((shape.Rows + tileRows - 1) / tileRows);
        var work = group.Ops.Sum(op => (long)op.Cost) * group.Total / 16;
        var chunks = (int)Math.Clamp(work / Tuning.ChunkWork, 1, Math.Min(Tuning.MostChunks, tiles));
        if (group.Extents.Values.Contains(Extent.Column))
            chunks = Math.Min(chunks, Math.Max(shape.Rows, Tuning.MostPartials / shape.Columns + 1));
        var perChunk = (tiles + chunks - 1) / chunks;
        return (blocks?.Count ?? (tiles + perChunk - 1) / perChunk, perChunk);
    }

    /// <summary>The places of the registers in scratch memory, one after another, and where they end.</summary>
    (long[] Offsets, long End) RegisterOffsets(long first, int tileRows, int tileColumns)
    {
        var (offsets, end) = (new long[registers.Count], first);
        foreach (var register in registers)
        {
            offsets[register.Index] = end;
            end += PinnedBuffer.RoundUp((long)register.Size * (register.IsRow ? tileRows : tileRows * tileColumns)) + 64;
        }
        return (offsets, end);
    }

    /// <summary>The operand for a location.</summary>
    Operand Of(Location location, long[] offsets, int tileColumns, IReadOnlySet<Storage> stored)
    {
        var size = location.DType.ByteSize();
        if (location.Register is { } register)
            return new(Operand.Scratch, offsets[register.Index], register.IsRow ? 1 : tileColumns, register.IsRow ? 0 : 1, size);
        var memory = location.Memory!;
        var isInBlock = blocks is not null
            && (memory.Storage == blocks.InPlace || memory.Storage == blocks.Whole && !stored.Contains(blocks.Whole));
        if (isInBlock) return new(Operand.Block, 0, blocks!.Width, 1, size);
        var (row, column, period) = location.Extent == Extent.Row
            ? (memory.AsMatrix(1)!.Value.Row, 0, 0)
            : shape.StridesOf(memory) ?? throw new InvalidOperationException("a view that is no matrix was not loaded");
        return new(memory.Storage.Slot, (long)memory.Offset * size, row, column, size, period);
    }

    TileInstruction Instruction(Draft draft, Func<Location, Operand> place, int tileRows, int tileColumns)
    {
        var inputs = draft.Inputs.Select(place).ToArray();
        var output = draft.Output is null ? (Operand?)null : place(draft.Output);
        var scalars = 0;
        for (var i = 0; i < inputs.Length; i++)
            if ((draft.Form == Form.Rows ? inputs[i].RowStride : inputs[i].ColumnStride) == 0) scalars |= 1 << i;
        if (draft.Form == Form.Load) scalars = draft.Output!.Extent == Extent.Row ? 1 : 0;
        bool IsFlat(Operand o) => tileRows == 1 || tileColumns == shape.Columns && IsInOrder(o);
        bool IsInOrder(Operand o) => (o.RowStride, o.ColumnStride) == (tileColumns, 1) || (o.RowStride, o.ColumnStride) == (0, 0);
        var isFlat = draft.Form == Form.ByRow && inputs.All(IsFlat) && (output is null || IsFlat(output.Value));
        int Input(int i) => i < inputs.Length ? Index(inputs[i]) : -1;
        return new(
            isFlat ? Form.Flat : draft.Form,
            draft.Kernel,
            Input(0),
            Input(1),
            Input(2),
            output is { } result ? Index(result) : -1,
            scalars,
            draft.Ending,
            draft.Source);
    }

    /// <summary>The number of an operand, equal ones being one.</summary>
    int Index(Operand operand)
    {
        if (indices.TryGetValue(operand, out var index)) return index;
        operands.Add(operand);
        return indices[operand] = operands.Count - 1;
    }
}
