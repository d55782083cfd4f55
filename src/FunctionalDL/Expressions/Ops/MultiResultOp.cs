namespace FunctionalDL.Ops;

/// <summary>
/// An op of several results. A node is one of them, the <see cref="Result"/>-th, so that a walk that knows nothing of this is right.
/// Nodes of the same op on the same inputs are one <see cref="Application"/>: evaluator, engine and ONNX compute it once, and derivatives
/// go through it once.
/// </summary>
abstract record MultiResultOp(int Result) : Op
{
    /// <summary>The number of results.</summary>
    internal abstract int Count { get; }

    /// <summary>The types of all results.</summary>
    private protected abstract TensorType[] InferAll(ReadOnlySpan<TensorType> x);

    internal sealed override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var types = InferAll(x);
        return Result >= 0 && Result < types.Length ? types[Result]
            : throw new FunctionalException($"{Name}: there is no result {Result}. There are {types.Length}, counted from 0.");
    }

    /// <summary>The values of all results.</summary>
    internal abstract Tensor[] EvaluateAll(Tensor[] x, Sizes sizes);

    internal sealed override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => EvaluateAll(x, sizes)[Result];

    /// <summary>The chain rule backwards: the shares of the inputs from the gradients of those results that have one.</summary>
    internal abstract Func<int, Expr?> PullbackAll(Expr[] y, Expr?[] g);

    internal sealed override Func<int, Expr?> Pullback(Expr y, Expr g)
    {
        var gradients = new Expr?[Count];
        gradients[Result] = g;
        return PullbackAll(All(y), gradients);
    }

    internal sealed override Expr? Vjp(int i, Expr y, Expr g) => Pullback(y, g)(i);

    /// <summary>The chain rule forwards, for all results.</summary>
    internal abstract Expr?[] JvpAll(Expr[] y, Expr?[] t);

    internal sealed override Expr? Jvp(Expr y, Expr?[] t) => JvpAll(All(y), t)[Result];

    /// <summary>All results on every slice; null where there is no way to do all slices at once.</summary>
    internal virtual Expr[]? BatchAll(Expr[] y, Expr[] x, bool[] batched, Dim n) => null;

    internal sealed override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => BatchAll(All(y), x, batched, n)?[Result];

    /// <summary>Writes the op as ONNX nodes and returns the names of all results.</summary>
    internal abstract string[] ToOnnxAll(IOnnxGraph graph, Expr[] y, string[] x);

    internal sealed override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => ToOnnxAll(graph, All(y), x)[Result];

    /// <summary>The op of another result.</summary>
    internal MultiResultOp At(int result) => result == Result ? this : this with { Result = result };

    /// <summary>A node for each result.</summary>
    internal Expr[] Apply(params Expr[] inputs) => [.. Enumerable.Range(0, Count).Select(i => new Expr(At(i), inputs))];

    /// <summary>The results of the application that y is one of.</summary>
    internal Expr[] All(Expr y) => [.. Enumerable.Range(0, Count).Select(i => i == Result ? y : new Expr(At(i), [.. y.Inputs]))];
}
