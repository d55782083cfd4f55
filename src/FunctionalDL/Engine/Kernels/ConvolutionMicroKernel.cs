using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>A number known when code is generated.</summary>
interface INumber
{
    static abstract int Value { get; }
}

readonly struct One : INumber { public static int Value => 1; }

readonly struct Two : INumber { public static int Value => 2; }

readonly struct Three : INumber { public static int Value => 3; }

readonly struct Four : INumber { public static int Value => 4; }

readonly struct Six : INumber { public static int Value => 6; }

readonly struct Eight : INumber { public static int Value => 8; }

/// <summary>
/// The innermost loops of convolutions, on copies in which what lies under one element of the window is a run: sums over window elements
/// and channels for neighbouring positions, and sums over positions for neighbouring window elements.
/// </summary>
static unsafe class ConvolutionMicroKernel<TSimd, TVector, T> where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>c[r, i] = Σₖ w[k, r] · x[offsets[k] + i] for 8, 4 or 1 rows of weights and 3, 2 or 1 vectors of positions.</summary>
    public static void Convolve(int rows, int vectors, T* w, T* x, int* offsets, int k, T* c, int stride)
    {
        switch (rows, vectors)
        {
            case (8, 3): Convolve<Eight, Three>(w, x, offsets, k, c, stride); break;
            case (8, 2): Convolve<Eight, Two>(w, x, offsets, k, c, stride); break;
            case (8, _): Convolve<Eight, One>(w, x, offsets, k, c, stride); break;
            case (4, 3): Convolve<Four, Three>(w, x, offsets, k, c, stride); break;
            case (4, 2): Convolve<Four, Two>(w, x, offsets, k, c, stride); break;
            case (4, _): Convolve<Four, One>(w, x, offsets, k, c, stride); break;
            case (_, 3): Convolve<One, Three>(w, x, offsets, k, c, stride); break;
            case (_, 2): Convolve<One, Two>(w, x, offsets, k, c, stride); break;
            default: Convolve<One, One>(w, x, offsets, k, c, stride); break;
        }
    }

    static void Convolve<TRows, TVectors>(T* w, T* x, int* offsets, int k, T* c, int stride)
        where TRows : struct, INumber
        where TVectors : struct, INumber
    {
        TVector l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default, l6 = default, l7 = default;
        TVector m0 = default, m1 = default, m2 = default, m3 = default, m4 = default, m5 = default, m6 = default, m7 = default;
        TVector r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default, r7 = default;
        for (; k > 0; k--, w += TRows.Value, offsets++)
        {
            var at = x + *offsets;
            TVector left = TSimd.Load(at), middle = default, right = default, s;
            if (TVectors.Value > 1) middle = TSimd.Load(at + TSimd.Count);
            if (TVectors.Value > 2) right = TSimd.Load(at + 2 * TSimd.Count);
            s = TSimd.Broadcast(w);
            l0 = TSimd.MultiplyAdd(s, left, l0);
            if (TVectors.Value > 1) m0 = TSimd.MultiplyAdd(s, middle, m0);
            if (TVectors.Value > 2) r0 = TSimd.MultiplyAdd(s, right, r0);
            if (TRows.Value > 1)
            {
                s = TSimd.Broadcast(w + 1);
                l1 = TSimd.MultiplyAdd(s, left, l1);
                if (TVectors.Value > 1) m1 = TSimd.MultiplyAdd(s, middle, m1);
                if (TVectors.Value > 2) r1 = TSimd.MultiplyAdd(s, right, r1);
                s = TSimd.Broadcast(w + 2);
                l2 = TSimd.MultiplyAdd(s, left, l2);
                if (TVectors.Value > 1) m2 = TSimd.MultiplyAdd(s, middle, m2);
                if (TVectors.Value > 2) r2 = TSimd.MultiplyAdd(s, right, r2);
                s = TSimd.Broadcast(w + 3);
                l3 = TSimd.MultiplyAdd(s, left, l3);
                if (TVectors.Value > 1) m3 = TSimd.MultiplyAdd(s, middle, m3);
                if (TVectors.Value > 2) r3 = TSimd.MultiplyAdd(s, right, r3);
            }
            if (TRows.Value > 4)
            {
                s = TSimd.Broadcast(w + 4);
                l4 = TSimd.MultiplyAdd(s, left, l4);
                if (TVectors.Value > 1) m4 = TSimd.MultiplyAdd(s, middle, m4);
                if (TVectors.Value > 2) r4 = TSimd.MultiplyAdd(s, right, r4);
                s = TSimd.Broadcast(w + 5);
                l5 = TSimd.MultiplyAdd(s, left, l5);
                if (TVectors.Value > 1) m5 = TSimd.MultiplyAdd(s, middle, m5);
                if (TVectors.Value > 2) r5 = TSimd.MultiplyAdd(s, right, r5);
                s = TSimd.Broadcast(w + 6);
                l6 = TSimd.MultiplyAdd(s, left, l6);
                if (TVectors.Value > 1) m6 = TSimd.MultiplyAdd(s, middle, m6);
                if (TVectors.Value > 2) r6 = TSimd.MultiplyAdd(s, right, r6);
                s = TSimd.Broadcast(w + 7);
                l7 = TSimd.MultiplyAdd(s, left, l7);
                if (TVectors.Value > 1) m7 = TSimd.MultiplyAdd(s, middle, m7);
                if (TVectors.Value > 2) r7 = TSimd.MultiplyAdd(s, right, r7);
            }
        }
        Write<TVectors>(c, l0, m0, r0);
        if (TRows.Value > 1)
        {
            Write<TVectors>(c + stride, l1, m1, r1);
            Write<TVectors>(c + 2 * stride, l2, m2, r2);
            Write<TVectors>(c + 3 * stride, l3, m3, r3);
        }
        if (TRows.Value > 4)
        {
            Write<TVectors>(c + 4 * stride, l4, m4, r4);
            Write<TVectors>(c + 5 * stride, l5, m5, r5);
            Write<TVectors>(c + 6 * stride, l6, m6, r6);
            Write<TVectors>(c + 7 * stride, l7, m7, r7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write<TVectors>(T* c, TVector left, TVector middle, TVector right) where TVectors : struct, INumber
    {
        TSimd.Store(c, left);
        if (TVectors.Value > 1) TSimd.Store(c + TSimd.Count, middle);
        if (TVectors.Value > 2) TSimd.Store(c + 2 * TSimd.Count, right);
    }

    /// <summary>
    /// c[r, j] += Σᵢ y[r·rowStride + i] · x[offsets[j] + i] over so many vectors of each of some planes, for 4 rows and 6 or 3
    /// offsets.
    /// </summary>
    public static void Correlate<TColumns>(
        T* y,
        int rowStride,
        T* x,
        int* offsets,
        int vectors,
        int planes,
        long yPlane,
        long xPlane,
        T* c,
        int stride)
        where TColumns : struct, INumber
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default;
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        TVector d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
        T* x0 = x + offsets[0], x1 = x + offsets[1], x2 = x + offsets[2], x3 = null, x4 = null, x5 = null;
        if (TColumns.Value > 3)
        {
            x3 = x + offsets[3];
            x4 = x + offsets[4];
            x5 = x + offsets[5];
        }
        for (; planes > 0; planes--, y += yPlane, x0 += xPlane, x1 += xPlane, x2 += xPlane, x3 += xPlane, x4 += xPlane, x5 += xPlane)
        {
            T* ya = y, yb = y + rowStride, yc = y + 2L * rowStride, yd = y + 3L * rowStride;
            for (var i = 0; i < vectors * TSimd.Count; i += TSimd.Count)
            {
                TVector a = TSimd.Load(ya + i), b = TSimd.Load(yb + i), g = TSimd.Load(yc + i), d = TSimd.Load(yd + i), s;
                s = TSimd.Load(x0 + i);
                a0 = TSimd.MultiplyAdd(s, a, a0);
                b0 = TSimd.MultiplyAdd(s, b, b0);
                c0 = TSimd.MultiplyAdd(s, g, c0);
                d0 = TSimd.MultiplyAdd(s, d, d0);
                s = TSimd.Load(x1 + i);
                a1 = TSimd.MultiplyAdd(s, a, a1);
                b1 = TSimd.MultiplyAdd(s, b, b1);
                c1 = TSimd.MultiplyAdd(s, g, c1);
                d1 = TSimd.MultiplyAdd(s, d, d1);
                s = TSimd.Load(x2 + i);
                a2 = TSimd.MultiplyAdd(s, a, a2);
                b2 = TSimd.MultiplyAdd(s, b, b2);
                c2 = TSimd.MultiplyAdd(s, g, c2);
                d2 = TSimd.MultiplyAdd(s, d, d2);
                if (TColumns.Value > 3)
                {
                    s = TSimd.Load(x3 + i);
                    a3 = TSimd.MultiplyAdd(s, a, a3);
                    b3 = TSimd.MultiplyAdd(s, b, b3);
                    c3 = TSimd.MultiplyAdd(s, g, c3);
                    d3 = TSimd.MultiplyAdd(s, d, d3);
                    s = TSimd.Load(x4 + i);
                    a4 = TSimd.MultiplyAdd(s, a, a4);
                    b4 = TSimd.MultiplyAdd(s, b, b4);
                    c4 = TSimd.MultiplyAdd(s, g, c4);
                    d4 = TSimd.MultiplyAdd(s, d, d4);
                    s = TSimd.Load(x5 + i);
                    a5 = TSimd.MultiplyAdd(s, a, a5);
                    b5 = TSimd.MultiplyAdd(s, b, b5);
                    c5 = TSimd.MultiplyAdd(s, g, c5);
                    d5 = TSimd.MultiplyAdd(s, d, d5);
                }
            }
        }
        Accumulate<TColumns>(c, a0, a1, a2, a3, a4, a5);
        Accumulate<TColumns>(c + stride, b0, b1, b2, b3, b4, b5);
        Accumulate<TColumns>(c + 2L * stride, c0, c1, c2, c3, c4, c5);
        Accumulate<TColumns>(c + 3L * stride, d0, d1, d2, d3, d4, d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Accumulate<TColumns>(T* c, TVector x0, TVector x1, TVector x2, TVector x3, TVector x4, TVector x5)
        where TColumns : struct, INumber
    {
        TSimd.Accumulate(c, x0);
        TSimd.Accumulate(c + 1, x1);
        TSimd.Accumulate(c + 2, x2);
        if (TColumns.Value > 3)
        {
            TSimd.Accumulate(c + 3, x3);
            TSimd.Accumulate(c + 4, x4);
            TSimd.Accumulate(c + 5, x5);
        }
    }
}
