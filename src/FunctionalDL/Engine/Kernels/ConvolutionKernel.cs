using System.Numerics;
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
    protected readonly bool IsPacked;
    protected readonly IReadOnlyList<RowOp> RowOps;
    protected readonly int[] Offsets;
    readonly Operands operands;

    /// <summary>What is convolved, and where the result goes.</summary>
    /// <param name="X">The input <c>[batch, channels, s…]</c>.</param>
    /// <param name="W">
    /// The weights: for each group a row for each output channel and a column for each input channel and element of the window.
    /// </param>
    /// <param name="Sliding">How the window moves over the input.</param>
    /// <param name="Output">The result.</param>
    /// <param name="Packed">The weights in the order the kernel reads them.</param>
    /// <param name="IsPacked">Whether these are packed before.</param>
    /// <param name="RowOps">What is done with the sums before they are written.</param>
    public sealed record Operands(
        View X, Matrix W, Sliding Sliding, Storage Output, Storage Packed, bool IsPacked, IReadOnlyList<RowOp> RowOps);

    /// <param name="operands">What is convolved.</param>
    /// <param name="panelRows">The rows of weights that are taken at once.</param>
    protected ConvolutionKernel(Operands operands, int panelRows)
    {
        (X, W, Sliding, var output, Packed, IsPacked, RowOps) = this.operands = operands;
        PanelRows = panelRows;
        Offsets = [.. Enumerable.Range(0, Inputs).SelectMany(c => Sliding.Elements.Select(e => c * Sliding.Count + e))];
        var height = Math.Min(N, panelRows);
        Blocks = new(output, Sliding.Positions, height, Sliding.BandPositions, Units * Groups * Panels, Groups * N);
    }

    public override Blocks Blocks { get; }

    /// <summary>The weights in the order the kernel reads them.</summary>
    public Storage Packed { get; }

    public override BlockKernel WithRowOps(IReadOnlyList<RowOp> ops, Storage output) =>
        Of(operands with { Output = output, RowOps = [.. RowOps, .. ops] });

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
        return Of(new Operands(x, w, sliding, output, packed, isPacked, []));
    }

    static ConvolutionKernel Of(Operands operands) =>
        operands.X.Storage.DType.VisitReals<Kernels, ConvolutionKernel>(new(operands));

    readonly struct Kernels(Operands operands) : IRealVisitor<ConvolutionKernel>
    {
        public ConvolutionKernel Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        {
            if (Vector512.IsHardwareAccelerated) return new ConvolutionKernel<Simd512<T>, Vector512<T>, T>(operands, VectorPanelRows);
            if (Vector256.IsHardwareAccelerated) return new ConvolutionKernel<Simd256<T>, Vector256<T>, T>(operands, VectorPanelRows);
            return new ConvolutionKernel<Simd128<T>, Vector128<T>, T>(operands, VectorPanelRows);
        }
    }

    /// <summary>The rows of weights for which the sums stay in registers.</summary>
    static int VectorPanelRows => Vector512.IsHardwareAccelerated ? 8 : 4;

    protected static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows);

    /// <summary>The height of a panel that holds so many rows: one the kernel knows.</summary>
    protected static int Height(int rows) => rows switch
    {
        <= 1 => rows,
        <= 4 => 4,
        _ => 8,
    };
}
