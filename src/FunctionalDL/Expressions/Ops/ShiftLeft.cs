namespace FunctionalDL.Ops;

/// <summary>y = x₀·2^x₁, of which the lowest bits are kept, as integers wrap around.</summary>
sealed record ShiftLeftOp : ShiftOp
{
    public override string Name => "ShiftLeft";

    protected override long Shift(long x, int places, bool isUnsigned) => x << places;

    protected override long Rest(long x, bool isUnsigned) => 0;

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var isWithin = graph.Node("Less", [x[1], graph.Constant((long)Bits)]);
        var places = graph.Node("Where", [isWithin, x[1], graph.Constant(0L)]);
        return graph.Node("Where", [isWithin, OnnxShift(graph, "LEFT", x[0], places), graph.Constant(0L)]);
    }
}
