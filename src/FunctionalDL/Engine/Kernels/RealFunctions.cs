using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Functions of real vectors: float32 by <see cref="Single"/>, float64 by the platform's vector functions or, rarely needed, lane by lane.</summary>
static class Reals
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> As<T>(Vector512<float> x) => x.As<float, T>();

    /// <summary>A function applied lane by lane.</summary>
    public static Vector512<T> Each<T>(Vector512<T> x, Func<T, T> f) where T : unmanaged
    {
        for (var i = 0; i < Vector512<T>.Count; i++) x = x.WithElement(i, f(x[i]));
        return x;
    }
}

readonly struct Exp<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Exp(x.AsSingle()).As<float, T>()
        : Vector512.Exp(x.AsDouble()).As<double, T>();
}

readonly struct Log<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Log(x.AsSingle()).As<float, T>()
        : Vector512.Log(x.AsDouble()).As<double, T>();
}

readonly struct Sin<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Sin(x.AsSingle()).As<float, T>()
        : Vector512.Sin(x.AsDouble()).As<double, T>();
}

readonly struct Cos<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Cos(x.AsSingle()).As<float, T>()
        : Vector512.Cos(x.AsDouble()).As<double, T>();
}

readonly struct Expm1<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Reals.Each(x, SpecialValues.Expm1);
}

readonly struct Log1P<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Reals.Each(x, SpecialValues.Log1P);
}

readonly struct Atan<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Reals.Each(x, T.Atan);
}

readonly struct Tanh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => Reals.Each(x, T.Tanh);
}

readonly struct Sigmoid<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x)
    {
        var e = Exp<T>.Apply(-Vector512.Abs(x));
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<T>.Zero), e, Vector512<T>.One) / (Vector512<T>.One + e);
    }
}

readonly struct Softplus<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) =>
        Vector512.Max(x, Vector512<T>.Zero) + Log1P<T>.Apply(Exp<T>.Apply(-Vector512.Abs(x)));
}

readonly struct Erf<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) =>
        Reals.Each(x, v => T.CreateChecked(MathNet.Numerics.SpecialFunctions.Erf(double.CreateChecked(v))));
}

readonly struct Power<T> : IBinary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b)
    {
        for (var i = 0; i < Vector512<T>.Count; i++) a = a.WithElement(i, T.CreateChecked(Math.Pow(double.CreateChecked(a[i]), double.CreateChecked(b[i]))));
        return a;
    }
}
