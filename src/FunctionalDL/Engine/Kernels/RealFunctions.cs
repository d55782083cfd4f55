using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

readonly struct Exp<T> : IUnary<T> where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Singles.Exp(x.AsSingle()).As<float, T>()
        : Vector512.Exp(x.AsDouble()).As<double, T>();
}

readonly struct Log<T> : IUnary<T> where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Singles.Log(x.AsSingle()).As<float, T>()
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

/// <summary>eˣ − 1 as <see cref="SpecialValues.Expm1"/> computes it.</summary>
readonly struct Expm1<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x)
    {
        var u = Exp<T>.Apply(x);
        var less = u - Vector512<T>.One;
        var result = less * (x / Log<T>.Apply(u));
        result = Vector512.ConditionalSelect(Vector512.Equals(less, -Vector512<T>.One) | Vector512.IsPositiveInfinity(u), less, result);
        return Vector512.ConditionalSelect(Vector512.Equals(u, Vector512<T>.One), x, result);
    }
}

/// <summary>ln(1 + x) as <see cref="SpecialValues.Log1P"/> computes it.</summary>
readonly struct Log1P<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x)
    {
        var u = Vector512<T>.One + x;
        var result = Log<T>.Apply(u) * (x / (u - Vector512<T>.One));
        result = Vector512.ConditionalSelect(Vector512.IsPositiveInfinity(u), u, result);
        return Vector512.ConditionalSelect(Vector512.Equals(u, Vector512<T>.One), x, result);
    }
}

readonly struct Tanh<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Singles.Tanh(x.AsSingle()).As<float, T>()
        : Lanes.Each(x, T.Tanh);
}

readonly struct Sigmoid<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x)
    {
        var e = Exp<T>.Apply(-Vector512.Abs(x));
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<T>.Zero), e, Vector512<T>.One) / (Vector512<T>.One + e);
    }
}

/// <summary>max(x, 0) + ln(1 + e^−|x|).</summary>
readonly struct Softplus<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) =>
        Vector512.Max(x, Vector512<T>.Zero) + Log1P<T>.Apply(Exp<T>.Apply(-Vector512.Abs(x)));
}

readonly struct Erf<T> : IUnary<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Singles.Erf(x.AsSingle(), Gaussian<float>.Apply(x.AsSingle())).As<float, T>()
        : Lanes.Each(x, SpecialValues.Erf);
}

/// <summary>e^−x².</summary>
readonly struct Gaussian<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => Exp<T>.Apply(-(x * x));
}

/// <summary>erf x, given e^−x².</summary>
readonly struct ErfByGaussian<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> gaussian) =>
        Singles.Erf(x.AsSingle(), gaussian.AsSingle()).As<float, T>();
}
