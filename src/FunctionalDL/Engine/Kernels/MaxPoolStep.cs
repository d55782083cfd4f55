using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>Max pooling, plane by plane: the largest elements under a window, other values from the same places, or values put back there.</summary>
abstract class MaxPoolStep : Step
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

    /// <summary>Elements below which it is not worth another thread's attention.</summary>
    const int Small = 1 << 14;

    protected readonly Sliding Sliding;
    protected readonly View X, Values;
    protected readonly Mode Action;

    /// <param name="sliding">How the window moves over a plane of x.</param>
    /// <param name="x">The elements of which the largest are looked for, <c>[batch, channels, s…]</c>, dense where there are other values.</param>
    /// <param name="values">The other values, dense where they are taken.</param>
    /// <param name="action">What is done at the places of the largest.</param>
    protected MaxPoolStep(Sliding sliding, View x, View values, Mode action)
    {
        (Sliding, X, Values, Action) = (sliding, x, values, action);
        Level = LevelAfter(x, values);
        Output = new(x.Storage.DType, action == Mode.Put ? x.Count : Planes * sliding.Positions) { Producer = this };
    }

    public Storage Output { get; }

    protected int Planes => X.Sizes[0] * X.Sizes[1];

    protected int PlaneElements => X.Count / Planes;

    protected int PlanesPerChunk => (Small + PlaneElements - 1) / PlaneElements;

    public override IEnumerable<Storage> Reads => [X.Storage, Values.Storage];

    public override IEnumerable<Storage> Writes => [Output];

    public override long Operations => (long)Planes * Sliding.Positions * Sliding.Elements.Length;

    public override string ToString() => $"max pooling ({Action}), {Planes} planes of {PlaneElements}";

    public override void Run(Workspace workspace) => workspace.Team.Run(this, workspace, 0, (Planes + PlanesPerChunk - 1) / PlanesPerChunk);

    public static MaxPoolStep Of(Sliding sliding, View x, View values, Mode action) => x.Storage.DType == DType.Float32
        ? new MaxPoolStep<float>(sliding, x, values, action)
        : new MaxPoolStep<double>(sliding, x, values, action);
}

/// <summary>On copies of the planes in which what lies under one element of the window is a run.</summary>
sealed unsafe class MaxPoolStep<T>(Sliding sliding, View x, View values, MaxPoolStep.Mode action) : MaxPoolStep(sliding, x, values, action)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly bool isPadded = sliding.IsPadded, isApart = sliding.IsApart, isComplete = sliding.IsComplete;

    /// <summary>The elements of a copy, and of what belongs to positions, with a vector to spare.</summary>
    int CopyElements => Sliding.Count + Vector512<T>.Count;

    int RunElements => Sliding.Span + Vector512<T>.Count;

    public override int ScratchBytes => (3 * CopyElements + 2 * RunElements) * sizeof(T);

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        var copy = (T*)workspace.Scratch(thread);
        T* real = copy + CopyElements, other = real + CopyElements, largest = other + CopyElements, result = largest + RunElements;
        new Span<T>(real, ScratchBytes / sizeof(T) - CopyElements).Clear();
        new Span<T>(copy, CopyElements).Fill(T.NegativeInfinity);
        Sliding.FillElements(real, T.One);
        for (var plane = chunk * PlanesPerChunk; plane < Math.Min(Planes, (chunk + 1) * PlanesPerChunk); plane++)
        {
            Sliding.CopyElements(At(workspace, X, plane), 0, copy);
            FindLargest(copy, largest);
            var to = (T*)workspace[Output] + (long)plane * (Action == Mode.Put ? PlaneElements : Sliding.Positions);
            switch (Action)
            {
                case Mode.Value:
                    Sliding.ReturnPositions(to, largest);
                    break;
                case Mode.Take:
                    Sliding.CopyElements(At(workspace, Values, plane), 0, other);
                    Move(copy, real, largest, other, result);
                    Sliding.ReturnPositions(to, result);
                    break;
                default:
                    Sliding.CopyPositions(At(workspace, Values, plane), 0, result);
                    if (!isApart) new Span<T>(other, CopyElements).Clear();
                    Move(copy, real, largest, other, result);
                    if (!isComplete) new Span<T>(to, PlaneElements).Clear();
                    Sliding.ReturnElements(to, other);
                    break;
            }
        }
    }

    static T* At(Workspace workspace, View view, int plane) =>
        (T*)workspace[view] + (long)(plane / view.Sizes[1]) * view.Strides[0] + (long)(plane % view.Sizes[1]) * view.Strides[1];

    void FindLargest(T* copy, T* largest)
    {
        for (var i = 0; i < Sliding.Span; i += Vector512<T>.Count)
        {
            var found = Vector512.Create(T.NegativeInfinity);
            foreach (var element in Sliding.Elements) found = Vector512.Max(found, Vector512.Load(copy + element + i));
            found.Store(largest + i);
        }
    }

    /// <summary>Moves values between the places of the first elements that are real and the largest, or NaN, and the positions.</summary>
    void Move(T* copy, T* real, T* largest, T* places, T* positions)
    {
        for (var i = 0; i < Sliding.Span; i += Vector512<T>.Count)
        {
            var (most, searched, value, taken) = (Vector512.Load(largest + i), Vector512<T>.AllBitsSet, Vector512.Load(positions + i), Vector512<T>.Zero);
            foreach (var element in Sliding.Elements)
            {
                var x = Vector512.Load(copy + element + i);
                var first = searched & (Vector512.Equals(x, most) | ~Vector512.Equals(x, x));
                if (isPadded) first &= Vector512.Equals(Vector512.Load(real + element + i), Vector512<T>.One);
                searched = Vector512.AndNot(searched, first);
                var at = places + element + i;
                if (Action == Mode.Take) taken += Vector512.Load(at) & first;
                else (isApart ? value & first : Vector512.Load(at) + (value & first)).Store(at);
            }
            if (Action == Mode.Take) taken.Store(positions + i);
        }
    }
}
