using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>A function of one vector.</summary>
interface IUnary<T> where T : unmanaged
{
    static abstract Vector512<T> Apply(Vector512<T> x);
}

/// <summary>A function of two vectors.</summary>
interface IBinary<T> where T : unmanaged
{
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}

/// <summary>
/// Loops over n elements, whatever the function. The last elements, too few for a vector, go through the same function one by one, so that an
/// element's bits do not depend on its place. A bit of <c>scalars</c> says that an operand is one number for all.
/// </summary>
static unsafe class Loops
{
    public static void Unary<T, TOp>(byte* a, byte* b, byte* c, byte* d, int n, int scalars) where T : unmanaged where TOp : IUnary<T>
    {
        T* x = (T*)a, y = (T*)d;
        var i = 0;
        if (scalars != 0)
        {
            new Span<T>(y, n).Fill(TOp.Apply(Vector512.Create(*x)).ToScalar());
            return;
        }
        for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(Vector512.Load(x + i)).Store(y + i);
        for (; i < n; i++) y[i] = TOp.Apply(Vector512.Create(x[i])).ToScalar();
    }

    public static void Binary<T, TOp>(byte* a, byte* b, byte* c, byte* d, int n, int scalars) where T : unmanaged where TOp : IBinary<T>
    {
        T* x = (T*)a, y = (T*)b, z = (T*)d;
        var i = 0;
        switch (scalars)
        {
            case 0:
                for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(Vector512.Load(x + i), Vector512.Load(y + i)).Store(z + i);
                for (; i < n; i++) z[i] = TOp.Apply(Vector512.Create(x[i]), Vector512.Create(y[i])).ToScalar();
                break;
            case 1:
                var left = Vector512.Create(*x);
                for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(left, Vector512.Load(y + i)).Store(z + i);
                for (; i < n; i++) z[i] = TOp.Apply(left, Vector512.Create(y[i])).ToScalar();
                break;
            case 2:
                var right = Vector512.Create(*y);
                for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count) TOp.Apply(Vector512.Load(x + i), right).Store(z + i);
                for (; i < n; i++) z[i] = TOp.Apply(Vector512.Create(x[i]), right).ToScalar();
                break;
            default:
                new Span<T>(z, n).Fill(TOp.Apply(Vector512.Create(*x), Vector512.Create(*y)).ToScalar());
                break;
        }
    }

    public static void Select<T>(byte* a, byte* b, byte* c, byte* d, int n, int scalars) where T : unmanaged
    {
        T* test = (T*)a, x = (T*)b, y = (T*)c, z = (T*)d;
        var i = 0;
        int stepTest = 1 - (scalars & 1), stepX = 1 - (scalars >> 1 & 1), stepY = 1 - (scalars >> 2 & 1);
        static Vector512<T> Read(T* p, int i, int step) => step == 0 ? Vector512.Create(*p) : Vector512.Load(p + i);
        for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
            Vector512.ConditionalSelect(Vector512.Equals(Read(test, i, stepTest), Vector512<T>.Zero), Read(y, i, stepY), Read(x, i, stepX)).Store(z + i);
        for (; i < n; i++) z[i] = EqualityComparer<T>.Default.Equals(test[i * stepTest], default) ? y[i * stepY] : x[i * stepX];
    }

    public static void DivideWhole(byte* a, byte* b, byte* c, byte* d, int n, int scalars)
    {
        long* x = (long*)a, y = (long*)b, z = (long*)d;
        int stepX = 1 - (scalars & 1), stepY = 1 - (scalars >> 1);
        for (var i = 0; i < n; i++)
            z[i] = y[i * stepY] is var divisor and not 0 ? x[i * stepX] / divisor
                : throw new TensorException("Divide: a whole number is divided by 0. Guard the divisor, or cast to a float.");
    }

    public static void Convert<TFrom, TTo>(byte* a, byte* b, byte* c, byte* d, int n, int scalars)
        where TFrom : unmanaged, INumber<TFrom> where TTo : unmanaged, INumber<TTo>
    {
        var x = (TFrom*)a;
        var y = (TTo*)d;
        var step = 1 - scalars;
        for (var i = 0; i < n; i++) y[i] = TTo.CreateTruncating(x[i * step]);
    }

    public static void ToBool<T>(byte* a, byte* b, byte* c, byte* d, int n, int scalars) where T : unmanaged, INumber<T>
    {
        var x = (T*)a;
        var step = 1 - scalars;
        for (var i = 0; i < n; i++) d[i] = x[i * step] == T.Zero ? (byte)0 : (byte)1;
    }

    public static void FromBool<T>(byte* a, byte* b, byte* c, byte* d, int n, int scalars) where T : unmanaged, INumber<T>
    {
        var y = (T*)d;
        var step = 1 - scalars;
        for (var i = 0; i < n; i++) y[i] = a[i * step] != 0 ? T.One : T.Zero;
    }
}
