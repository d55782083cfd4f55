namespace FunctionalDL.Ops;

/// <summary>y = ⌊x₀/2^x₁⌋: bits that come in are the sign of a number that has one, and 0 elsewhere.</summary>
sealed record ShiftRightOp : ShiftOp
{
    public override string Name => "ShiftRight";

    protected override long Shift(long x, int places, bool isUnsigned) => isUnsigned ? (long)((ulong)x >> places) : x >> places;

    protected override long Rest(long x, bool isUnsigned) => isUnsigned ? 0 : x >> (Bits - 1);

    // A number below 0 is moved as its complement, which has no sign: ⌊x/2ⁿ⌋ = −1 − ⌊(−1 − x)/2ⁿ⌋.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var isWithin = graph.Node("Less", [x[1], graph.Constant((long)Bits)]);
        var places = graph.Node("Where", [isWithin, x[1], graph.Constant(Bits - 1L)]);
        var isNegative = graph.Node("Less", [x[0], graph.Constant(0L)]);
        string Complement(string of) => graph.Node("Where", [isNegative, graph.Node("BitwiseNot", [of]), of]);
        return Complement(OnnxShift(graph, "RIGHT", Complement(x[0]), places));
    }
}
