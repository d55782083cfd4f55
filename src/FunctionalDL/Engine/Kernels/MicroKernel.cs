using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The innermost loop of the matrix product: so many rows of A, a row step and a column step apart, times a panel of B two vectors wide,
/// summed over k in registers. The number of accumulators is chosen by what the machine has: 24 of 32 registers, or 12 of 16.
/// </summary>
static unsafe class MicroKernel<TSimd, TVector, T> where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>c = a · b, or c += a · b, for so many rows: 12, 8, 6 or 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int rows, T* a, nint rowStride, nint columnStride, T* b, nint strideB, int k, T* c, int stride, bool add)
    {
        switch (rows)
        {
            case 12: Rows12(a, rowStride, columnStride, b, strideB, k, c, stride, add); break;
            case 8: Rows8(a, rowStride, columnStride, b, strideB, k, c, stride, add); break;
            case 6: Rows6(a, rowStride, columnStride, b, strideB, k, c, stride, add); break;
            default: Rows4(a, rowStride, columnStride, b, strideB, k, c, stride, add); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(T* c, TVector left, TVector right, bool add)
    {
        if (add) (left, right) = (TSimd.Add(TSimd.Load(c), left), TSimd.Add(TSimd.Load(c + TSimd.Count), right));
        TSimd.Store(c, left);
        TSimd.Store(c + TSimd.Count, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rows12(T* a, nint rowStride, nint columnStride, T* b, nint strideB, int k, T* c, int stride, bool add)
    {
        TVector l0 = default,
            l1 = default,
            l2 = default,
            l3 = default,
            l4 = default,
            l5 = default,
            l6 = default,
            l7 = default,
            l8 = default,
            l9 = default,
            l10 = default,
            l11 = default;
        TVector r0 = default,
            r1 = default,
            r2 = default,
            r3 = default,
            r4 = default,
            r5 = default,
            r6 = default,
            r7 = default,
            r8 = default,
            r9 = default,
            r10 = default,
            r11 = default;
        T* a0 = a,
            a3 = a + 3 * rowStride,
            a6 = a + 6 * rowStride,
            a9 = a + 9 * rowStride;
        for (; k > 0; k--, a0 += columnStride, a3 += columnStride, a6 += columnStride, a9 += columnStride, b += strideB)
        {
            var (left, right) = (TSimd.Load(b), TSimd.Load(b + TSimd.Count));
            TVector x;
            x = TSimd.Broadcast(a0); l0 = TSimd.MultiplyAdd(x, left, l0); r0 = TSimd.MultiplyAdd(x, right, r0);
            x = TSimd.Broadcast(a0 + rowStride); l1 = TSimd.MultiplyAdd(x, left, l1); r1 = TSimd.MultiplyAdd(x, right, r1);
            x = TSimd.Broadcast(a0 + 2 * rowStride); l2 = TSimd.MultiplyAdd(x, left, l2); r2 = TSimd.MultiplyAdd(x, right, r2);
            x = TSimd.Broadcast(a3); l3 = TSimd.MultiplyAdd(x, left, l3); r3 = TSimd.MultiplyAdd(x, right, r3);
            x = TSimd.Broadcast(a3 + rowStride); l4 = TSimd.MultiplyAdd(x, left, l4); r4 = TSimd.MultiplyAdd(x, right, r4);
            x = TSimd.Broadcast(a3 + 2 * rowStride); l5 = TSimd.MultiplyAdd(x, left, l5); r5 = TSimd.MultiplyAdd(x, right, r5);
            x = TSimd.Broadcast(a6); l6 = TSimd.MultiplyAdd(x, left, l6); r6 = TSimd.MultiplyAdd(x, right, r6);
            x = TSimd.Broadcast(a6 + rowStride); l7 = TSimd.MultiplyAdd(x, left, l7); r7 = TSimd.MultiplyAdd(x, right, r7);
            x = TSimd.Broadcast(a6 + 2 * rowStride); l8 = TSimd.MultiplyAdd(x, left, l8); r8 = TSimd.MultiplyAdd(x, right, r8);
            x = TSimd.Broadcast(a9); l9 = TSimd.MultiplyAdd(x, left, l9); r9 = TSimd.MultiplyAdd(x, right, r9);
            x = TSimd.Broadcast(a9 + rowStride); l10 = TSimd.MultiplyAdd(x, left, l10); r10 = TSimd.MultiplyAdd(x, right, r10);
            x = TSimd.Broadcast(a9 + 2 * rowStride); l11 = TSimd.MultiplyAdd(x, left, l11); r11 = TSimd.MultiplyAdd(x, right, r11);
        }
        Write(c, l0, r0, add);
        Write(c + stride, l1, r1, add);
        Write(c + 2 * (long)stride, l2, r2, add);
        Write(c + 3 * (long)stride, l3, r3, add);
        Write(c + 4 * (long)stride, l4, r4, add);
        Write(c + 5 * (long)stride, l5, r5, add);
        Write(c + 6 * (long)stride, l6, r6, add);
        Write(c + 7 * (long)stride, l7, r7, add);
        Write(c + 8 * (long)stride, l8, r8, add);
        Write(c + 9 * (long)stride, l9, r9, add);
        Write(c + 10 * (long)stride, l10, r10, add);
        Write(c + 11 * (long)stride, l11, r11, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rows8(T* a, nint rowStride, nint columnStride, T* b, nint strideB, int k, T* c, int stride, bool add)
    {
        TVector l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default, l6 = default, l7 = default;
        TVector r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default, r7 = default;
        T* a0 = a, a3 = a + 3 * rowStride, a6 = a + 6 * rowStride;
        for (; k > 0; k--, a0 += columnStride, a3 += columnStride, a6 += columnStride, b += strideB)
        {
            var (left, right) = (TSimd.Load(b), TSimd.Load(b + TSimd.Count));
            TVector x;
            x = TSimd.Broadcast(a0); l0 = TSimd.MultiplyAdd(x, left, l0); r0 = TSimd.MultiplyAdd(x, right, r0);
            x = TSimd.Broadcast(a0 + rowStride); l1 = TSimd.MultiplyAdd(x, left, l1); r1 = TSimd.MultiplyAdd(x, right, r1);
            x = TSimd.Broadcast(a0 + 2 * rowStride); l2 = TSimd.MultiplyAdd(x, left, l2); r2 = TSimd.MultiplyAdd(x, right, r2);
            x = TSimd.Broadcast(a3); l3 = TSimd.MultiplyAdd(x, left, l3); r3 = TSimd.MultiplyAdd(x, right, r3);
            x = TSimd.Broadcast(a3 + rowStride); l4 = TSimd.MultiplyAdd(x, left, l4); r4 = TSimd.MultiplyAdd(x, right, r4);
            x = TSimd.Broadcast(a3 + 2 * rowStride); l5 = TSimd.MultiplyAdd(x, left, l5); r5 = TSimd.MultiplyAdd(x, right, r5);
            x = TSimd.Broadcast(a6); l6 = TSimd.MultiplyAdd(x, left, l6); r6 = TSimd.MultiplyAdd(x, right, r6);
            x = TSimd.Broadcast(a6 + rowStride); l7 = TSimd.MultiplyAdd(x, left, l7); r7 = TSimd.MultiplyAdd(x, right, r7);
        }
        Write(c, l0, r0, add);
        Write(c + stride, l1, r1, add);
        Write(c + 2 * (long)stride, l2, r2, add);
        Write(c + 3 * (long)stride, l3, r3, add);
        Write(c + 4 * (long)stride, l4, r4, add);
        Write(c + 5 * (long)stride, l5, r5, add);
        Write(c + 6 * (long)stride, l6, r6, add);
        Write(c + 7 * (long)stride, l7, r7, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rows6(T* a, nint rowStride, nint columnStride, T* b, nint strideB, int k, T* c, int stride, bool add)
    {
        TVector l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default;
        TVector r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
        T* a0 = a, a3 = a + 3 * rowStride;
        for (; k > 0; k--, a0 += columnStride, a3 += columnStride, b += strideB)
        {
            var (left, right) = (TSimd.Load(b), TSimd.Load(b + TSimd.Count));
            TVector x;
            x = TSimd.Broadcast(a0); l0 = TSimd.MultiplyAdd(x, left, l0); r0 = TSimd.MultiplyAdd(x, right, r0);
            x = TSimd.Broadcast(a0 + rowStride); l1 = TSimd.MultiplyAdd(x, left, l1); r1 = TSimd.MultiplyAdd(x, right, r1);
            x = TSimd.Broadcast(a0 + 2 * rowStride); l2 = TSimd.MultiplyAdd(x, left, l2); r2 = TSimd.MultiplyAdd(x, right, r2);
            x = TSimd.Broadcast(a3); l3 = TSimd.MultiplyAdd(x, left, l3); r3 = TSimd.MultiplyAdd(x, right, r3);
            x = TSimd.Broadcast(a3 + rowStride); l4 = TSimd.MultiplyAdd(x, left, l4); r4 = TSimd.MultiplyAdd(x, right, r4);
            x = TSimd.Broadcast(a3 + 2 * rowStride); l5 = TSimd.MultiplyAdd(x, left, l5); r5 = TSimd.MultiplyAdd(x, right, r5);
        }
        Write(c, l0, r0, add);
        Write(c + stride, l1, r1, add);
        Write(c + 2 * (long)stride, l2, r2, add);
        Write(c + 3 * (long)stride, l3, r3, add);
        Write(c + 4 * (long)stride, l4, r4, add);
        Write(c + 5 * (long)stride, l5, r5, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rows4(T* a, nint rowStride, nint columnStride, T* b, nint strideB, int k, T* c, int stride, bool add)
    {
        TVector l0 = default, l1 = default, l2 = default, l3 = default;
        TVector r0 = default, r1 = default, r2 = default, r3 = default;
        T* a0 = a, a3 = a + 3 * rowStride;
        for (; k > 0; k--, a0 += columnStride, a3 += columnStride, b += strideB)
        {
            var (left, right) = (TSimd.Load(b), TSimd.Load(b + TSimd.Count));
            TVector x;
            x = TSimd.Broadcast(a0); l0 = TSimd.MultiplyAdd(x, left, l0); r0 = TSimd.MultiplyAdd(x, right, r0);
            x = TSimd.Broadcast(a0 + rowStride); l1 = TSimd.MultiplyAdd(x, left, l1); r1 = TSimd.MultiplyAdd(x, right, r1);
            x = TSimd.Broadcast(a0 + 2 * rowStride); l2 = TSimd.MultiplyAdd(x, left, l2); r2 = TSimd.MultiplyAdd(x, right, r2);
            x = TSimd.Broadcast(a3); l3 = TSimd.MultiplyAdd(x, left, l3); r3 = TSimd.MultiplyAdd(x, right, r3);
        }
        Write(c, l0, r0, add);
        Write(c + stride, l1, r1, add);
        Write(c + 2 * (long)stride, l2, r2, add);
        Write(c + 3 * (long)stride, l3, r3, add);
    }
}
