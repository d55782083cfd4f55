using System.Numerics;
using System.Runtime.Intrinsics;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

readonly struct WholeQuotient<T> : IWhole<T> where T : unmanaged, INumber<T>
{
    public static T Apply(T x, T divisor)
    {
        if (divisor == T.Zero) throw new TensorException("Divide: a whole number is divided by 0. Guard the divisor, or cast to a float.");
        return T.IsNegative(divisor) && divisor == -T.One ? -x : x / divisor;
    }
}

readonly struct WholeRemainder<T> : IWhole<T> where T : unmanaged, INumber<T>
{
    public static T Apply(T x, T divisor) => SpecialValues.Remainder(x, divisor);
}

readonly struct WholePower<T> : IWhole<T> where T : unmanaged, INumber<T>
{
    public static T Apply(T x, T n) => SpecialValues.WholePower(x, n);
}

readonly struct BitAnd<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a & b;
}

readonly struct BitOr<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a | b;
}

readonly struct BitXor<T> : IBinary<T> where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a ^ b;
}
