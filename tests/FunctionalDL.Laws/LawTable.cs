using FunctionalDL.Testing;

namespace FunctionalDL.LawRuns;

/// <summary>The laws, each in one row. To add one is to add a row.</summary>
public static class LawTable
{
    /// <summary>Expressions without whole numbers, which may divide by 0 at another point.</summary>
    static readonly ExpressionOptions Floats = ExpressionOptions.Any with
    {
        DTypes = [DType.Float32, DType.Float64, DType.Bool],
        Allows = node => node.DType != DType.Int64,
    };

    /// <summary>
    /// Rows that are multiplied and added up are added up first where that is less work: with infinities, either may be NaN and the other
    /// not.
    /// </summary>
    static bool IsAddedUpFirst(Expr node) => node.Op.Name switch
    {
        "ScatterAdd" => Unshaped(node.Inputs[1]).Op.Name == "MatMul",
        "MatMul" => Unshaped(node.Inputs[0]).Op.Name == "Gather",
        _ => false,
    };

    static Expr Unshaped(Expr x)
    {
        while (x.Op.Name is "Reshape" or "Transpose") x = x.Inputs[0];
        return x;
    }

    /// <summary>Random numbers are written in blocks of two, whose number is no polynomial of a named size.</summary>
    static readonly ExpressionOptions ReadBack = ExpressionOptions.Any with
    {
        Allows = node => node.Op.Name != "RandomUniform" || node.Shape.IsKnown,
    };

    static readonly OnnxRuntimeEngine OnnxRuntime = new();

    /// <summary>All laws.</summary>
    public static IReadOnlyList<Law> All { get; } =
    [
        Law.Of("engine", ExpressionOptions.Any, Laws.CompiledAgrees),
        Law.Of(
            "engine-special",
            ExpressionOptions.Any with
            {
                SpecialValues = true,
                Allows = node => !IsAddedUpFirst(node),
            },
            Laws.CompiledAgrees),
        Law.Of("engine-gradient", ExpressionOptions.Smooth, Laws.CompiledGradientAgrees),
        Law.Of("simplify", ExpressionOptions.Smooth, Laws.SimplificationKeepsTheValue),
        Law.Of("simplify-gradient", ExpressionOptions.Smooth, Laws.SimplificationKeepsTheGradient),
        Law.Of("simplify-any", ExpressionOptions.Any, Laws.SimplificationKeepsTheValue),
        Law.OfAlgebra("algebra", SimplificationLaws.KeepsValue),
        Law.OfAlgebra("algebra-exact", SimplificationLaws.KeepsExactValue),
        Law.OfAlgebra("algebra-gradient", SimplificationLaws.KeepsGradient),
        Law.OfAlgebra("algebra-function", SimplificationLaws.FunctionGradientIsTheGradient),
        Law.OfAlgebra("algebra-derivation", SimplificationLaws.DerivationIsTheGradient),
        Law.Of("gradient", ExpressionOptions.Smooth, c => Laws.GradientMatchesDifferences(c)),
        Law.Of("gradient-second", ExpressionOptions.Smooth, c => Laws.SecondGradientMatchesDifferences(c)),
        Law.Of("vjp-linear", ExpressionOptions.Smooth, Laws.VjpIsLinear),
        Law.Of("vjp-jvp", ExpressionOptions.Smooth, Laws.ForwardIsTheTransposeOfReverse),
        Law.Of("branches", ExpressionOptions.Smooth, BranchLaws.UntakenBranchesSendNothing),
        Law.Of("vmap", Floats, Laws.VmapIsALoop),
        Law.Of("onnx-import", ReadBack, Laws.OnnxReadsBack),
        Law.Of("onnxruntime", ExpressionOptions.Onnx, c => Laws.CompiledAgrees(c, OnnxRuntime)),
        Law.Of("onnxruntime-gradient", ExpressionOptions.Onnx with { AllowsOutput = y => y.DType.IsFloat() },
            c => Laws.CompiledGradientAgrees(c, OnnxRuntime)),
        new("text", seed => new(ScalarExpressions.Random(seed), ScalarExpressions.Point), _ => [], TextLaw.ReadsBack),
    ];

    /// <summary>Laws that do not hold where there is a product, to see that it is told: a wrong value, a death and a hang.</summary>
    static IReadOnlyList<Law> Planted { get; } =
    [
        Law.Of("planted-value", ExpressionOptions.Any, c => OfProduct(c, () => throw new LawException("planted"))),
        Law.Of("planted-death", ExpressionOptions.Any, c => OfProduct(c, () => Environment.FailFast("planted"))),
        Law.Of("planted-hang", ExpressionOptions.Any, c => OfProduct(c, () => Thread.Sleep(Timeout.Infinite))) with { Shrink = _ => [] },
    ];

    static void OfProduct(ExpressionCase c, Action planted)
    {
        if (Graph.TopologicalOrder(c.Output).Any(node => node.Op.Name == "MatMul")) planted();
    }

    /// <summary>The laws of these names.</summary>
    /// <exception cref="FunctionalException">There is none of a name.</exception>
    public static IReadOnlyList<Law> Named(params IEnumerable<string> names) => [.. names.Select(name =>
        All.Concat(Planted).FirstOrDefault(law => law.Name == name)
        ?? throw new FunctionalException($"Laws: there is no law \"{name}\". There are: {string.Join(", ", All)}."))];
}
