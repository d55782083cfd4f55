using System.Numerics;

namespace FunctionalDL.Engine;

/// <summary>The index of the first largest element of x, seen as [outer, size, inner], along its middle axis.</summary>
sealed unsafe class ArgMaxStep : Step
{
    readonly View x;
    readonly int outer, size, inner;
    readonly delegate*<ArgMaxStep, byte*, long*, void> search;

    readonly Storage output;

    public ArgMaxStep(View x, int axis, Storage output)
    {
        (this.x, this.output) = (x, output);
        (outer, size, inner) = x.Around(axis);
        search = (delegate*<ArgMaxStep, byte*, long*, void>)x.Storage.DType.VisitNumbers<Searches, nint>(new());
    }

    public override IEnumerable<Access> Reads => [x];

    public override IEnumerable<Access> Writes => [output];

    public override string ToString() => $"argmax {outer}×{size}×{inner}";

    public override void Run(Workspace workspace) => search(this, workspace[x], (long*)workspace[output]);

    readonly struct Searches : INumberVisitor<nint>
    {
        public nint Visit<T>()
            where T : unmanaged, INumber<T>, IMinMaxValue<T> => (nint)(delegate*<ArgMaxStep, byte*, long*, void>)&Search<T>;
    }

    static void Search<T>(ArgMaxStep step, byte* x, long* to) where T : unmanaged, INumber<T>
    {
        var (outer, size, inner) = (step.outer, step.size, step.inner);
        var from = (T*)x;
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
