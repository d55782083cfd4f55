using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// The values that expressions should have: in float64, so that of two that differ it is known which one is rounded more, and where that
/// is not enough in their own precision. Small ones are computed by the evaluator, which is what expressions mean; large ones by the
/// engine, which agrees with it. Numbers of half a float's bits are rounded wherever they are written, and have no other reference.
/// </summary>
sealed class Reference
{
    /// <summary>As many operations take the evaluator a fraction of a second.</summary>
    public const double MostEvaluated = 2e7;

    readonly Expr[] own, exact;
    readonly Lazy<CompiledFunction> ownFunction, exactFunction;
    readonly Dictionary<Tensor, Tensor> wide;

    /// <param name="outputs">The expressions.</param>
    /// <param name="kept">Values that come again, such as parameters: they are converted once.</param>
    public Reference(IReadOnlyList<Expr> outputs, TensorSet kept)
    {
        own = [.. outputs];
        IsExact = !HasHalfFloats(own);
        exact = IsExact ? Graph.WithPrecision(own, DType.Float64) : own;
        ownFunction = new(() => Compilation.Compile(own));
        exactFunction = IsExact ? new(() => Compilation.Compile(exact)) : ownFunction;
        wide = kept.Values.Distinct().Where(_ => IsExact).ToDictionary(value => value, Widened);
    }

    /// <summary>Whether it is computed in float64.</summary>
    public bool IsExact { get; }

    public string Precision => IsExact ? DType.Float64.Name() : "its own precision";

    /// <summary>The values at some inputs, and what computed them.</summary>
    public readonly record struct Values(Tensor[] Exact, Lazy<Tensor[]> Own, bool IsEvaluated);

    /// <exception cref="FunctionalException">The expressions are not defined there.</exception>
    public Values At(TensorSet given, Sizes sizes)
    {
        var isEvaluated = Work.Of(own, sizes) <= MostEvaluated;
        var values = IsExact ? given.Map((_, value) => wide.GetValueOrDefault(value) ?? Widened(value)) : given;
        Tensor[] Computed(Expr[] outputs, Lazy<CompiledFunction> function, TensorSet at) =>
            isEvaluated ? Evaluator.Evaluate(outputs, at) : function.Value.Run(at);
        return new(Computed(exact, exactFunction, values), new(() => Computed(own, ownFunction, given)), isEvaluated);
    }

    static Tensor Widened(Tensor value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value;

    static bool HasHalfFloats(Expr[] outputs)
    {
        var found = false;
        Graph.Transform(outputs, (node, _) =>
        {
            found |= node.DType.IsFloat() && node.DType.IsNarrow();
            return null;
        });
        return found;
    }
}
