using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = tan x (radians), ∂y/∂x = 1 + y². Its value is rounded once, which sin x / cos x is not.</summary>
sealed record TanOp : UnaryOp
{
    public override string Name => "Tan";

    protected override T Apply<T>(T x) => T.Tan(x);

    protected override Expr? Partial(Expr x, Expr y) => 1 + Square(y);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) =>
        NonSmooth.Step(x[0] / Math.PI, within / Math.PI, at: 0.5)
            ? new(NonSmoothKind.Pole, "tan x is infinite at odd multiples of π/2.")
            : null;
}
