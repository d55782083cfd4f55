using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// The gradient of a convolution's kernel: sums over examples and positions of what lies under the window times the gradient there. The
/// examples are split into shares, each with a result of its own, <c>[shares, out, in/groups, k…]</c>.
/// </summary>
abstract class CorrelationStep : Step, IChunks
{
    protected readonly View X, Y;
    protected readonly Sliding Sliding;
    protected readonly int Groups, UnitsPerShare, UnitsAtOnce, Vectors;

    /// <summary>
    /// The offsets of channels and window elements on a copy, with the last repeated to a multiple of the kernel's columns.
    /// </summary>
    protected readonly int[] Offsets;

    /// <param name="storages">Where storages are numbered.</param>
    /// <param name="x">The input <c>[batch, in, s…]</c>.</param>
    /// <param name="y">The gradient <c>[batch, out, p…]</c>.</param>
    /// <param name="sliding">How the window moves over the input.</param>
    /// <param name="groups">The number of groups.</param>
    /// <param name="lanes">The elements of a vector.</param>
    /// <param name="columns">The window elements the kernel takes at once.</param>
    protected CorrelationStep(Storages storages, View x, View y, Sliding sliding, int groups, int lanes, int columns)
    {
        (X, Y, Sliding, Groups) = (x, y, sliding, groups);
        Vectors = (sliding.Span + lanes - 1) / lanes;
        var units = checked(x.Sizes[0] * sliding.Bands);
        var copyBytes = ((long)Inputs * sliding.Count + (long)N * Vectors * lanes) * x.Storage.DType.ByteSize();
        var mostShares = (int)Math.Clamp(Array.MaxLength / ((long)groups * N * K), 1, Tuning.LeastChunks);
        UnitsAtOnce = (int)Math.Clamp(Math.Min(Tuning.CorrelationRun / Vectors, Tuning.CorrelationBytes / copyBytes), 1, units);
        UnitsPerShare = Math.Max(UnitsAtOnce, (units + mostShares - 1) / mostShares);
        UnitsAtOnce = Math.Min(UnitsAtOnce, UnitsPerShare);
        Output = storages.New(x.Storage.DType, (long)Shares * Groups * N * K);
        var last = (Inputs - 1) * sliding.Count + sliding.Elements[^1];
        Offsets =
        [
            .. Enumerable.Range(0, Inputs).SelectMany(c => sliding.Elements.Select(e => c * sliding.Count + e)),
            .. Enumerable.Repeat(last, (columns - K % columns) % columns),
        ];
    }

    public Storage Output { get; }

    public int Shares => (X.Sizes[0] * Sliding.Bands + UnitsPerShare - 1) / UnitsPerShare;

    protected int Inputs => X.Sizes[1] / Groups;

    protected int N => Y.Sizes[1] / Groups;

    protected int K => Inputs * Sliding.Elements.Length;

    public override long Operations => 2L * X.Sizes[0] * Groups * N * K * Sliding.Positions;

    public override IEnumerable<Access> Reads => [X, ((Access)Y).As(Output.DType)];

    public override IEnumerable<Access> Writes => [Output];

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        if (Inputs * Groups != X.Sizes[1] || N * Groups != Y.Sizes[1] || X.Sizes[0] != Y.Sizes[0])
            yield return $"has {Groups} groups of {N} channels for {Y.Sizes[1]}";
        if (Vectors < 1 || UnitsAtOnce < 1 || UnitsAtOnce > UnitsPerShare)
            yield return $"takes {UnitsAtOnce} of {UnitsPerShare} copies at once";
        foreach (var fault in Sliding.Faults(X, Y))
            yield return fault;
    }

    public abstract void Chunk(Workspace workspace, int chunk, int thread);

    public override string ToString() =>
        $"kernel gradient {X.Sizes[0]}{(Groups > 1 ? $" × {Groups}" : "")} × {N}×{Sliding.Positions}×{K} in {Shares} shares";

    /// <summary>The gradient with the vectors this machine has.</summary>
    public static CorrelationStep Of(Storages storages, View x, View y, Sliding sliding, int groups) =>
        x.Storage.DType.VisitReals<Kernels, CorrelationStep>(new(storages, x, y, sliding, groups));

    readonly struct Kernels(Storages storages, View x, View y, Sliding sliding, int groups) : IRealVisitor<CorrelationStep>
    {
        public CorrelationStep Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> =>
            Of<T>(storages, x, y, sliding, groups);
    }

    static CorrelationStep Of<T>(Storages storages, View x, View y, Sliding sliding, int groups)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            return new CorrelationStep<Simd512<T>, Vector512<T>, T, Six>(storages, x, y, sliding, groups);
        if (Vector256.IsHardwareAccelerated)
            return new CorrelationStep<Simd256<T>, Vector256<T>, T, Three>(storages, x, y, sliding, groups);
        return new CorrelationStep<Simd128<T>, Vector128<T>, T, Three>(storages, x, y, sliding, groups);
    }
}

/// <summary>Vectors go along the positions; those between the rows of a copy meet a gradient of zero.</summary>
sealed unsafe class CorrelationStep<TSimd, TVector, T, TColumns>(Storages storages, View x, View y, Sliding sliding, int groups)
    : CorrelationStep(storages, x, y, sliding, groups, TSimd.Count, TColumns.Value)
    where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T> where TColumns : struct, INumber
{
    const int PanelRows = 4;

    int RowElements => Vectors * TSimd.Count;

    int PaddedN => (N + PanelRows - 1) / PanelRows * PanelRows;

    long XElements => (long)Inputs * Sliding.Count;

    long YElements => (long)PaddedN * RowElements;

    public override long ScratchBytes => (UnitsAtOnce * (XElements + YElements) + TSimd.Count + Tiles) * sizeof(T);

    /// <summary>The elements of the sums, with rows and columns that fill up the last tiles.</summary>
    long Tiles => (long)PaddedN * Offsets.Length;

    public override void Run(Workspace workspace) =>
        workspace.Team.Run(this, workspace, Shares * Groups, onOne: Operations < 2 * Tuning.SmallProduct);

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        var (share, group) = (chunk / Groups, chunk % Groups);
        var y = (T*)workspace.Scratch(thread);
        var x = y + UnitsAtOnce * YElements;
        var sums = x + UnitsAtOnce * XElements + TSimd.Count;
        NativeMemory.Clear(y, (nuint)ScratchBytes);
        var (first, end) = (share * UnitsPerShare, Math.Min(X.Sizes[0] * Sliding.Bands, (share + 1) * UnitsPerShare));
        for (var unit = first; unit < end; unit += UnitsAtOnce)
        {
            // Padding stays what it is from one example to the next, but not from band to band.
            if (unit > first && Sliding.Bands > 1) NativeMemory.Clear(y, (nuint)((byte*)sums - (byte*)y));
            Correlate(workspace, unit, Math.Min(UnitsAtOnce, end - unit), group, x, y, sums);
        }

        var output = (T*)workspace[Output] + ((long)share * Groups + group) * N * K;
        for (var row = 0; row < N; row++)
            for (var k = 0; k < K; k++)
            {
                var sum = sums[(long)row * Offsets.Length + k];
                output[(long)row * K + k] = T.IsNaN(sum) ? Exact(workspace, first, end, group, row, k) : sum;
            }
    }

    T* Input(Workspace workspace, int unit, int group) =>
        (T*)workspace[X] + (long)(unit / Sliding.Bands) * X.Strides[0] + (long)group * Inputs * X.Strides[1];

    T* Gradient(Workspace workspace, int unit, int channel) =>
        (T*)workspace[Y] + (long)(unit / Sliding.Bands) * Y.Strides[0] + (long)channel * Y.Strides[1];

    void Correlate(Workspace workspace, int first, int units, int group, T* x, T* y, T* sums)
    {
        for (var i = 0; i < units; i++)
        {
            var band = (first + i) % Sliding.Bands;
            var from = Input(workspace, first + i, group);
            for (var c = 0; c < Inputs; c++)
                Sliding.CopyElements(from + (long)c * X.Strides[1], band, x + i * XElements + (long)c * Sliding.Count);
            for (var n = 0; n < N; n++)
                Sliding.CopyPositions(Gradient(workspace, first + i, group * N + n), band, y + i * YElements + (long)n * RowElements);
        }
        fixed (int* offsets = Offsets)
            for (var row = 0; row < PaddedN; row += PanelRows)
                for (var k = 0; k < Offsets.Length; k += TColumns.Value)
                    ConvolutionMicroKernel<TSimd, TVector, T>.Correlate<TColumns>(
                        y + (long)row * RowElements,
                        RowElements,
                        x,
                        offsets + k,
                        Vectors,
                        units,
                        YElements,
                        XElements,
                        sums + (long)row * Offsets.Length + k,
                        Offsets.Length);
    }

    /// <summary>A sum that is not a number, again without the padding: a zero there times an infinite gradient is none of it.</summary>
    T Exact(Workspace workspace, int first, int end, int group, int row, int k)
    {
        var (channel, element, band) = (k / Sliding.Elements.Length, k % Sliding.Elements.Length, Sliding.BandPositions);
        var sum = T.Zero;
        for (var unit = first; unit < end; unit++)
        {
            T* x = Input(workspace, unit, group) + (long)channel * X.Strides[1], y = Gradient(workspace, unit, group * N + row);
            for (var p = unit % Sliding.Bands * band; p < Math.Min(Sliding.Positions, (unit % Sliding.Bands + 1) * band); p++)
                if (Sliding.Meet(p, element) is { Source: >= 0 } at) sum += x[at.Source] * y[at.Position];
        }
        return sum;
    }
}
