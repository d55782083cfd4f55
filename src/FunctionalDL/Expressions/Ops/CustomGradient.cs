using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀, a function of x₁, x₂, …, whose derivative with respect to those is given by a rule instead of the chain rule: <c>[…], any… → […]</c>.
/// </summary>
/// <param name="Rule">From the inputs x₁, x₂, …, the value y and the incoming gradient to the gradient of each input.</param>
sealed record CustomGradientOp(Func<Expr[], Expr, Expr, Expr[]> Rule) : Op
{
    public override string Name => "CustomGradient";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Expr? Vjp(int i, Expr y, Expr g) => Pullback(y, g)(i);

    internal override Func<int, Expr?> Pullback(Expr y, Expr g)
    {
        var shares = new Lazy<Expr[]>(() => Shares(y, g));
        return i => i == 0 ? null : shares.Value[i - 1];
    }

    Expr[] Shares(Expr y, Expr g)
    {
        Expr[] x = [.. y.Inputs.Skip(1)];
        var shares = Rule(x, y, g);
        if (!shares.Select(s => s.Type).SequenceEqual(x.Select(e => e.Type)))
            throw new ShapeException($"CustomGradient: the rule gave {string.Join(" and ", shares.Select(s => s.Type))} for inputs {string.Join(" and ", x.Select(e => e.Type))}. Return one gradient of each input's type.");
        return shares;
    }

    // The rule is linear in g: its transpose, the derivative of ⟨rule(g), t⟩ with respect to g, is the derivative along t.
    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        if (t.Skip(1).All(tangent => tangent is null)) return null;
        var g = Expr.Variable("∂g", y.Shape, y.DType);
        var along = Shares(y, g).Zip(t.Skip(1), (share, tangent) => tangent is null ? null : Sum(share * StopGradient(tangent))).OfType<Expr>().Aggregate((a, b) => a + b);
        return along.Gradient(g).Substitute(("∂g", ZerosLike(y)));
    }

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => batched[0] ? x[0] : null;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => x[0];
}
