using System.Numerics;

namespace FunctionalDL;

/// <summary>Looks for elements that are no finite numbers, a vector at a time.</summary>
static class Finite
{
    /// <summary>
    /// The place of the first element in row-major order that is infinite, or NaN where that is not allowed; −1 where there is none.
    /// </summary>
    public static int FirstNotFinite(this Tensor tensor, bool allowNaN = false) =>
        tensor.DType.IsFloat() ? tensor.DType.VisitReals<Search, int>(new(tensor, allowNaN)) : -1;

    readonly struct Search(Tensor tensor, bool allowNaN) : IRealVisitor<int>
    {
        public int Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => First(tensor.In<T>().Span, allowNaN);
    }

    static int First<T>(ReadOnlySpan<T> values, bool allowNaN) where T : unmanaged, IFloatingPointIeee754<T>
    {
        // x − x is 0 where x is finite, and NaN elsewhere.
        var at = 0;
        for (; at <= values.Length - Vector<T>.Count; at += Vector<T>.Count)
            if (new Vector<T>(values[at..]) is var x && x - x != Vector<T>.Zero && Within(values.Slice(at, Vector<T>.Count), allowNaN) >= 0)
                break;
        var rest = Within(values[at..], allowNaN);
        return rest < 0 ? -1 : at + rest;
    }

    static int Within<T>(ReadOnlySpan<T> values, bool allowNaN) where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
            if (!T.IsFinite(values[i]) && !(allowNaN && T.IsNaN(values[i]))) return i;
        return -1;
    }
}
