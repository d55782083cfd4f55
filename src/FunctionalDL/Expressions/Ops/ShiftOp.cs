namespace FunctionalDL.Ops;

/// <summary>y = the bits of x₀ moved by x₁ places, at least 0; by as many places as there are bits or more, none is left.</summary>
abstract record ShiftOp : BitwiseOp
{
    private protected const int Bits = 64;

    protected abstract long Shift(long x, int places, bool isUnsigned);

    /// <summary>What is left after all bits have moved.</summary>
    protected abstract long Rest(long x, bool isUnsigned);

    protected sealed override long Apply(long a, long b, bool isUnsigned)
    {
        if (b < 0 && !isUnsigned)
            throw new TensorException($"{Name}: bits are moved by {b} places. Move them by 0 or more, or the other way.");
        return b is >= 0 and < Bits ? Shift(a, (int)b, isUnsigned) : Rest(a, isUnsigned);
    }

    // ONNX moves the bits of unsigned numbers alone, and runtimes those of few dtypes.
    protected sealed override string OnnxName => "BitShift";

    /// <summary>The bits of x moved by places below 64, as an unsigned number.</summary>
    private protected static string OnnxShift(IOnnxGraph graph, string direction, string x, string places)
    {
        string Unsigned(string of) => graph.Node("Cast", [of], ("to", DType.UInt64));
        return graph.Node("Cast", [graph.Node("BitShift", [Unsigned(x), Unsigned(places)], ("direction", direction))], ("to", DType.Int64));
    }
}
