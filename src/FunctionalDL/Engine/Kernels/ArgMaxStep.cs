using System.Numerics;

namespace FunctionalDL.Engine;

/// <summary>The index of the first largest element of x, seen as [outer, size, inner], along its middle axis.</summary>
sealed unsafe class ArgMaxStep : Step
{
    readonly View x;
    readonly int outer, size, inner;

    public ArgMaxStep(View x, int axis)
    {
        this.x = x;
        Level = LevelAfter(x);
        (outer, size, inner) = x.Around(axis);
        Output = new(DType.Int64, outer * inner) { Producer = this };
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => [x];

    public override IEnumerable<Access> Writes => [Output];

    public override string ToString() => $"argmax {outer}×{size}×{inner}";

    public override void Run(Workspace workspace)
    {
        var to = (long*)workspace[Output];
        switch (x.Storage.DType)
        {
            case DType.Float32: Search((float*)workspace[x], to); break;
            case DType.Float64: Search((double*)workspace[x], to); break;
            default: Search((long*)workspace[x], to); break;
        }
    }

    void Search<T>(T* from, long* to) where T : unmanaged, INumber<T>
    {
        for (var o = 0; o < outer; o++, from += size * inner)
            for (var i = 0; i < inner; i++)
            {
                var best = 0;
                for (var at = 1; at < size && !T.IsNaN(from[best * inner + i]); at++)
                    if (!(from[at * inner + i] <= from[best * inner + i])) best = at;
                *to++ = best;
            }
    }
}
