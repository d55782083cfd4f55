using System.Numerics;

namespace FunctionalDL;

/// <summary>Looks for elements that are no finite numbers, a vector at a time.</summary>
static class Finite
{
    /// <summary>The place of the first element in row-major order that is infinite, or NaN where that is not allowed; −1 where there is none.</summary>
    public static int FirstNotFinite(this Tensor tensor, bool allowsNaN = false) => tensor switch
    {
        Tensor<float> x => First(x.Span, allowsNaN),
        Tensor<double> x => First(x.Span, allowsNaN),
        _ => -1,
    };

    static int First<T>(ReadOnlySpan<T> values, bool allowsNaN) where T : unmanaged, IFloatingPointIeee754<T>
    {
        // x − x is 0 where x is finite, and NaN elsewhere.
        var at = 0;
        for (; at <= values.Length - Vector<T>.Count; at += Vector<T>.Count)
            if (new Vector<T>(values[at..]) is var x && x - x != Vector<T>.Zero) break;
        while (at < values.Length && (T.IsFinite(values[at]) || allowsNaN && T.IsNaN(values[at]))) at++;
        return at < values.Length ? at : -1;
    }
}
