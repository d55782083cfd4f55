namespace FunctionalDL.Engine;

/// <summary>Moves elements between views and dense memory.</summary>
static unsafe class StridedCopy
{
    /// <summary>
    /// Copies <paramref name="count"/> elements of a view, from the <paramref name="start"/>-th in row-major order on, one after
    /// another.
    /// </summary>
    public static void Gather(View view, byte* from, int start, int count, byte* to)
    {
        switch (view.Storage.DType.ByteSize())
        {
            case 1: Walk(view, (byte*)from, start, count, (byte*)to); break;
            case 2: Walk(view, (ushort*)from, start, count, (ushort*)to); break;
            case 4: Walk(view, (uint*)from, start, count, (uint*)to); break;
            case 8: Walk(view, (ulong*)from, start, count, (ulong*)to); break;
            case var bytes: throw new InvalidOperationException($"no view has elements of {bytes} bytes");
        }
    }

    static void Walk<T>(View view, T* strided, int start, int count, T* dense) where T : unmanaged
    {
        var (sizes, strides) = (view.Sizes, view.Strides);
        var rank = sizes.Length;
        if (rank == 0)
        {
            *dense = *strided;
            return;
        }
        var index = stackalloc int[rank];
        long at = 0;
        for (int axis = rank - 1, rest = start; axis >= 0; axis--)
        {
            index[axis] = rest % sizes[axis];
            rest /= sizes[axis];
            at += (long)index[axis] * strides[axis];
        }
        var (last, step) = (sizes[rank - 1], strides[rank - 1]);
        while (count > 0)
        {
            var run = Math.Min(count, last - index[rank - 1]);
            if (step == 1) new ReadOnlySpan<T>(strided + at, run).CopyTo(new(dense, run));
            else if (step == 0) new Span<T>(dense, run).Fill(strided[at]);
            else
            {
                var from = strided + at;
                for (var i = 0; i < run; i++, from += step) dense[i] = *from;
            }
            dense += run;
            count -= run;
            at -= (long)index[rank - 1] * step;
            index[rank - 1] = 0;
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < sizes[axis]) break;
                at -= (long)strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
    }

    /// <summary>Copies a view to another of the same sizes.</summary>
    public static void Copy(View source, byte* from, View target, byte* to)
    {
        switch (source.Storage.DType.ByteSize())
        {
            case 1: Walk(source, (byte*)from, target, (byte*)to); break;
            case 2: Walk(source, (ushort*)from, target, (ushort*)to); break;
            case 4: Walk(source, (uint*)from, target, (uint*)to); break;
            case 8: Walk(source, (ulong*)from, target, (ulong*)to); break;
            case var bytes: throw new InvalidOperationException($"no view has elements of {bytes} bytes");
        }
    }

    static void Walk<T>(View source, T* from, View target, T* to) where T : unmanaged
    {
        var rank = source.Sizes.Length;
        var (last, strideFrom, strideTo) =
            rank == 0 ? (1, 1, 1) : (source.Sizes[rank - 1], source.Strides[rank - 1], target.Strides[rank - 1]);
        var index = stackalloc int[rank];
        new Span<int>(index, rank).Clear();
        for (long done = 0, at = 0, into = 0; done < source.Count; done += last)
        {
            if (strideFrom == 1 && strideTo == 1) new ReadOnlySpan<T>(from + at, last).CopyTo(new(to + into, last));
            else
            {
                T* x = from + at, y = to + into;
                for (var i = 0; i < last; i++, x += strideFrom, y += strideTo) *y = *x;
            }
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                (at, into) = (at + source.Strides[axis], into + target.Strides[axis]);
                if (++index[axis] < source.Sizes[axis]) break;
                (at, into) = (at - (long)source.Strides[axis] * source.Sizes[axis], into - (long)target.Strides[axis] * source.Sizes[axis]);
                index[axis] = 0;
            }
        }
    }
}
