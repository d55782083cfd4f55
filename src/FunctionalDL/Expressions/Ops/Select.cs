using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₁ where x₀ is true and x₂ elsewhere: <c>bool […], […], […] → […]</c>. The gradient goes to the branch taken.
/// </summary>
sealed record SelectOp : ElementwiseOp
{
    public override string Name => "Select";

    internal override int? Arity => 3;

    protected override string OnnxName => "Where";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (x[0].DType != DType.Bool)
            throw WrongDType(x, "a bool condition", "Compare first, such as x > 0.");
        if (x[1].DType != x[2].DType)
            throw WrongDType(x, "two branches of one dtype", $"Cast one branch, such as x.Cast(DType.{x[1].DType}).");
        SameShape(x);
        return x[1];
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => type.DType.Visit<Chosen, Tensor>(new(x));

    readonly struct Chosen(Tensor[] x) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var c = x[0].As<bool>().Span;
            var a = x[1].As<T>().Span;
            var b = x[2].As<T>().Span;
            var result = new T[a.Length];
            for (var i = 0; i < result.Length; i++) result[i] = c[i] ? a[i] : b[i];
            return Tensor<T>.Adopt(x[1].Shape, result);
        }
    }

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => i == 0 ? null : (i == 1 ? x[0] : Not(x[0])).Cast(y.DType);

    // Multiplying by a mask would turn an infinite gradient in the branch not taken into NaN.
    internal override Expr? Vjp(int i, Expr y, Expr g) => i switch
    {
        0 => null,
        1 => Select(y.Inputs[0], g, ZerosLike(y)),
        _ => Select(y.Inputs[0], ZerosLike(y), g),
    };

    internal override Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g) => i => i switch
    {
        0 => null,
        1 => g.Within(y.Inputs[0]),
        _ => g.Within(Not(y.Inputs[0])),
    };

    internal override Expr? Jvp(Expr y, Expr?[] t) => t[1] is null && t[2] is null ? null
        : Select(y.Inputs[0], t[1] ?? ZerosLike(y), t[2] ?? ZerosLike(y));

    // OnnxRuntime has no Where over truth values: y = (c and x₁) or (not c and x₂).
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (y.DType != DType.Bool) return base.ToOnnx(graph, y, x);
        return graph.Node("Or", [graph.Node("And", [x[0], x[1]]), graph.Node("And", [graph.Node("Not", [x[0]]), x[2]])]);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("select", x);
}
