using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FunctionalDL.Engine;

/// <summary>Brings rows of a matrix into the order of the micro kernel: those of one column together, column after column.</summary>
static unsafe class Panel<T> where T : unmanaged
{
    const int Quad = 4;

    /// <summary>Packs the rows of a batch from <paramref name="first"/> on, as many as there are up to a full panel.</summary>
    public static void PackBatch(T* x, Matrix matrix, int batch, int first, T* to, int full) =>
        Pack(x + matrix.Batches[batch], matrix, first, Math.Min(full, matrix.Rows.Length - first), to, full);

    /// <summary>
    /// Packs <paramref name="width"/> rows from <paramref name="first"/> on, filled up with zeros to <paramref name="full"/>.
    /// </summary>
    public static void Pack(T* x, Matrix matrix, int first, int width, T* to, int full)
    {
        var rows = matrix.Rows.AsSpan(first, width);
        var columns = matrix.Columns;
        if (width < full) NativeMemory.Clear(to, (nuint)full * (nuint)columns.Length * (nuint)sizeof(T));
        for (int start = 0, end; start < width; start = end)
        {
            for (end = start + 1; end < width && rows[end] == rows[end - 1] + 1; end++) { }
            if (end - start > 1 || matrix.ColumnStride != 1) CopyRun(x + rows[start], columns, end - start, to + start, full);
            else
            {
                for (end = Math.Max(end, start + 1); end < width && (end + 1 == width || rows[end + 1] != rows[end] + 1); end++) { }
                Transpose(x, rows[start..end], columns.Length, to + start, full);
            }
        }
    }

    /// <summary>A run of rows that lie next to each other, the last of them copied once more where they do not fill vectors.</summary>
    static void CopyRun(T* x, int[] columns, int run, T* to, int full)
    {
        if (run >= Vector512<T>.Count)
            foreach (var column in columns)
            {
                for (var i = 0; i < run - Vector512<T>.Count; i += Vector512<T>.Count) Vector512.Load(x + column + i).Store(to + i);
                Vector512.Load(x + column + run - Vector512<T>.Count).Store(to + run - Vector512<T>.Count);
                to += full;
            }
        else if (run >= Vector128<T>.Count)
            foreach (var column in columns)
            {
                for (var i = 0; i < run - Vector128<T>.Count; i += Vector128<T>.Count) Vector128.Load(x + column + i).Store(to + i);
                Vector128.Load(x + column + run - Vector128<T>.Count).Store(to + run - Vector128<T>.Count);
                to += full;
            }
        else
            foreach (var column in columns)
            {
                MaskedVector.Store(MaskedVector.Load(x + column, run), to, run);
                to += full;
            }
    }

    /// <summary>Rows whose columns lie next to each other, four by four.</summary>
    static void Transpose(T* x, ReadOnlySpan<int> rows, int columns, T* to, int full)
    {
        var i = 0;
        if (sizeof(T) == sizeof(float))
            for (; i <= rows.Length - Quad; i += Quad)
            {
                float* a = (float*)(x + rows[i]),
                    b = (float*)(x + rows[i + 1]),
                    c = (float*)(x + rows[i + 2]),
                    d = (float*)(x + rows[i + 3]);
                var k = 0;
                var at = (float*)(to + i);
                for (; k <= columns - Quad; k += Quad, at += Quad * full)
                {
                    var (low0, high0) = Zip(Vector128.Load(a + k), Vector128.Load(b + k));
                    var (low1, high1) = Zip(Vector128.Load(c + k), Vector128.Load(d + k));
                    var (column0, column1) = Zip(low0.AsDouble(), low1.AsDouble());
                    var (column2, column3) = Zip(high0.AsDouble(), high1.AsDouble());
                    column0.AsSingle().Store(at);
                    column1.AsSingle().Store(at + full);
                    column2.AsSingle().Store(at + 2 * full);
                    column3.AsSingle().Store(at + 3 * full);
                }
                for (; k < columns; k++, at += full) (at[0], at[1], at[2], at[3]) = (a[k], b[k], c[k], d[k]);
            }
        for (; i < rows.Length; i++)
        {
            T* from = x + rows[i], at = to + i;
            for (var k = 0; k < columns; k++, at += full) *at = from[k];
        }
    }

    /// <summary>The elements of a and b in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<double> Low, Vector128<double> High) Zip(Vector128<double> a, Vector128<double> b)
    {
        if (Sse2.IsSupported) return (Sse2.UnpackLow(a, b), Sse2.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0]), Vector128.Create(a[1], b[1]));
    }
}
