using System.Numerics;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// Sums of the elements of x, seen as [outer, size, inner], up to each along its middle axis, or from it on. Float32 is added in float64.
/// </summary>
sealed unsafe class CumulativeSumStep : Step, IChunks
{
    readonly View x;
    readonly int outer, size, inner;
    readonly CumulativeSumOp op;
    readonly delegate*<CumulativeSumStep, byte*, byte*, int, void> add;

    readonly Storage output;

    public CumulativeSumStep(View x, CumulativeSumOp op, Storage output)
    {
        (this.x, this.op, this.output) = (x, op, output);
        (outer, size, inner) = x.Around(op.Axis);
        add = (delegate*<CumulativeSumStep, byte*, byte*, int, void>)x.Storage.DType.VisitNumbers<Loops, nint>(new());
    }

    public override IEnumerable<Access> Reads => [x];

    public override IEnumerable<Access> Writes => [output];

    /// <summary>The parts that the elements next to one another are split into; the sums of each are by themselves.</summary>
    int Parts => (inner + Tuning.ScatterElements - 1) / Tuning.ScatterElements;

    int PartsPerChunk => Math.Max(1, Tuning.SmallCopy / (size * Math.Min(inner, Tuning.ScatterElements)));

    public override string ToString() => $"cumulative sum {outer}×{size}×{inner}";

    public override void Run(Workspace workspace) =>
        workspace.Team.Run(this, workspace, (int)(((long)outer * Parts + PartsPerChunk - 1) / PartsPerChunk));

    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        var first = (long)chunk * PartsPerChunk;
        for (var part = first; part < Math.Min(first + PartsPerChunk, (long)outer * Parts); part++)
        {
            var start = (int)(part % Parts) * Tuning.ScatterElements;
            var offset = (part / Parts * size * inner + start) * output.DType.ByteSize();
            add(this, workspace[x] + offset, workspace[output] + offset, Math.Min(Tuning.ScatterElements, inner - start));
        }
    }

    readonly struct Loops : INumberVisitor<nint>
    {
        public nint Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T> => (nint)(typeof(T) == typeof(float)
            ? (delegate*<CumulativeSumStep, byte*, byte*, int, void>)&Sums<float, double>
            : &Sums<T, T>);
    }

    static void Sums<T, TSum>(CumulativeSumStep step, byte* x, byte* y, int count) where T : unmanaged, INumber<T>
        where TSum : unmanaged, INumber<TSum>
    {
        var (isExclusive, stride) = (step.op.Exclusive, step.op.Reverse ? -step.inner : step.inner);
        var start = step.op.Reverse ? (step.size - 1L) * step.inner : 0;
        T* from = (T*)x + start, to = (T*)y + start;
        var sums = stackalloc TSum[count];
        new Span<TSum>(sums, count).Fill(TSum.CreateSaturating(-0.0));
        for (var i = 0; i < step.size; i++, from += stride, to += stride)
            for (var j = 0; j < count; j++)
            {
                var sum = sums[j] + TSum.CreateTruncating(from[j]);
                to[j] = T.CreateTruncating(isExclusive ? sums[j] : sum);
                sums[j] = sum;
            }
        // The sum of nothing is 0.
        if (isExclusive) new Span<T>((T*)y + start, count).Clear();
    }
}
