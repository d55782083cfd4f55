using System.Numerics;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Zeros, with each element of g added where x has its first largest element under the window at that position; channel by channel.</summary>
sealed unsafe class MaxPoolGradientStep : Step
{
    readonly View x, g;

    /// <summary>For each position the offsets under its window from Starts[position] to Starts[position + 1].</summary>
    readonly int[] starts, offsets;
    readonly int planes, spatial;

    public MaxPoolGradientStep(View x, View g, Window window)
    {
        (this.x, this.g) = (x, g);
        Level = LevelAfter(x, g);
        Output = new(x.Storage.DType, x.Count) { Producer = this };
        planes = x.Sizes[0] * x.Sizes[1];
        spatial = x.Count / planes;
        starts = new int[g.Count / planes + 1];
        var under = new List<int>();
        static Shape Spatial(View view) => Shape.Of([.. view.Sizes[2..].Select(n => (Dim)n)]);
        foreach (var (at, _, position) in window.Overlaps(Spatial(x), Spatial(g)))
        {
            under.Add(at);
            starts[position + 1] = under.Count;
        }
        for (var position = 1; position < starts.Length; position++) starts[position] = Math.Max(starts[position], starts[position - 1]);
        offsets = [.. under];
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => [x.Storage, g.Storage];

    public override IEnumerable<Storage> Writes => [Output];

    public override void Run(Workspace workspace) => workspace.Team.Run(this, workspace, 0, planes);

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        if (Output.DType == DType.Float32) Add((float*)workspace[x], (float*)workspace[g], (float*)workspace[Output], chunk);
        else Add((double*)workspace[x], (double*)workspace[g], (double*)workspace[Output], chunk);
    }

    void Add<T>(T* from, T* gradient, T* to, int plane) where T : unmanaged, IFloatingPointIeee754<T>
    {
        from += (long)plane * spatial;
        to += (long)plane * spatial;
        gradient += (long)plane * (starts.Length - 1);
        new Span<T>(to, spatial).Clear();
        for (var position = 0; position + 1 < starts.Length; position++)
        {
            var (at, end) = (starts[position], starts[position + 1]);
            if (at == end) continue;
            var best = offsets[at];
            while (++at < end && !T.IsNaN(from[best]))
                if (!(from[offsets[at]] <= from[best])) best = offsets[at];
            to[best] += gradient[position];
        }
    }
}
