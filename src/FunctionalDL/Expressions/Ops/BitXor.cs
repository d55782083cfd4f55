namespace FunctionalDL.Ops;

/// <summary>y has the bits that are set in one of the two alone.</summary>
sealed record BitXorOp : BitwiseOp
{
    public override string Name => "BitXor";

    protected override string OnnxName => "BitwiseXor";

    protected override long Apply(long a, long b, bool isUnsigned) => a ^ b;
}
