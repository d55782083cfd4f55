using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// A convolution: for each example and group the weights times what lies under the window. Padded copies of single examples stay in the
/// cache, and no window is ever written out (im2col without the columns). Blocks are some channels of one example.
/// </summary>
abstract unsafe class ConvolutionKernel : BlockKernel, IChunks
{
    protected readonly View X;
    protected readonly Matrix W;
    protected readonly Sliding Sliding;
    protected readonly int[] Offsets;
    protected readonly bool IsPacked;
    protected readonly IReadOnlyList<RowOp> RowOps;

    /// <param name="x">The input <c>[batch, channels, s…]</c>.</param>
    /// <param name="w">
    /// The weights: for each group a row for each output channel and a column for each input channel and element of the window.
    /// </param>
    /// <param name="sliding">How the window moves over the input.</param>
    /// <param name="output">The result.</param>
    /// <param name="packed">The weights in the order the kernel reads them.</param>
    /// <param name="isPacked">Whether these are packed before.</param>
    /// <param name="rowOps">What is done with the sums before they are written.</param>
    /// <param name="panelRows">The rows of weights that are taken at once.</param>
    protected ConvolutionKernel(
        View x,
        Matrix w,
        Sliding sliding,
        Storage output,
        Storage packed,
        bool isPacked,
        IReadOnlyList<RowOp> rowOps,
        int panelRows)
    {
        (X, W, Sliding, Packed, IsPacked, RowOps, PanelRows) = (x, w, sliding, packed, isPacked, rowOps, panelRows);
        Offsets = [.. Enumerable.Range(0, Inputs).SelectMany(c => sliding.Elements.Select(e => c * sliding.Count + e))];
        var height = Math.Min(N, panelRows);
        Blocks = new(output, sliding.Positions, height, sliding.BandPositions, Units * Groups * Panels, Groups * N);
    }

    public override Blocks Blocks { get; }

    /// <summary>The weights in the order the kernel reads them.</summary>
    public Storage Packed { get; }

    public override BlockKernel WithRowOps(IReadOnlyList<RowOp> ops, Storage output) =>
        Of(X, W, Sliding, output, Packed, IsPacked, [.. RowOps, .. ops]);

    /// <summary>Constant weights packed, given the tensor they are a view on.</summary>
    public PinnedBuffer PackBefore(Tensor weights)
    {
        var offset = (long)W.View.Offset * Packed.DType.ByteSize();
        return PackedConstants.Of(weights, $"{PanelRows} rows of {W.Layout}", Packed.Bytes, (from, to) =>
        {
            for (var panel = 0; panel < Groups * Panels; panel++) Pack(from + offset, to, panel);
        });
    }

    /// <summary>Brings some rows of the weights into the order the kernel reads.</summary>
    protected abstract void Pack(byte* weights, byte* packed, int panel);

    public override void Prepare(Workspace workspace)
    {
        if (!IsPacked) workspace.Team.Run(this, workspace, Groups * Panels, onOne: Packed.Count < Tuning.SmallProduct);
    }

    /// <summary>Packs a panel of the weights.</summary>
    public void Chunk(Workspace workspace, int chunk, int thread) => Pack(workspace[W.View], workspace[Packed], chunk);

    protected int PanelRows { get; }

    protected int Panels => (N + PanelRows - 1) / PanelRows;

    protected int Examples => X.Sizes[0];

    protected int Groups => W.Batches.Length;

    /// <summary>The input channels of a group.</summary>
    protected int Inputs => X.Sizes[1] / Groups;

    protected int N => W.Rows.Length;

    protected int K => W.Columns.Length;

    protected int Units => Examples * Sliding.Bands;

    protected int UnitsPerChunk => (int)Math.Clamp(
        Tuning.SmallProduct * Units / Math.Max(1, Operations / 2), 1, (Units + Tuning.LeastChunks - 1) / Tuning.LeastChunks);

    public override int Chunks => Groups * ((Units + UnitsPerChunk - 1) / UnitsPerChunk);

    public override bool IsSmall => Operations / 2 < Tuning.SmallProduct;

    public override long Operations => 2L * Examples * Groups * N * K * Sliding.Positions;

    // Where a result is not a number, the weights are read as they were.
    public override IEnumerable<Access> Reads =>
        [X, W.Access.As(Packed.DType), .. IsPacked ? new Access[] { Packed } : [], .. RowOps.Select(op => (Access)op.Number)];

    public override IEnumerable<Access> Writes => IsPacked ? [Blocks.Whole] : [Blocks.Whole, Packed];

    public override IEnumerable<string> Faults()
    {
        if (Inputs * Groups != X.Sizes[1] || K != Inputs * Sliding.Elements.Length)
            yield return $"has {K} weights a channel for {Inputs} inputs";
        foreach (var fault in Sliding.Faults(X))
            yield return fault;
    }

    public override string ToString() =>
        $"convolution {Examples}{(Groups > 1 ? $" × {Groups}" : "")} × {N}×{K}×{Sliding.Positions}"
            + string.Concat(RowOps.Select(op => $", {op.Code}"));

    /// <summary>The convolution with the vectors this machine has.</summary>
    public static ConvolutionKernel Of(Storages storages, View x, Matrix w, Sliding sliding, bool isPacked)
    {
        var (dtype, groups) = (x.Storage.DType, (long)w.Batches.Length);
        var output = storages.New(dtype, x.Sizes[0] * groups * w.Rows.Length * sliding.Positions);
        var packed = storages.New(dtype, groups * PaddedRows(w.Rows.Length, VectorPanelRows) * w.Columns.Length);
        return Of(x, w, sliding, output, packed, isPacked, []);
    }

    static ConvolutionKernel Of(
        View x, Matrix w, Sliding sliding, Storage output, Storage packed, bool isPacked, IReadOnlyList<RowOp> rowOps) =>
        x.Storage.DType.VisitReals<Kernels, ConvolutionKernel>(new(x, w, sliding, output, packed, isPacked, rowOps));

    readonly struct Kernels(
        View x, Matrix w, Sliding sliding, Storage output, Storage packed, bool isPacked, IReadOnlyList<RowOp> rowOps) : IRealVisitor<ConvolutionKernel>
    {
        public ConvolutionKernel Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> =>
            Vector512.IsHardwareAccelerated ? Of<Simd512<T>, Vector512<T>, T>()
            : Vector256.IsHardwareAccelerated ? Of<Simd256<T>, Vector256<T>, T>()
            : Of<Simd128<T>, Vector128<T>, T>();

        ConvolutionKernel<TSimd, TVector, T> Of<TSimd, TVector, T>()
            where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T> =>
            new(x, w, sliding, output, packed, isPacked, rowOps, VectorPanelRows);
    }

    /// <summary>The rows of weights for which the sums stay in registers.</summary>
    static int VectorPanelRows => Vector512.IsHardwareAccelerated ? 8 : 4;

    protected static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows);

    /// <summary>The height of a panel that holds so many rows: one the kernel knows.</summary>
    protected static int Height(int rows) => rows > 4 ? 8 : rows > 1 ? 4 : rows;
}

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

    public ConvolutionKernel(
        View x,
        Matrix w,
        Sliding sliding,
        Storage output,
        Storage packed,
        bool isPacked,
        IReadOnlyList<RowOp> rowOps,
        int panelRows)
        : base(x, w, sliding, output, packed, isPacked, rowOps, panelRows)
    {
        codes = [.. rowOps.Select(op => op.Code)];
        strides = [.. rowOps.Select(op => new TileShape(0, Blocks.Columns, Blocks.Period).StridesOf(op.Number)!.Value)];
        tiles =
        [
            .. sliding
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
    int CopyOffset => (PanelRows + 1) * TileColumns + PanelRows * Tuning.MostRowOps * 2;

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
