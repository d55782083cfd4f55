namespace FunctionalDL.Engine;

/// <summary>Checks a tile step: the sizes of what its operations read and give, and where its instructions find and leave it.</summary>
sealed class TileVerifier(
    TileProgram program,
    TileGroup group,
    IReadOnlyList<Storage> storages)
{
    readonly long rows = program.Rows, columns = program.Columns;

    public IEnumerable<string> Faults() =>
        group.Ops.SelectMany(FaultsOf).Concat(FaultsOfTiles()).Concat(FaultsOfScratch()).Concat(FaultsOfInstructions());

    /// <summary>The elements of a value of some extent.</summary>
    long Count(Extent extent) => extent switch
    {
        Extent.Full => rows * columns,
        Extent.Row => rows,
        Extent.Column => columns,
        _ => 1,
    };

    IEnumerable<string> FaultsOf(TileOp op)
    {
        if (op.Output.Count != Count(op.Extent) || group.Extents[op.Output] != op.Extent)
            yield return $"{op.Name} gives {op.Output.Count} elements; {op.Extent} of {rows}×{columns} has {Count(op.Extent)}";
        if (op.Output.DType != op.Output.Memory.DType)
            yield return $"{op.Name} gives {op.Output.DType.Name()} into {op.Output.Memory.DType.Name()}";
        if (op.Output.Within is { } within && within.Count != op.Output.Count)
            yield return $"{op.Name} gives {op.Output.Count} elements into a view of {within.Count}";
        var reads = op.Extent == Extent.Row && !op.Code.IsReduction() ? Extent.Row : Extent.Full;
        foreach (var x in op.Inputs)
        {
            if (x.Count != Count(reads))
                yield return $"{op.Name} reads a view of {x.Count} elements; {reads} of {rows}×{columns} has {Count(reads)}";
            if (!group.Extents.TryGetValue(x.Storage, out var extent))
                continue;
            var fits =
                extent == reads
                    ? x.IsWhole
                    : extent == Extent.Row && x.Offset == 0 && x.AsMatrix((int)columns) is (var row, 0) && (row == 1 || rows == 1);
            if (!fits)
                yield return $"{op.Name} reads what the step gives as {extent} as {reads} of {rows}×{columns}";
        }
    }

    IEnumerable<string> FaultsOfTiles()
    {
        if (rows * columns != program.Total) yield return $"{rows}×{columns} is not {program.Total} elements";
        var tiles = (rows + program.TileRows - 1) / program.TileRows * ((columns + program.TileColumns - 1) / program.TileColumns);
        if (program.Blocks is not { } blocks)
        {
            if ((long)program.Chunks * program.TilesPerChunk < tiles)
                yield return $"{program.Chunks} chunks of {program.TilesPerChunk} are fewer than {tiles} tiles";
        }
        else if (
            blocks.Columns != columns
            || program.TileColumns > blocks.Width
            || blocks.Count != program.Chunks
            || blocks.Whole.Count != rows * columns)
            yield return $"{rows}×{columns} in tiles {program.TileColumns} wide does not fit {blocks}";
        foreach (var ending in program.Endings)
        {
            var width = ending.Output.Count;
            if (ending.Width != width || ending.Partial.Count != width * program.Chunks)
                yield return $"{ending.Code} of {width} in {program.Chunks} chunks has {ending.Partial.Count} partial results";
        }
    }

    /// <summary>Registers lie in scratch memory, one after another, after the sums of columns.</summary>
    IEnumerable<string> FaultsOfScratch()
    {
        var end = program.Endings.Any(e => group.Extents[e.Output] == Extent.Column) ? program.TileColumns * (long)sizeof(double) : 0;
        foreach (var register in program.Operands.Where(o => o.Slot == Operand.Scratch).OrderBy(o => o.Offset))
        {
            if (register.Offset < end)
                yield return $"a register begins at byte {register.Offset} of scratch memory, and the one before it ends at {end}";
            end =
                register.Offset
                + ((program.TileRows - 1L) * register.RowStride + (program.TileColumns - 1L) * register.ColumnStride + 1) * register.Size;
        }
        if (end > program.ScratchBytes) yield return $"registers need {end} bytes of scratch memory, and there are {program.ScratchBytes}";
    }

    IEnumerable<string> FaultsOfInstructions()
    {
        var filled = new bool[program.Operands.Length];
        var isBlockWritten = false;
        foreach (var i in program.Instructions)
        {
            foreach (var (operand, isResult) in new[] { (i.A, false), (i.B, false), (i.C, false), (i.D, true) })
            {
                if (operand < 0) continue;
                var o = program.Operands[operand];
                if (FaultOf(o) is { } fault)
                    yield return fault;
                if (o.Slot == Operand.Scratch && !isResult && !filled[operand])
                    yield return $"a register at byte {o.Offset} is read before it is written";
                if (!Fits(i, o, isResult))
                    yield return $"{i.Form} does not go over an operand {o.RowStride} and {o.ColumnStride} apart, in tiles of "
                        + $"{program.TileRows}×{program.TileColumns}";
                if (o.Slot == Operand.Block && isBlockWritten) yield return "a block is used after a result has taken its place";
                filled[operand] |= isResult;
                isBlockWritten |= isResult && o.Slot == Operand.Block;
            }
            if (
                i.Source is { } view
                && (
                    view.Count != (i.Scalars == 1 ? rows : rows * columns)
                    || view.Storage.DType.ByteSize() != program.Operands[i.D].Size))
                yield return $"a view of {view.Count} elements is loaded for {(i.Scalars == 1 ? Extent.Row : Extent.Full)} of "
                    + $"{rows}×{columns}";
        }
    }

    /// <summary>Whether an operand in memory lies there.</summary>
    string? FaultOf(Operand o)
    {
        if (o.Slot == Operand.Scratch) return null;
        if (o.Slot == Operand.Block)
            return program.Blocks is { } blocks && o.RowStride == blocks.Width && o.Size == blocks.Whole.DType.ByteSize()
                ? null
                : "an operand in a block does not have the block's rows";
        var storage = storages[o.Slot];
        if (o.Size != storage.DType.ByteSize() || o.Offset % o.Size != 0)
            return $"an operand of {o.Size} bytes an element lies in slot {o.Slot}, which holds {storage.DType.Name()}";
        var period = o.Period > 0 ? Math.Min(rows, o.Period) : rows;
        if (o.Period > 0 && (program.Blocks is not { Period: > 0 and var apart } || o.Period % apart != 0))
            return $"an operand begins again after {o.Period} rows, within a tile";
        var (first, last) = (o.Offset / o.Size, o.Offset / o.Size + (period - 1) * o.RowStride + (columns - 1) * o.ColumnStride);
        return first >= 0 && o.RowStride >= 0 && o.ColumnStride >= 0 && last < storage.Count ? null
            : $"an operand goes from element {first} to {last} of slot {o.Slot}, which has {storage.Count}";
    }

    /// <summary>Whether an operand's elements are where the form of the instruction looks for them.</summary>
    bool Fits(in TileInstruction i, Operand o, bool isResult)
    {
        var (isRow, isWhole) = (program.TileRows == 1, program.TileColumns == columns);
        return i.Form switch
        {
            Form.Rows => o.RowStride is 0 or 1 && (!isResult || o.RowStride == 1 || rows == 1),
            Form.Flat or Form.ReduceAll => isRow
                || isWhole
                    && (o.RowStride, o.ColumnStride) is var steps
                    && (steps == (columns, 1) || steps == (0, 0) && !isResult && i.Form == Form.Flat),
            Form.Load => isRow || isWhole,
            Form.ReduceColumns => o.ColumnStride == 1 || columns == 1 || o.ColumnStride == 0 && isResult,
            _ => o.ColumnStride is 0 or 1,
        };
    }
}
