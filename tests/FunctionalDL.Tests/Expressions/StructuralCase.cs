using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions;

/// <summary>What must hold of a function of the field, at a point where it is smooth.</summary>
static class StructuralCase
{
    /// <summary>
    /// Evaluator, engine and OnnxRuntime give the expected value; where there are floats, the three ways to a derivative agree in float64,
    /// and a map over slices is a loop.
    /// </summary>
    public static void Holds(string what, Expr y, TensorSet at, Tensor expected, int order = 2, double tolerance = 1e-5)
    {
        Same(what, y, at, expected, tolerance);
        if (!y.DType.IsFloat()) return;
        var (wide, wideAt) = (y.WithPrecision(DType.Float64), at.Map((_, v) => v.DType.IsFloat() ? v.Cast(DType.Float64) : v));
        Derivatives.Agree(wide, wideAt, order);
        Mapped(what, wide, wideAt);
    }

    /// <summary>Evaluator, engine and OnnxRuntime give the expected value.</summary>
    public static void Same(string what, Expr y, TensorSet at, Tensor expected, double tolerance = 1e-5)
    {
        Laws.SameValue(what, expected, y.Evaluate(at), tolerance);
        Laws.SameValue($"{what} in the engine", expected, y.Compile().Run(at)[0], tolerance);
        Laws.SameValue($"{what} in OnnxRuntime", expected, y.EvaluateInOnnxRuntime(at), tolerance);
    }

    static void Mapped(string what, Expr y, TensorSet at)
    {
        var x = Graph.Variables(y).First(v => v.DType.IsFloat());
        var other = (Expr.Constant(at[x.VariableName!]) * 0.5 + 0.1).Evaluate();
        var slices = Expr.Variable("slices", x.Shape.Insert(0, "count"), x.DType);
        var both = Stack(0, Expr.Constant(at[x.VariableName!]), Expr.Constant(other)).Evaluate();
        var expected = Stack(0, Expr.Constant(y.Evaluate(at)), Expr.Constant(y.Evaluate(at.With(x.VariableName!, other)))).Evaluate();
        Laws.SameValue($"{what} mapped", expected, y.Vmap([(x, slices)]).Evaluate(at.With("slices", both)), 1e-9);
    }

    /// <summary>Different numbers, none of them near to another.</summary>
    public static Tensor Numbers(int seed, params Dim[] shape)
    {
        var count = Shape.Of(shape).ElementCount;
        var values = Enumerable.Range(0, count).Select(i => (i + 0.5) / count * 2 - 1).ToArray();
        new Random(seed).Shuffle(values);
        return Tensor.Of(Shape.Of(shape), values).Cast(DType.Float32);
    }
}
