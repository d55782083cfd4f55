using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>Where an operand of a tile instruction lies: at base + row·RowStride + column·ColumnStride elements.</summary>
/// <param name="Slot">
/// The storage's slot, or <see cref="Scratch"/> for the thread's scratch memory, or <see cref="Block"/> for a block of a product.
/// </param>
/// <param name="Offset">The base, in bytes.</param>
/// <param name="RowStride">Elements from one row to the next.</param>
/// <param name="ColumnStride">Elements from one column to the next: 0 or 1.</param>
/// <param name="Size">Bytes of an element.</param>
/// <param name="Period">The rows after which it begins again; 0 for never.</param>
readonly record struct Operand(int Slot, long Offset, int RowStride, int ColumnStride, int Size, int Period = 0)
{
    public const int Scratch = -1, Block = -2;
}

/// <summary>How an instruction goes over a tile.</summary>
enum Form
{
    /// <summary>Once over rows · columns elements.</summary>
    Flat,

    /// <summary>Row by row.</summary>
    ByRow,

    /// <summary>Once over one element for each row.</summary>
    Rows,

    /// <summary>Copies a view's elements into scratch.</summary>
    Load,

    /// <summary>Adds the rows to the chunk's row of results.</summary>
    ReduceColumns,

    /// <summary>Adds the tile to the chunk's result.</summary>
    ReduceAll,
}

/// <summary>One instruction of a tile program: operands A, B, C (−1 for none) into D.</summary>
readonly record struct TileInstruction(Form Form, nint Kernel, int A, int B, int C, int D, int Scalars, int Ending, View? Source)
{
    /// <summary>A method, not a property: ahead-of-time compilation fails on a record that prints a function pointer.</summary>
    public unsafe void Call(in Strip strip) => ((delegate*<in Strip, void>)Kernel)(strip);
}

/// <summary>A reduction that ends when all chunks have run: their partial results, combined in the order of the chunks.</summary>
sealed record Ending(Code Code, DType Lane, int Width, Collector Collector, Storage Partial, Storage Output);

/// <summary>The instructions of a tile step, with the geometry of its tiles and chunks.</summary>
sealed unsafe class TileProgram
{
    public required TileInstruction[] Instructions { get; init; }

    public required Operand[] Operands { get; init; }

    public required Ending[] Endings { get; init; }

    /// <summary>The blocks of the product that the tiles are parts of, if they are: a chunk each.</summary>
    public Blocks? Blocks { get; init; }

    /// <summary>The elements of what the step goes over.</summary>
    public required int Total { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int TileRows { get; init; }

    public required int TileColumns { get; init; }

    public required int TilesPerChunk { get; init; }

    public required int Chunks { get; init; }

    public required long ScratchBytes { get; init; }

    public IEnumerable<Storage> Partials => Endings.Select(e => e.Partial);

    /// <summary>Runs a chunk's tiles.</summary>
    public void Run(Workspace workspace, int chunk, byte* scratch)
    {
        foreach (var ending in Endings) ending.Collector.Fill(workspace[ending.Partial], chunk, ending.Width);
        var across = (Columns + TileColumns - 1) / TileColumns;
        var tiles = across * ((Rows + TileRows - 1) / TileRows);
        for (var tile = chunk * TilesPerChunk; tile < Math.Min(tiles, (chunk + 1) * TilesPerChunk); tile++)
        {
            int row = tile / across * TileRows, column = tile % across * TileColumns;
            RunTile(workspace, chunk, null, scratch, row, column, Math.Min(TileRows, Rows - row), Math.Min(TileColumns, Columns - column));
        }
    }

    /// <summary>Runs the tiles of a product's block, which is the chunk of that number.</summary>
    public void RunBlock(Workspace workspace, int chunk, byte* block, byte* scratch, int row, int column, int rows, int columns)
    {
        foreach (var ending in Endings) ending.Collector.Fill(workspace[ending.Partial], chunk, ending.Width);
        var (width, size) = (Blocks!.Width, Blocks.Whole.DType.ByteSize());
        var tiles = (rows + TileRows - 1) / TileRows;
        for (int tile = 0, i = 0, next; tile < tiles; tile++, i = next)
        {
            next = rows * (tile + 1) / tiles;
            for (var j = 0; j < columns; j += TileColumns)
                RunTile(
                    workspace,
                    chunk,
                    block + ((long)i * width + j) * size,
                    scratch,
                    row + i,
                    column + j,
                    next - i,
                    Math.Min(TileColumns, columns - j));
        }
    }

    [SkipLocalsInit]
    void RunTile(Workspace workspace, int chunk, byte* block, byte* scratch, int row, int column, int rows, int columns)
    {
        var at = stackalloc byte*[Operands.Length];
        for (var i = 0; i < Operands.Length; i++)
        {
            ref readonly var o = ref Operands[i];
            at[i] = o.Slot switch
            {
                Operand.Scratch => scratch + o.Offset,
                Operand.Block => block,
                _ => workspace.Addresses[o.Slot] + o.Offset + (RowOf(o, row) * o.RowStride + (long)column * o.ColumnStride) * o.Size,
            };
        }
        foreach (ref readonly var instruction in Instructions.AsSpan())
            Run(instruction, at, workspace, scratch, chunk, row, column, rows, columns);
    }

    void Run(in TileInstruction i, byte** at, Workspace workspace, byte* scratch, int chunk, int row, int column, int rows, int columns)
    {
        var strip = new Strip
        {
            A = i.A < 0 ? null : at[i.A],
            B = i.B < 0 ? null : at[i.B],
            C = i.C < 0 ? null : at[i.C],
            D = i.D < 0 ? null : at[i.D],
            Rows = 1,
            Columns = rows,
            Scalars = i.Scalars,
        };
        switch (i.Form)
        {
            case Form.Flat:
                strip.Columns *= columns;
                i.Call(strip);
                break;
            case Form.Rows:
                i.Call(strip);
                break;
            case Form.ByRow:
                (strip.Rows, strip.Columns) = (rows, columns);
                (strip.StrideA, strip.StrideB, strip.StrideC, strip.StrideD) = (Stride(i.A), Stride(i.B), Stride(i.C), Stride(i.D));
                i.Call(strip);
                break;
            case Form.ReduceColumns:
                (strip.Columns, strip.StrideA) = (columns, Stride(i.A));
                ReduceColumns(i, strip, rows, workspace, chunk, column, scratch);
                break;
            case Form.ReduceAll:
                Endings[i.Ending].Collector.Accumulate(i, strip.A, rows * columns, workspace[Endings[i.Ending].Partial], chunk);
                break;
            case Form.Load:
                var (start, count) = i.Scalars == 1 ? (row, rows) : (row * Columns + column, rows * columns);
                StridedCopy.Gather(i.Source!, workspace[i.Source!], start, count, strip.D);
                break;
        }
    }

    /// <summary>
    /// Adds a tile's rows to the chunk's row of results: a few of them first, then their sum to what the chunk has so far, so that
    /// rounding errors stay small.
    /// </summary>
    void ReduceColumns(in TileInstruction i, Strip strip, int rows, Workspace workspace, int chunk, int column, byte* scratch)
    {
        var ending = Endings[i.Ending];
        var sum = workspace[ending.Partial] + ((long)chunk * Columns + column) * ending.Partial.DType.ByteSize();
        var next = strip.A;
        for (; rows > 0; rows -= Tuning.RowsAtATime, next += Tuning.RowsAtATime * strip.StrideA)
        {
            strip.A = next;
            if (Math.Min(rows, Tuning.RowsAtATime) is var few and > 1)
            {
                strip.B = next + strip.StrideA;
                strip.D = scratch;
                i.Call(strip);
                strip.A = next + 2 * strip.StrideA;
                strip.B = scratch;
                strip.Rows = few - 2;
                i.Call(strip);
                strip.A = scratch;
                strip.Rows = 1;
            }
            if (ending.Partial.DType == ending.Lane)
            {
                strip.B = strip.D = sum;
                i.Call(strip);
            }
            else Reductions.Add((float*)strip.A, (double*)sum, strip.Columns);
        }
    }

    long Stride(int operand) => operand < 0 ? 0 : (long)Operands[operand].RowStride * Operands[operand].Size;

    static long RowOf(in Operand o, int row) => o.Period > 0 ? row % o.Period : row;

    /// <summary>Combines the chunks' partial results.</summary>
    public void Finish(Workspace workspace)
    {
        foreach (var ending in Endings) ending.Collector.Finish(workspace[ending.Partial], workspace[ending.Output], Chunks, ending.Width);
    }
}
