using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// Max pooling, plane by plane: the largest elements under a window, other values from the same places, or values put back there.
/// </summary>
abstract class MaxPoolStep : Step, IChunks
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

    protected readonly View X, Values;
    protected readonly View? Largest;
    protected readonly Mode Action;

    /// <param name="sliding">How the window moves over a plane of x.</param>
    /// <param name="x">
    /// The elements of which the largest are looked for, <c>[batch, channels, s…]</c>, dense where there are other values.
    /// </param>
    /// <param name="largest">The largest elements, dense, where there are other values.</param>
    /// <param name="values">The other values, dense.</param>
    /// <param name="action">What is done at the places of the largest.</param>
    /// <param name="output">The result.</param>
    protected MaxPoolStep(Sliding sliding, View x, View? largest, View values, Mode action, Storage output) =>
        (Sliding, X, Largest, Values, Action, Output) = (sliding, x, largest, values, action, output);

    public Storage Output { get; }

    /// <summary>How the window moves over a plane.</summary>
    public Sliding Sliding { get; }

    /// <summary>The storage of which the largest elements are the result, where they are of all of it in order.</summary>
    public Storage? Pooled => Action == Mode.Value && X.IsWhole ? X.Storage : null;

    /// <summary>The planes that are pooled, one after another.</summary>
    public int Planes => X.Sizes[0] * X.Sizes[1];

    public int PlaneElements => X.Count / Planes;

    protected int PlanesPerChunk => Math.Max(1, Tuning.SmallPool / PlaneElements);

    public override IEnumerable<Access> Reads => [X, ((Access)Values).As(Output.DType), ((Access)(Largest ?? X)).As(Output.DType)];

    public override IEnumerable<Access> Writes => [Output];

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        var values = Action switch
        {
            Mode.Put => Planes * (long)Sliding.Positions,
            _ => X.Count,
        };
        if (Largest is { } largest && largest.Count != Planes * (long)Sliding.Positions)
            yield return $"has {largest.Count} largest elements of {Planes} planes";
        if (Values.Count != values)
            yield return $"has {Values.Count} values for {values} places";
        foreach (var fault in Sliding.Faults(X, Action == Mode.Put ? Values : null))
            yield return fault;
    }

    public override long Operations => (long)Planes * Sliding.Positions * Sliding.Elements.Length;

    public abstract void Chunk(Workspace workspace, int chunk, int thread);

    /// <summary>Pools some planes that another step has computed, with scratch memory for it.</summary>
    public abstract unsafe void Pool(Workspace workspace, byte* planes, int first, int count, byte* scratch);

    public override string ToString() => $"max pooling{(Action == Mode.Value ? "" : $" ({Action})")}, {Planes} planes of {PlaneElements}";

    public override void Run(Workspace workspace) => workspace.Team.Run(this, workspace, (Planes + PlanesPerChunk - 1) / PlanesPerChunk);

    public static MaxPoolStep Of(Sliding sliding, View x, View? largest, View values, Mode action, Storage output) =>
        x.Storage.DType.VisitReals<Kernels, MaxPoolStep>(new(sliding, x, largest, values, action, output));

    readonly struct Kernels(Sliding sliding, View x, View? largest, View values, Mode action, Storage output)
        : IRealVisitor<MaxPoolStep>
    {
        public MaxPoolStep Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> =>
            new MaxPoolStep<T>(sliding, x, largest, values, action, output);
    }
}

sealed unsafe class MaxPoolStep<T>(
    Sliding sliding, View x, View? largest, View values, MaxPoolStep.Mode action, Storage output)
    : MaxPoolStep(sliding, x, largest, values, action, output) where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly MaxPooling<T> pooling = new(sliding);

    public override long ScratchBytes => (long)pooling.Elements * sizeof(T);

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        var scratch = (T*)workspace.Scratch(thread);
        var first = chunk * PlanesPerChunk;
        for (var plane = first; plane < Math.Min(Planes, first + PlanesPerChunk); plane++)
        {
            T* from = At(workspace, X, plane),
                other = At(workspace, Values, plane),
                to = (T*)workspace[Output] + (long)plane * (Action == Mode.Put ? PlaneElements : Sliding.Positions);
            if (Action == Mode.Value)
                pooling.Largest(from, to, scratch, plane == first);
            else if (Action == Mode.Take)
                pooling.Take(from, At(workspace, Largest!, plane), other, to, scratch, plane == first);
            else
                pooling.Put(from, At(workspace, Largest!, plane), other, new(to, PlaneElements), scratch, plane == first);
        }
    }

    public override void Pool(Workspace workspace, byte* planes, int first, int count, byte* scratch)
    {
        var to = (T*)workspace[Output] + (long)first * Sliding.Positions;
        for (var i = 0; i < count; i++)
            pooling.Largest((T*)planes + (long)i * PlaneElements, to + (long)i * Sliding.Positions, (T*)scratch, isFirst: i == 0);
    }

    static T* At(Workspace workspace, View view, int plane) =>
        (T*)workspace[view] + (long)(plane / view.Sizes[1]) * view.Strides[0] + (long)(plane % view.Sizes[1]) * view.Strides[1];
}
