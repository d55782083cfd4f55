namespace FunctionalDL;

/// <summary>A map x ↦ (x − mean)/deviation, column by column, fitted on one data set and applied to others like it.</summary>
/// <param name="Mean">The mean of each column, of the shape of an example.</param>
/// <param name="Deviation">The standard deviation of each column; 1 where a column is constant.</param>
public sealed record Normalizer(Tensor<float> Mean, Tensor<float> Deviation)
{
    /// <summary>The normalizer after which every column of these float32 inputs has mean 0 and standard deviation 1.</summary>
    /// <exception cref="DTypeException">The inputs are not float32.</exception>
    public static Normalizer Fit(Tensor inputs)
    {
        var x = inputs.As<float>();
        var rows = x.Shape[0].Size;
        var shape = x.Shape.Remove(0);
        var columns = shape.ElementCount;
        var (mean, variance) = (new double[columns], new double[columns]);
        for (var i = 0; i < x.Count; i++) mean[i % columns] += x.Span[i] / (double)rows;
        for (var i = 0; i < x.Count; i++) variance[i % columns] += Math.Pow(x.Span[i] - mean[i % columns], 2) / rows;
        return new(Tensor<float>.Adopt(shape, [.. mean.Select(m => (float)m)]),
            Tensor<float>.Adopt(shape, [.. variance.Select(v => v > 0 ? (float)Math.Sqrt(v) : 1)]));
    }

    /// <summary>The data set with its inputs mapped.</summary>
    public Dataset Apply(Dataset data) => new(Apply(Expr.Constant(data.Inputs)).Evaluate(), data.Targets);

    /// <summary>The map as an expression of raw inputs, to put in front of a model that is exported.</summary>
    public Expr Apply(Expr inputs) => (inputs - Expr.Constant(Mean)) / Expr.Constant(Deviation);

    /// <summary>The map as a layer.</summary>
    public Layer ToLayer() => Layer.Of("normalize", Apply);
}
