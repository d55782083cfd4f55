using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The innermost loops of the product without packing: rows of A times columns of B that lie next to each other, summed over k in
/// registers.
/// </summary>
static unsafe class DirectKernel<TSimd, TVector, T> where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>One to four rows times up to two vectors of columns: c = a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(T* a, ReadOnlySpan<int> rows, int strideA, T* b, int strideB, int k, T* c, int stride, int width)
    {
        T* a0 = a + rows[0],
            a1 = rows.Length > 1 ? a + rows[1] : a0,
            a2 = rows.Length > 2 ? a + rows[2] : a0,
            a3 = rows.Length > 3 ? a + rows[3] : a0;
        TVector l0 = default,
            l1 = default,
            l2 = default,
            l3 = default,
            r0 = default,
            r1 = default,
            r2 = default,
            r3 = default;
        int first = Math.Min(width, TSimd.Count),
            second = width - first;
        if (second == TSimd.Count)
            for (; k > 0; k--, a0 += strideA, a1 += strideA, a2 += strideA, a3 += strideA, b += strideB)
            {
                var (left, right) = (TSimd.Load(b), TSimd.Load(b + TSimd.Count));
                TVector x;
                x = TSimd.Broadcast(a0); l0 = TSimd.MultiplyAdd(x, left, l0); r0 = TSimd.MultiplyAdd(x, right, r0);
                x = TSimd.Broadcast(a1); l1 = TSimd.MultiplyAdd(x, left, l1); r1 = TSimd.MultiplyAdd(x, right, r1);
                x = TSimd.Broadcast(a2); l2 = TSimd.MultiplyAdd(x, left, l2); r2 = TSimd.MultiplyAdd(x, right, r2);
                x = TSimd.Broadcast(a3); l3 = TSimd.MultiplyAdd(x, left, l3); r3 = TSimd.MultiplyAdd(x, right, r3);
            }
        else if (second == 0)
            for (; k > 0; k--, a0 += strideA, a1 += strideA, a2 += strideA, a3 += strideA, b += strideB)
            {
                var left = TSimd.Load(b, first);
                l0 = TSimd.MultiplyAdd(TSimd.Broadcast(a0), left, l0);
                l1 = TSimd.MultiplyAdd(TSimd.Broadcast(a1), left, l1);
                l2 = TSimd.MultiplyAdd(TSimd.Broadcast(a2), left, l2);
                l3 = TSimd.MultiplyAdd(TSimd.Broadcast(a3), left, l3);
            }
        else
            for (; k > 0; k--, a0 += strideA, a1 += strideA, a2 += strideA, a3 += strideA, b += strideB)
            {
                var (left, right) = (TSimd.Load(b), TSimd.Load(b + TSimd.Count, second));
                TVector x;
                x = TSimd.Broadcast(a0); l0 = TSimd.MultiplyAdd(x, left, l0); r0 = TSimd.MultiplyAdd(x, right, r0);
                x = TSimd.Broadcast(a1); l1 = TSimd.MultiplyAdd(x, left, l1); r1 = TSimd.MultiplyAdd(x, right, r1);
                x = TSimd.Broadcast(a2); l2 = TSimd.MultiplyAdd(x, left, l2); r2 = TSimd.MultiplyAdd(x, right, r2);
                x = TSimd.Broadcast(a3); l3 = TSimd.MultiplyAdd(x, left, l3); r3 = TSimd.MultiplyAdd(x, right, r3);
            }
        Write(c, l0, r0, first, second);
        if (rows.Length > 1) Write(c + stride, l1, r1, first, second);
        if (rows.Length > 2) Write(c + 2 * stride, l2, r2, first, second);
        if (rows.Length > 3) Write(c + 3 * stride, l3, r3, first, second);
    }

    static void Write(T* c, TVector left, TVector right, int first, int second)
    {
        if (first == TSimd.Count) TSimd.Store(c, left);
        else TSimd.Store(c, left, first);
        if (second == TSimd.Count) TSimd.Store(c + TSimd.Count, right);
        else if (second > 0) TSimd.Store(c + TSimd.Count, right, second);
    }

    /// <summary>c += x, so many elements.</summary>
    public static void Add(T* c, T* x, int count)
    {
        for (; count >= TSimd.Count; count -= TSimd.Count, c += TSimd.Count, x += TSimd.Count)
            TSimd.Store(c, TSimd.Add(TSimd.Load(c), TSimd.Load(x)));
        if (count > 0)
            TSimd.Store(c, TSimd.Add(TSimd.Load(c, count), TSimd.Load(x, count)), count);
    }

    /// <summary>One row times eight vectors of columns: c = a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(T* a, int strideA, T* b, int strideB, int k, T* c)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (; k > 0; k--, a += strideA, b += strideB)
        {
            var x = TSimd.Broadcast(a);
            s0 = TSimd.MultiplyAdd(x, TSimd.Load(b), s0);
            s1 = TSimd.MultiplyAdd(x, TSimd.Load(b + TSimd.Count), s1);
            s2 = TSimd.MultiplyAdd(x, TSimd.Load(b + 2 * TSimd.Count), s2);
            s3 = TSimd.MultiplyAdd(x, TSimd.Load(b + 3 * TSimd.Count), s3);
            s4 = TSimd.MultiplyAdd(x, TSimd.Load(b + 4 * TSimd.Count), s4);
            s5 = TSimd.MultiplyAdd(x, TSimd.Load(b + 5 * TSimd.Count), s5);
            s6 = TSimd.MultiplyAdd(x, TSimd.Load(b + 6 * TSimd.Count), s6);
            s7 = TSimd.MultiplyAdd(x, TSimd.Load(b + 7 * TSimd.Count), s7);
        }
        TSimd.Store(c, s0);
        TSimd.Store(c + TSimd.Count, s1);
        TSimd.Store(c + 2 * TSimd.Count, s2);
        TSimd.Store(c + 3 * TSimd.Count, s3);
        TSimd.Store(c + 4 * TSimd.Count, s4);
        TSimd.Store(c + 5 * TSimd.Count, s5);
        TSimd.Store(c + 6 * TSimd.Count, s6);
        TSimd.Store(c + 7 * TSimd.Count, s7);
    }
}
