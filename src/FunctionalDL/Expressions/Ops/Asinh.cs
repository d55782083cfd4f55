using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = arsinh x, ∂y/∂x = 1/√(1 + x²).</summary>
sealed record AsinhOp : UnaryOp
{
    public override string Name => "Asinh";

    protected override T Apply<T>(T x) => T.Asinh(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 / Sqrt(1 + Square(x));
}
