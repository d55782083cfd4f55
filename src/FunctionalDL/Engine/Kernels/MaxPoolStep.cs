using System.Numerics;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Max pooling, plane by plane: the largest elements under a window, other values from the same places, or values put back there.</summary>
sealed unsafe class MaxPoolStep : Step
{
    public enum Mode
    {
        /// <summary>The largest elements themselves.</summary>
        Value,

        /// <summary>The elements of another tensor at their places.</summary>
        Take,

        /// <summary>Zeros, with a value added at the place of each.</summary>
        Put,
    }

    const int PlanesPerChunk = 16;

    readonly View x, values;
    readonly Mode mode;
    readonly int planes, size, positions;

    /// <summary>The offsets in a plane under each position's window, those of position p from Starts[p] to Starts[p + 1].</summary>
    readonly int[] offsets, starts;

    public MaxPoolStep(Window window, View x, View values, int[] pooled, Mode mode)
    {
        (this.x, this.values, this.mode) = (x, values, mode);
        Level = LevelAfter(x, values);
        Shape Spatial(int[] sizes) => Shape.Of([.. sizes.Skip(2).Select(n => (Dim)n)]);
        var (from, to) = (Spatial(x.Sizes), Spatial(pooled));
        (planes, size, positions) = (x.Sizes[0] * x.Sizes[1], from.ElementCount, to.ElementCount);
        var byPosition = window.Overlaps(from, to).ToLookup(o => o.Position, o => o.X);
        offsets = [.. Enumerable.Range(0, positions).SelectMany(p => byPosition[p])];
        starts = new int[positions + 1];
        for (var p = 0; p < positions; p++) starts[p + 1] = starts[p] + byPosition[p].Count();
        Output = new(x.Storage.DType, planes * (mode == Mode.Put ? size : positions)) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => [x.Storage, values.Storage];

    public override IEnumerable<Storage> Writes => [Output];

    public override string ToString() => $"max pooling ({mode}), {planes} planes of {size}";

    public override void Run(Workspace workspace) => workspace.Team.Run(this, workspace, 0, (planes + PlanesPerChunk - 1) / PlanesPerChunk);

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        for (var plane = chunk * PlanesPerChunk; plane < Math.Min(planes, (chunk + 1) * PlanesPerChunk); plane++)
            if (Output.DType == DType.Float32) Plane<float>(workspace, plane);
            else Plane<double>(workspace, plane);
    }

    void Plane<T>(Workspace workspace, int plane) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var from = (T*)workspace[x] + (long)plane * size;
        var other = (T*)workspace[values] + (long)plane * (mode == Mode.Put ? positions : size);
        var to = (T*)workspace[Output] + (long)plane * (mode == Mode.Put ? size : positions);
        if (mode == Mode.Put) new Span<T>(to, size).Clear();
        for (var p = 0; p < positions; p++)
        {
            var best = -1;
            for (var i = starts[p]; i < starts[p + 1]; i++)
                if (best < 0 || !T.IsNaN(from[best]) && !(from[offsets[i]] <= from[best])) best = offsets[i];
            if (mode == Mode.Value) to[p] = best < 0 ? T.NegativeInfinity : from[best];
            else if (mode == Mode.Take) to[p] = best < 0 ? T.Zero : other[best];
            else if (best >= 0) to[best] += other[p];
        }
    }
}
