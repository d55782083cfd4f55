namespace FunctionalDL.Ops;

/// <summary>y has the bits that are set in either.</summary>
sealed record BitOrOp : BitwiseOp
{
    public override string Name => "BitOr";

    protected override string OnnxName => "BitwiseOr";

    protected override long Apply(long a, long b, bool isUnsigned) => a | b;
}
