namespace FunctionalDL.Ops;

/// <summary>y has the bits that are set in both.</summary>
sealed record BitAndOp : BitwiseOp
{
    public override string Name => "BitAnd";

    protected override string OnnxName => "BitwiseAnd";

    protected override long Apply(long a, long b, bool isUnsigned) => a & b;
}
