using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>Max pooling of a plane, on copies in which what lies under one element of the window is a run. The scratch memory is prepared for the first of several planes.</summary>
sealed unsafe class MaxPooling<T>(Sliding sliding) where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly bool isPadded = sliding.IsPadded, isApart = sliding.IsApart, isComplete = sliding.IsComplete;

    /// <summary>The elements of scratch memory.</summary>
    public int Elements => 3 * CopyElements + 2 * RunElements;

    /// <summary>The elements of a copy, and of what belongs to positions, with a vector to spare.</summary>
    int CopyElements => sliding.Count + Vector512<T>.Count;

    int RunElements => sliding.Span + Vector512<T>.Count;

    /// <summary>The largest elements.</summary>
    public void Largest(T* plane, T* to, T* scratch, bool isFirst)
    {
        var largest = scratch + CopyElements;
        if (isFirst) new Span<T>(scratch, CopyElements).Fill(T.NegativeInfinity);
        Find(plane, scratch, largest);
        sliding.ReturnPositions(to, largest);
    }

    /// <summary>The elements of another plane at their places.</summary>
    public void Take(T* plane, T* others, T* to, T* scratch, bool isFirst)
    {
        T* real = scratch + CopyElements, other = real + CopyElements, largest = other + CopyElements, result = largest + RunElements;
        if (isFirst) Prepare(scratch, real);
        Find(plane, scratch, largest);
        sliding.CopyElements(others, 0, other);
        Move(scratch, real, largest, other, result, put: false);
        sliding.ReturnPositions(to, result);
    }

    /// <summary>Zeros, with the values of positions added at their places.</summary>
    public void Put(T* plane, T* values, Span<T> to, T* scratch, bool isFirst)
    {
        T* real = scratch + CopyElements, other = real + CopyElements, largest = other + CopyElements, value = largest + RunElements;
        if (isFirst) Prepare(scratch, real);
        Find(plane, scratch, largest);
        sliding.CopyPositions(values, 0, value);
        if (!isApart) new Span<T>(other, CopyElements).Clear();
        Move(scratch, real, largest, other, value, put: true);
        if (!isComplete) to.Clear();
        fixed (T* target = to) sliding.ReturnElements(target, other);
    }

    void Prepare(T* copy, T* real)
    {
        new Span<T>(copy, CopyElements).Fill(T.NegativeInfinity);
        new Span<T>(real, Elements - CopyElements).Clear();
        sliding.FillElements(real, T.One);
    }

    void Find(T* plane, T* copy, T* largest)
    {
        sliding.CopyElements(plane, 0, copy);
        for (var i = 0; i < sliding.Span; i += Vector512<T>.Count)
        {
            var found = Vector512.Create(T.NegativeInfinity);
            foreach (var element in sliding.Elements) found = Vector512.Max(found, Vector512.Load(copy + element + i));
            found.Store(largest + i);
        }
    }

    /// <summary>Moves values between the positions and the places of the first elements that are real and the largest, or NaN.</summary>
    void Move(T* copy, T* real, T* largest, T* places, T* positions, bool put)
    {
        for (var i = 0; i < sliding.Span; i += Vector512<T>.Count)
        {
            var (most, searched, value, taken) = (Vector512.Load(largest + i), Vector512<T>.AllBitsSet, Vector512.Load(positions + i), Vector512<T>.Zero);
            var lanes = Part.Lanes<T>(sliding.Span - i);
            foreach (var element in sliding.Elements)
            {
                var x = Vector512.Load(copy + element + i);
                var first = searched & (Vector512.Equals(x, most) | ~Vector512.Equals(x, x));
                if (isPadded) first &= Vector512.Equals(Vector512.Load(real + element + i), Vector512<T>.One);
                searched = Vector512.AndNot(searched, first);
                var at = places + element + i;
                if (!put) taken += Vector512.Load(at) & first;
                else if (isApart) Part.Store(value & first, at, lanes);
                else (Vector512.Load(at) + (value & first)).Store(at);
            }
            if (!put) taken.Store(positions + i);
        }
    }
}
