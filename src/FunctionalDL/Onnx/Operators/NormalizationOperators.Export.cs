using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Normalizations: (x − mean)/√(variance + ε) · scale + shift.</summary>
static partial class NormalizationOperators
{
    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<AddOp>("BatchNormalization", Pattern.Reals, BatchNormalization),
        Pattern.Of<AddOp>("GroupNormalization", Pattern.Single, GroupNormalization),
        Pattern.Of<AddOp>("LayerNormalization", Pattern.Reals, y => y.Inputs is [{ Op: MultiplyOp } scaled, var shift]
            ? LayerNormalization(scaled, shift) : null, 17),
        Pattern.Of<MultiplyOp>("LayerNormalization without shift", Pattern.Reals, y => LayerNormalization(y, null), 17),
    ];

    static Composite? BatchNormalization(Expr y)
    {
        if (y.Inputs is not [{ Op: MultiplyOp, Inputs: [{ Op: SubtractOp, Inputs: [var x, var center] }, var factor] }, var offset]
            || factor.Inner() is not { Op: DivideOp, Inputs: [var scale, { Op: SqrtOp, Inputs: [{ Op: AddOp } spread] }] }
            || spread.Inputs is not [var variance, var number] || number.RepeatedNumber is not { } epsilon || x.Rank < 2
            || center.Vector(x.Shape[1]) is not { } mean || offset.Vector(x.Shape[1]) is not { } shift
            || !Leaves.IsExact(epsilon, y.DType)) return null;
        var function = (x - mean.ByChannel(x)) * (scale / Sqrt(variance + epsilon)).ByChannel(x) + shift.ByChannel(x);
        return Composite.Of("BatchNormalization", function, [x, scale, shift, mean, variance], ("epsilon", (float)epsilon));
    }

    static Composite? LayerNormalization(Expr scaled, Expr? offset)
    {
        if (scaled.Inputs is not [{ Op: DivideOp } standard, var factor] || Standardized(standard) is not var (x, epsilon)
            || !Leaves.IsExact(epsilon, x.DType) || x.Rank < 1 || factor.Vector(x.Shape[^1]) is not { } scale) return null;
        var function = Standardize(x, epsilon) * scale;
        (string, object)[] attributes = [("axis", -1L), ("epsilon", (float)epsilon)];
        if (offset is null) return Composite.Of("LayerNormalization", function, [x, scale], attributes);
        return offset.Vector(x.Shape[^1]) is { } shift
            ? Composite.Of("LayerNormalization", function + shift, [x, scale, shift], attributes)
            : null;
    }

    static Composite? GroupNormalization(Expr y)
    {
        if (y.Inputs is not [{ Op: MultiplyOp, Inputs: [var standard, var factor] }, var offset]
            || Standardized(standard.Op is ReshapeOp ? standard.Inputs[0] : standard) is not var (grouped, epsilon)
            || !Leaves.IsExact(epsilon, y.DType)) return null;
        var x = standard.Op is ReshapeOp && grouped.Op is ReshapeOp ? grouped.Inputs[0] : grouped;
        if (grouped.Rank != 3 || x.Rank < 3 || !grouped.Shape[1].IsKnown || factor.Vector(x.Shape[1]) is not { } scale
            || offset.Vector(x.Shape[1]) is not { } shift) return null;
        var function = Reshape(Standardize(Reshape(x, grouped.Shape), epsilon), x.Shape) * scale.ByChannel(x) + shift.ByChannel(x);
        var groups = grouped.Shape[1].Size;
        // Each channel by itself, which OnnxRuntime has a kernel for.
        if (x.Shape[1] == groups)
            return Composite.Of("InstanceNormalization", function, [x, scale, shift], ("epsilon", (float)epsilon));
        return new(function, [x, scale, shift], (graph, names) => WriteGroups(graph, names, x, grouped.Shape, (float)epsilon));
    }

    /// <summary>As PyTorch writes it: each group as a channel by itself, then scale and shift.</summary>
    static string WriteGroups(IOnnxGraph graph, string[] names, Expr x, Shape grouped, float epsilon)
    {
        var groups = grouped[1].Size;
        string[] unit = [Repeated(1), Repeated(0)];
        var standard = graph.Node("InstanceNormalization", [graph.Reshaped(names[0], x.Shape, grouped), .. unit], ("epsilon", epsilon));
        var scaled = graph.Node("Mul", [graph.Reshaped(standard, grouped, x.Shape), ByChannel(names[1])]);
        return graph.Node("Add", [scaled, ByChannel(names[2])]);

        string Repeated(double value) => graph.Constant(Tensor.Full(x.DType, [groups], value));

        string ByChannel(string values) => graph.Reshaped(values, [x.Shape[1]], [x.Shape[1], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);
    }

    /// <summary>(x − mean)/√(variance + ε) over the last axis.</summary>
    static Expr Standardize(Expr x, double epsilon)
    {
        var centered = x - MeanKeep(x, -1);
        return centered / Sqrt(MeanKeep(Square(centered), -1) + epsilon);
    }

    static (Expr X, double Epsilon)? Standardized(Expr y) =>
        y is { Op: DivideOp, Inputs: [{ Op: SubtractOp, Inputs: [var x, _] }, var deviation] }
            && deviation.Inner() is { Op: SqrtOp, Inputs: [{ Op: AddOp, Inputs: [_, var number] }] }
            && number.RepeatedNumber is { } epsilon
            ? (x, epsilon)
            : null;
}
