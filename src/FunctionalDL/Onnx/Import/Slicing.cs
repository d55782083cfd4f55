namespace FunctionalDL.Onnx;

/// <summary>What ONNX's Slice takes of an axis.</summary>
static class Slicing
{
    /// <summary>The places taken of an axis of n elements.</summary>
    /// <exception cref="OnnxNodeException">The step is 0.</exception>
    public static IEnumerable<int> Places(int n, long start, long end, long step)
    {
        if (step == 0) throw new OnnxNodeException("a slice has steps of 0.");
        var (from, to) = step > 0
            ? (Math.Clamp(Wrapped(start, n), 0, n), Math.Clamp(Wrapped(end, n), 0, n))
            : (Math.Clamp(Wrapped(start, n), -1, n - 1), Math.Clamp(Wrapped(end, n), -1, n - 1));
        for (var i = from; step > 0 ? i < to : i > to; i += step)
        {
            yield return (int)i;
            // A step may be as large as a number can be.
            if (step > n || step < -n) break;
        }
    }

    static long Wrapped(long place, int n) => place < 0 ? place + n : place;
}
