using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// A convolution: for each example and group the weights times what lies under the window. Padded copies of single examples stay in the
/// cache, and no window is ever written out. A bias, the rectifier and a pooling are applied on the way to memory.
/// </summary>
abstract class ConvolutionStep : Step
{
    /// <summary>Bytes of a copy: it should stay in the cache next to the core.</summary>
    public const int CopyBytes = 256 << 10;

    /// <summary>Fewer multiplications are left to the calling thread, or to one chunk.</summary>
    public const long Small = 1 << 17;

    /// <summary>The least number of parts that a larger convolution is split into.</summary>
    public const int LeastParts = 8;

    protected readonly View X;
    protected readonly Matrix W;
    protected readonly Sliding Sliding;
    protected readonly Storage Packed;
    protected readonly int[] Offsets;

    /// <param name="x">The input <c>[batch, channels, s…]</c>.</param>
    /// <param name="w">
    /// The weights: for each group a row for each output channel and a column for each input channel and element of the window.
    /// </param>
    /// <param name="sliding">How the window moves over the input.</param>
    /// <param name="packedRows">The rows of a group, with those that fill up the last panel.</param>
    protected ConvolutionStep(View x, Matrix w, Sliding sliding, int packedRows)
    {
        (X, W, Sliding) = (x, w, sliding);
        Level = LevelAfter(x, w.View);
        var dtype = x.Storage.DType;
        Output = new(dtype, (long)Examples * Groups * N * sliding.Positions) { Producer = this };
        Packed = new(dtype, (long)Groups * packedRows * K);
        Offsets = [.. Enumerable.Range(0, Inputs).SelectMany(c => sliding.Elements.Select(e => c * sliding.Count + e))];
    }

    public Storage Output { get; private set; }

    /// <summary>A number for each output channel that is added, as <c>[channels]</c>.</summary>
    public View? Bias { get; set; }

    /// <summary>Whether negative results become 0.</summary>
    public bool IsRectified { get; set; }

    /// <summary>A pooling that nobody reads the convolution without: its results are all that is written.</summary>
    public Sliding? Pooling { get; private set; }

    /// <summary>Pools the results on the way to memory.</summary>
    public void Pool(Sliding pooling)
    {
        Pooling = pooling;
        Output = new(Output.DType, (long)Examples * Groups * N * pooling.Positions) { Producer = this };
    }

    /// <summary>Whether every example is convolved as a whole.</summary>
    public bool IsWhole => Sliding.Bands == 1;

    /// <summary>Packs weights that never change, given the tensor they are a window on.</summary>
    public unsafe (Storage Packed, Block Value) PackBefore(Tensor weights)
    {
        IsPacked = true;
        var offset = (long)W.View.Offset * Packed.DType.ByteSize();
        return (
            Packed,
            PackedConstants.Of(weights, $"{PanelRows} rows of {W.Layout}", Packed.Bytes, (from, to) => Pack(from + offset, to)));
    }

    protected abstract unsafe void Pack(byte* weights, byte* packed);

    protected abstract int PanelRows { get; }

    protected bool IsPacked { get; private set; }

    protected int Examples => X.Sizes[0];

    protected int Groups => W.Batches.Length;

    /// <summary>The input channels of a group.</summary>
    protected int Inputs => X.Sizes[1] / Groups;

    protected int N => W.Rows.Length;

    protected int K => W.Columns.Length;

    protected int Units => Examples * Sliding.Bands;

    protected int UnitsPerChunk => (int)Math.Clamp(Small * Units / Math.Max(1, Operations / 2), 1, (Units + LeastParts - 1) / LeastParts);

    public override long Operations => 2L * Examples * Groups * N * K * Sliding.Positions;

    // Where a result is not a number, the weights are read as they were.
    public override IEnumerable<Access> Reads =>
        [
            X,
            W.Access.As(Output.DType),
            .. IsPacked ? new Access[] { Packed } : [],
            .. Bias is { } bias ? new[] { ((Access)bias).As(Output.DType) } : [],
        ];

    public override IEnumerable<Access> Writes => IsPacked ? [Output] : [Output, Packed];

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        if (Inputs * Groups != X.Sizes[1] || K != Inputs * Sliding.Elements.Length || Bias is { } bias && bias.Count != Groups * N)
            yield return $"has {K} weights a channel for {Inputs} inputs";
        foreach (var fault in Sliding.Faults(X).Concat(Pooling?.Faults(null) ?? []))
            yield return fault;
    }

    public override string ToString() =>
        $"convolution {Examples}{(Groups > 1 ? $" × {Groups}" : "")} × {N}×{K}×{Sliding.Positions}"
            + $"{(Bias is null ? "" : ", bias")}{(IsRectified ? ", relu" : "")}{(Pooling is null ? "" : ", max pooling")}";

    /// <summary>The convolution with the vectors this machine has.</summary>
    public static ConvolutionStep Of(View x, Matrix w, Sliding sliding) =>
        x.Storage.DType.VisitReals<Kernels, ConvolutionStep>(new(x, w, sliding));

    readonly struct Kernels(View x, Matrix w, Sliding sliding) : IRealVisitor<ConvolutionStep>
    {
        public ConvolutionStep Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => Of<T>(x, w, sliding);
    }

    static ConvolutionStep Of<T>(View x, Matrix w, Sliding sliding) where T : unmanaged, IFloatingPointIeee754<T> =>
        Vector512.IsHardwareAccelerated ? new ConvolutionStep<Simd512<T>, Vector512<T>, T>(x, w, sliding, 8)
        : Vector256.IsHardwareAccelerated ? new ConvolutionStep<Simd256<T>, Vector256<T>, T>(x, w, sliding, 4)
        : new ConvolutionStep<Simd128<T>, Vector128<T>, T>(x, w, sliding, 4);
}

/// <summary>
/// Every element is summed over channels and window in one order, so that the split into chunks does not show in the bits.
/// </summary>
sealed unsafe class ConvolutionStep<TSimd, TVector, T> : ConvolutionStep
    where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int TileVectors = 3;

    readonly int panelRows;
    MaxPooling<T>? pooling;

    // Where the tiles start that have positions in them, and runs of these: where in the tile, where among the positions, and how many.
    readonly (int Start, (int At, int Position, int Count)[] Runs)[] tiles;

    public ConvolutionStep(View x, Matrix w, Sliding sliding, int panelRows) : base(x, w, sliding, PaddedRows(w.Rows.Length, panelRows))
    {
        this.panelRows = panelRows;
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

    int Panels => (N + panelRows - 1) / panelRows;

    int Chunks => Groups * ((Units + UnitsPerChunk - 1) / UnitsPerChunk);

    /// <summary>
    /// A tile with a row to spare, biases, and the copy with a tile's width to spare; what is to be pooled, and what the pooling takes.
    /// </summary>
    public override long ScratchBytes =>
        (
            (panelRows + 3L) * TileColumns
            + (long)Inputs * Sliding.Count
            + (Pooling is null ? 0 : (long)panelRows * Sliding.Positions + MaxPooling.Elements)
        ) * sizeof(T);

    MaxPooling<T> MaxPooling => pooling ??= new(Pooling!);

    static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows);

    /// <summary>The height of a panel that holds so many rows: one the kernel knows.</summary>
    static int Height(int rows) => rows > 4 ? 8 : rows > 1 ? 4 : rows;

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

    public override void Run(Workspace workspace)
    {
        if (!IsPacked) Run(workspace, 0, Groups * Panels, Packed.Count);
        Run(workspace, Groups * Panels, Chunks, Operations / 2);
    }

    void Run(Workspace workspace, int first, int chunks, long work)
    {
        if (work >= Small) workspace.Team.Run(this, workspace, first, chunks);
        else
            for (var chunk = 0; chunk < chunks; chunk++) Chunk(workspace, first + chunk, 0);
    }

    T* PackedPanel(T* packed, int group, int panel) => packed + ((long)group * PaddedRows(N, panelRows) + panel * panelRows) * K;

    void Pack(T* weights, int panel, T* packed)
    {
        (var group, panel) = (panel / Panels, panel % Panels);
        var rows = Math.Min(panelRows, N - panel * panelRows);
        Panel<T>.Pack(weights + W.Batches[group], W, panel * panelRows, rows, PackedPanel(packed, group, panel), Height(rows));
    }

    protected override void Pack(byte* weights, byte* packed)
    {
        for (var panel = 0; panel < Groups * Panels; panel++) Pack((T*)weights, panel, (T*)packed);
    }

    protected override int PanelRows => panelRows;

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        if (chunk < Groups * Panels)
        {
            Pack((T*)workspace[W.View], chunk, (T*)workspace[Packed]);
            return;
        }
        chunk -= Groups * Panels;
        var tile = (T*)workspace.Scratch(thread);
        T* biases = tile + (panelRows + 1) * TileColumns, copy = biases + TileColumns;
        var first = chunk / Groups * UnitsPerChunk;
        for (var unit = first; unit < Math.Min(Units, first + UnitsPerChunk); unit++)
        {
            // Padding stays what it is from one example to the next, but not from band to band.
            if (unit == first || Sliding.Bands > 1) new Span<T>(copy, Inputs * Sliding.Count + TileColumns).Clear();
            Convolve(workspace, unit / Sliding.Bands, unit % Sliding.Bands, chunk % Groups, tile, biases, copy);
        }
    }

    void Convolve(Workspace workspace, int example, int band, int group, T* tile, T* biases, T* copy)
    {
        var x = (T*)workspace[X] + (long)example * X.Strides[0] + (long)group * Inputs * X.Strides[1];
        for (var c = 0; c < Inputs; c++) Sliding.CopyElements(x + (long)c * X.Strides[1], band, copy + c * Sliding.Count);

        var first = band * Sliding.BandPositions;
        var end = Math.Min(Sliding.BandPositions, Sliding.Positions - first);
        fixed (int* offsets = Offsets)
            for (var panel = 0; panel < Panels; panel++)
            {
                var rows = Math.Min(panelRows, N - panel * panelRows);
                var channel = group * N + panel * panelRows;
                var plane = (long)example * Groups * N + channel;
                var y = Pooling is null
                    ? (T*)workspace[Output] + plane * Sliding.Positions + first
                    : copy + Inputs * Sliding.Count + TileColumns;
                for (var row = 0; row < rows; row++)
                    biases[row] = Bias is { } bias ? ((T*)workspace[bias])[(channel + row) * bias.Strides[0]] : T.Zero;
                foreach (var (start, runs) in tiles)
                {
                    var vectors = Math.Min(TileVectors, (Sliding.Span - start + TSimd.Count - 1) / TSimd.Count);
                    ConvolutionKernel<TSimd, TVector, T>.Convolve(
                        Height(rows),
                        vectors,
                        PackedPanel((T*)workspace[Packed], group, panel),
                        copy + start,
                        offsets,
                        K,
                        tile,
                        TileColumns);
                    if (Write(tile, runs, rows, biases, y, end))
                        continue;
                    foreach (var (_, position, count) in runs)
                        for (var row = 0; row < rows; row++)
                            Correct(
                                workspace,
                                y + (long)row * Sliding.Positions + position,
                                example,
                                channel + row,
                                first + position,
                                Math.Min(count, end - position),
                                biases[row]);
                }
                if (Pooling is { } pool)
                    for (var row = 0; row < rows; row++)
                        MaxPooling.Largest(
                            y + (long)row * Sliding.Positions,
                            (T*)workspace[Output] + (plane + row) * pool.Positions,
                            y + (long)panelRows * Sliding.Positions,
                            isFirst: row == 0);
            }
    }

    /// <summary>Writes the sums of a tile to the positions below an end, and says whether all are numbers.</summary>
    bool Write(T* tile, (int At, int Position, int Count)[] runs, int rows, T* biases, T* y, int end)
    {
        var wrong = Vector512<T>.Zero;
        var (stride, isRectified) = (Sliding.Positions, IsRectified);
        foreach (var (at, position, count) in runs)
        {
            if (position >= end) break;
            var to = y + position;
            for (var row = 0; row < rows; row++, to += stride)
            {
                var sums = Vector512.Load(tile + row * TileColumns + at) + Vector512.Create(biases[row]);
                wrong |= ~Vector512.Equals(sums, sums);
                if (isRectified) sums = Vector512.AndNot(sums, Vector512.LessThanOrEqual(sums, Vector512<T>.Zero));
                Part.Store(sums, to, Math.Min(count, end - position));
            }
        }
        return wrong == Vector512<T>.Zero;
    }

    /// <summary>Results that are not a number, again without the padding: a zero there times an infinite weight is none of them.</summary>
    void Correct(Workspace workspace, T* results, int example, int channel, int position, int count, T bias)
    {
        var (group, row) = (channel / N, channel % N);
        var x = (T*)workspace[X] + (long)example * X.Strides[0] + (long)group * Inputs * X.Strides[1];
        var w = (T*)workspace[W.View] + W.Batches[group] + W.Rows[row];
        for (var i = 0; i < count; i++)
        {
            if (!T.IsNaN(results[i])) continue;
            var sum = T.Zero;
            for (var k = 0; k < K; k++)
                if (Sliding.Meet(position + i, k % Sliding.Elements.Length).Source is >= 0 and var source)
                    sum += w[W.Columns[k]] * x[k / Sliding.Elements.Length * X.Strides[1] + source];
            results[i] = IsRectified ? T.Max(sum + bias, T.Zero) : sum + bias;
        }
    }
}
