using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// Every element is summed over channels and window in one order, so that the split into chunks does not show in the bits.
/// </summary>
sealed unsafe class ConvolutionKernel<TSimd, TVector, T> : ConvolutionKernel
    where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int TileVectors = 3;

    // What is done with the sums, and for each the step from one row's number to the next.
    readonly Code[] codes;
    readonly (int Row, int Column, int Period)[] strides;

    // Where the tiles start that have positions in them, and runs of these: where in the tile, where among the positions, and how many.
    readonly (int Start, (int At, int Position, int Count)[] Runs)[] tiles;

    public ConvolutionKernel(Operands operands, int panelRows) : base(operands, panelRows)
    {
        codes = [.. RowOps.Select(op => op.Code)];
        strides = [.. RowOps.Select(op => op.Number.AsMatrix(Blocks.Columns, Blocks.Period)!.Value)];
        tiles =
        [
            .. Sliding
                .Runs()
                .SelectMany(Split)
                .GroupBy(r => r.At / TileColumns, r => (r.At % TileColumns, r.Position, r.Count))
                .Select(g => (g.Key * TileColumns, g.ToArray())),
        ];
    }

    static int TileColumns => TileVectors * TSimd.Count;

    /// <summary>A tile with a row to spare, the numbers of rows, and the copy with a tile's width to spare.</summary>
    public override long ScratchBytes => (CopyOffset + TileColumns + (long)Inputs * Sliding.Count) * sizeof(T);

    /// <summary>Where the copy begins, on a cache line.</summary>
    int CopyOffset => (PanelRows + 1) * TileColumns + (int)PinnedBuffer.RoundUp(PanelRows * codes.Length * sizeof(T)) / sizeof(T);

    T* Numbers(in BlockWriter writer) => (T*)writer.Scratch + (PanelRows + 1) * TileColumns;

    /// <summary>A run in pieces that lie in one tile and fit a vector.</summary>
    static IEnumerable<(int At, int Position, int Count)> Split((int Position, int At, int Count) run)
    {
        for (int done = 0, count; done < run.Count; done += count)
        {
            var at = run.At + done;
            count = Math.Min(Math.Min(run.Count - done, Vector512<T>.Count), TileColumns - at % TileColumns);
            yield return (at, run.Position + done, count);
        }
    }

    T* PackedPanel(T* packed, int group, int panel) => packed + ((long)group * PaddedRows(N, PanelRows) + panel * PanelRows) * K;

    protected override void Pack(byte* weights, byte* packed, int panel)
    {
        (var group, panel) = (panel / Panels, panel % Panels);
        var rows = Math.Min(PanelRows, N - panel * PanelRows);
        Panel<T>.Pack(
            (T*)weights + W.Batches[group], W, panel * PanelRows, rows, PackedPanel((T*)packed, group, panel), Height(rows));
    }

    public override void Chunk(Workspace workspace, int chunk, in BlockWriter writer)
    {
        var copy = (T*)writer.Scratch + CopyOffset;
        var first = chunk / Groups * UnitsPerChunk;
        for (var unit = first; unit < Math.Min(Units, first + UnitsPerChunk); unit++)
        {
            // Padding stays what it is from one example to the next, but not from band to band.
            if (unit == first || Sliding.Bands > 1) new Span<T>(copy, Inputs * Sliding.Count + TileColumns).Clear();
            Convolve(workspace, unit, chunk % Groups, copy, writer);
        }
    }

    T* Input(Workspace workspace, int unit, int group) =>
        (T*)workspace[X] + (long)(unit / Sliding.Bands) * X.Strides[0] + (long)group * Inputs * X.Strides[1];

    /// <summary>A group of one band of an example, panel by panel.</summary>
    void Convolve(Workspace workspace, int unit, int group, T* copy, in BlockWriter writer)
    {
        var (example, band) = (unit / Sliding.Bands, unit % Sliding.Bands);
        var x = Input(workspace, unit, group);
        for (var c = 0; c < Inputs; c++) Sliding.CopyElements(x + (long)c * X.Strides[1], band, copy + c * Sliding.Count);

        var first = band * Sliding.BandPositions;
        var positions = Math.Min(Sliding.BandPositions, Sliding.Positions - first);
        for (var panel = 0; panel < Panels; panel++)
        {
            var (block, rows) = ((unit * Groups + group) * Panels + panel, Math.Min(PanelRows, N - panel * PanelRows));
            var row = (example * Groups + group) * N + panel * PanelRows;
            var (at, stride) = writer.Target(row, first);
            Multiply(workspace, unit, group, panel, copy, (T*)at, stride, writer);
            writer.Finish(block, (byte*)at, row, first, rows, positions);
        }
    }

    /// <summary>A panel of the weights times a band of an example, into rows that are so many elements apart.</summary>
    void Multiply(Workspace workspace, int unit, int group, int panel, T* copy, T* y, int stride, in BlockWriter writer)
    {
        T* tile = (T*)writer.Scratch, numbers = Numbers(writer);
        var rows = Math.Min(PanelRows, N - panel * PanelRows);
        ReadNumbers(workspace, (unit / Sliding.Bands * Groups + group) * N + panel * PanelRows, rows, numbers);
        var first = unit % Sliding.Bands * Sliding.BandPositions;
        var end = Math.Min(Sliding.BandPositions, Sliding.Positions - first);
        fixed (int* offsets = Offsets)
            foreach (var (start, runs) in tiles)
            {
                var vectors = Math.Min(TileVectors, (Sliding.Span - start + TSimd.Count - 1) / TSimd.Count);
                ConvolutionMicroKernel<TSimd, TVector, T>.Convolve(
                    Height(rows),
                    vectors,
                    PackedPanel((T*)workspace[Packed], group, panel),
                    copy + start,
                    offsets,
                    K,
                    tile,
                    TileColumns);
                if (!Write(tile, runs, rows, numbers, y, stride, end))
                    Correct(workspace, unit, group, panel, runs, numbers, y, stride, end);
            }
    }

    /// <summary>The numbers of some rows, row by row.</summary>
    void ReadNumbers(Workspace workspace, int first, int rows, T* numbers)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            var from = (T*)workspace[RowOps[i].Number];
            var (stride, _, period) = strides[i];
            for (var row = 0; row < rows; row++)
                numbers[row * codes.Length + i] = from[(long)(period > 0 ? (first + row) % period : first + row) * stride];
        }
    }

    /// <summary>Writes the sums of a tile, by code of its own for the operations that are frequent.</summary>
    bool Write(T* tile, (int At, int Position, int Count)[] runs, int rows, T* numbers, T* y, int stride, int end) => codes switch
    {
        [] => Write<NoOps<T>>(tile, runs, rows, numbers, y, stride, end),
        [Code.Add] => Write<OneOp<T, Add<T>>>(tile, runs, rows, numbers, y, stride, end),
        [Code.Add, Code.Maximum] => Write<TwoOps<T, Add<T>, Maximum<T>>>(tile, runs, rows, numbers, y, stride, end),
        _ => Write<AnyOps<T>>(tile, runs, rows, numbers, y, stride, end),
    };

    /// <summary>Writes the sums of a tile to the positions below an end, and says whether all are numbers.</summary>
    bool Write<TOps>(T* tile, (int At, int Position, int Count)[] runs, int rows, T* numbers, T* y, int stride, int end)
        where TOps : IRowOps<T, TOps>, allows ref struct
    {
        var wrong = Vector512<T>.Zero;
        for (var row = 0; row < rows; row++, tile += TileColumns, y += stride)
        {
            var ops = TOps.Of(numbers + row * codes.Length, codes);
            foreach (var (at, position, count) in runs)
            {
                if (position >= end) break;
                var sums = Vector512.Load(tile + at);
                wrong |= ~Vector512.Equals(sums, sums);
                MaskedVector.Store(ops.Apply(sums), y + position, Math.Min(count, end - position));
            }
        }
        return wrong == Vector512<T>.Zero;
    }

    /// <summary>Results that are not a number, again without the padding: a zero there times an infinite weight is none of them.</summary>
    void Correct(
        Workspace workspace,
        int unit,
        int group,
        int panel,
        (int At, int Position, int Count)[] runs,
        T* numbers,
        T* y,
        int stride,
        int end)
    {
        var first = unit % Sliding.Bands * Sliding.BandPositions;
        foreach (var (_, position, count) in runs)
            for (var row = 0; row < Math.Min(PanelRows, N - panel * PanelRows); row++)
                for (var p = position; p < Math.Min(position + count, end); p++)
                {
                    var at = y + (long)row * stride + p;
                    if (!T.IsNaN(*at)) continue;
                    var sum = Vector512.Create(Exact(workspace, unit, group, panel * PanelRows + row, first + p));
                    *at = AnyOps<T>.Of(numbers + row * codes.Length, codes).Apply(sum).ToScalar();
                }
    }

    T Exact(Workspace workspace, int unit, int group, int row, int position)
    {
        T* x = Input(workspace, unit, group), w = (T*)workspace[W.View] + W.Batches[group] + W.Rows[row];
        var sum = T.Zero;
        for (var k = 0; k < K; k++)
            if (Sliding.Meet(position, k % Sliding.Elements.Length).Source is >= 0 and var source)
                sum += w[W.Columns[k]] * x[k / Sliding.Elements.Length * X.Strides[1] + source];
        return sum;
    }
}
