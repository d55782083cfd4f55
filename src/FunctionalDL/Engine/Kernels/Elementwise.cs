using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

readonly struct Identity<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => x;
}

readonly struct Negate<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => -x;
}

readonly struct Abs<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => Vector512.Abs(x);
}

/// <summary>x itself where it is neither above nor below 0: a zero keeps its sign, NaN stays NaN.</summary>
readonly struct Sign<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x)
    {
        var one = Vector512<T>.One;
        var positive = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<T>.Zero), one, x);
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<T>.Zero), -one, positive);
    }
}

/// <summary>1 − x for the truth values 0 and 1.</summary>
readonly struct Not<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => Vector512<T>.One - x;
}

/// <summary>1 where x is not 0; NaN is not.</summary>
readonly struct IsTrue<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => Vector512.AndNot(Vector512<T>.One, Vector512.Equals(x, Vector512<T>.Zero));
}

readonly struct Add<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a + b;
}

readonly struct Subtract<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a - b;
}

readonly struct SubtractFrom<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => b - a;
}

readonly struct Multiply<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a * b;
}

readonly struct Divide<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a / b;
}

readonly struct Minimum<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);
}

readonly struct Maximum<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
}

readonly struct Equal<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b) & Vector512<T>.One;
}

readonly struct Less<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b) & Vector512<T>.One;
}

readonly struct LessOrEqual<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b) & Vector512<T>.One;
}

readonly struct Floor<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Floor(x.AsSingle()).As<float, T>()
        : Vector512.Floor(x.AsDouble()).As<double, T>();
}

/// <summary>To the nearest whole number, of two the even one.</summary>
readonly struct Round<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => typeof(T) == typeof(float)
        ? Vector512.Round(x.AsSingle()).As<float, T>()
        : Vector512.Round(x.AsDouble()).As<double, T>();
}

readonly struct Sqrt<T> : IUnary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> x) => Vector512.Sqrt(x);
}
