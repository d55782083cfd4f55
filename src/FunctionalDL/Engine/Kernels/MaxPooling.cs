using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// Max pooling of a plane, on copies in which what lies under one element of the window is a run. The scratch memory is prepared for the
/// first of several planes.
/// </summary>
sealed unsafe class MaxPooling<T>(Sliding sliding) where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly int bands = sliding.Bands;
    readonly bool isPadded = sliding.IsPadded, isApart = sliding.IsApart, isComplete = sliding.IsComplete;

    /// <summary>The elements of scratch memory.</summary>
    public long Elements => 3L * CopyElements + 2L * RunElements;

    /// <summary>The elements of a copy, and of what belongs to positions, with a vector to spare.</summary>
    int CopyElements => sliding.Count + Vector512<T>.Count;

    int RunElements => sliding.Span + Vector512<T>.Count;

    /// <summary>The largest elements.</summary>
    public void Largest(T* plane, T* to, T* scratch, bool isFirst)
    {
        var largest = scratch + CopyElements;
        for (var band = 0; band < bands; band++)
        {
            if (IsNew(isFirst)) new Span<T>(scratch, CopyElements).Fill(T.NegativeInfinity);
            Find(plane, band, scratch, largest);
            sliding.ReturnPositions(to, band, largest);
        }
    }

    /// <summary>The elements of another plane at their places.</summary>
    public void Take(T* plane, T* most, T* others, T* to, T* scratch, bool isFirst)
    {
        T* real = scratch + CopyElements, other = real + CopyElements, largest = other + CopyElements, result = largest + RunElements;
        for (var band = 0; band < bands; band++)
        {
            if (IsNew(isFirst)) Prepare(band, scratch, real);
            sliding.CopyElements(plane, band, scratch);
            sliding.CopyPositions(most, band, largest);
            sliding.CopyElements(others, band, other);
            Move(scratch, real, largest, other, result, put: false);
            sliding.ReturnPositions(to, band, result);
        }
    }

    /// <summary>Zeros, with the values of positions added at their places.</summary>
    public void Put(T* plane, T* most, T* values, Span<T> to, T* scratch, bool isFirst)
    {
        T* real = scratch + CopyElements, other = real + CopyElements, largest = other + CopyElements, value = largest + RunElements;
        if (!isComplete || bands > 1) to.Clear();
        for (var band = 0; band < bands; band++)
        {
            if (IsNew(isFirst)) Prepare(band, scratch, real);
            sliding.CopyElements(plane, band, scratch);
            sliding.CopyPositions(most, band, largest);
            sliding.CopyPositions(values, band, value);
            if (!isApart) new Span<T>(other, CopyElements).Clear();
            Move(scratch, real, largest, other, value, put: true);
            // An element may lie under windows of two bands.
            fixed (T* target = to)
                if (bands == 1) sliding.ReturnElements(target, band, other);
                else sliding.AddElements(target, band, other);
        }
    }

    /// <summary>Padding stays what it is from one plane to the next, but not from band to band.</summary>
    bool IsNew(bool isFirst) => isFirst || bands > 1;

    void Prepare(int band, T* copy, T* real)
    {
        new Span<T>(copy, CopyElements).Fill(T.NegativeInfinity);
        NativeMemory.Clear(real, (nuint)((Elements - CopyElements) * sizeof(T)));
        sliding.FillElements(band, real, T.One);
    }

    void Find(T* plane, int band, T* copy, T* largest)
    {
        sliding.CopyElements(plane, band, copy);
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
            var (most, searched, value, taken) = (
                Vector512.Load(largest + i),
                Vector512<T>.AllBitsSet,
                Vector512.Load(positions + i),
                Vector512<T>.Zero);
            var lanes = MaskedVector.Lanes<T>(sliding.Span - i);
            // What is put is added to 0, so that −0 becomes 0; what is taken stays what it is.
            if (put) value += Vector512<T>.Zero;
            foreach (var element in sliding.Elements)
            {
                var x = Vector512.Load(copy + element + i);
                var first = searched & (Vector512.Equals(x, most) | ~Vector512.Equals(x, x));
                if (isPadded) first &= Vector512.Equals(Vector512.Load(real + element + i), Vector512<T>.One);
                searched = Vector512.AndNot(searched, first);
                var at = places + element + i;
                if (!put) taken |= Vector512.Load(at) & first;
                else if (isApart) MaskedVector.Store(value & first, at, lanes);
                else (Vector512.Load(at) + (value & first)).Store(at);
            }
            if (!put) taken.Store(positions + i);
        }
    }
}
