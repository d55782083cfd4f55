using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

readonly struct Tan<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Tan);
}

readonly struct Asin<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Asin);
}

readonly struct Acos<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Acos);
}

readonly struct Atan<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Atan);
}

readonly struct Sinh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Sinh);
}

readonly struct Cosh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Cosh);
}

readonly struct Asinh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Asinh);
}

readonly struct Acosh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Acosh);
}

readonly struct Atanh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Lanes.Each(x, T.Atanh);
}

readonly struct Power<T> : IBinary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Lanes.InFloat64(a, b, Math.Pow);
}

readonly struct Atan2<T> : IBinary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Lanes.InFloat64(a, b, Math.Atan2);
}

readonly struct Remainder<T> : IBinary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Lanes.Each(a, b, (x, y) => x % y);
}

/// <summary>Functions that are rare enough to be taken one element at a time.</summary>
static class Lanes
{
    public static Vector512<T> Each<T>(Vector512<T> x, Func<T, T> f) where T : unmanaged
    {
        for (var i = 0; i < Vector512<T>.Count; i++) x = x.WithElement(i, f(x[i]));
        return x;
    }

    public static Vector512<T> Each<T>(Vector512<T> a, Vector512<T> b, Func<T, T, T> f) where T : unmanaged
    {
        for (var i = 0; i < Vector512<T>.Count; i++) a = a.WithElement(i, f(a[i], b[i]));
        return a;
    }

    /// <summary>A function of float64, rounded.</summary>
    public static Vector512<T> InFloat64<T>(Vector512<T> a, Vector512<T> b, Func<double, double, double> f)
        where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < Vector512<T>.Count; i++)
            a = a.WithElement(i, T.CreateChecked(f(double.CreateChecked(a[i]), double.CreateChecked(b[i]))));
        return a;
    }
}
