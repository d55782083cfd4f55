namespace FunctionalDL;

/// <summary>A map x ↦ (x − mean)/deviation, column by column, fitted on one data set and applied to others like it.</summary>
/// <param name="Mean">The mean of each column, of the shape of an example.</param>
/// <param name="Deviation">The standard deviation of each column; 1 where a column is constant.</param>
public sealed record Normalizer(Tensor<float> Mean, Tensor<float> Deviation)
{
    /// <summary>
    /// The normalizer after which every column of these float32 inputs has mean 0 and standard deviation 1. NaN stands for a missing value, which does not count;
    /// a column of which all are missing stays as it is.
    /// </summary>
    /// <exception cref="DTypeException">The inputs are not float32.</exception>
    public static Normalizer Fit(Tensor inputs)
    {
        var x = inputs.As<float>();
        var shape = x.Shape.Remove(0);
        var columns = shape.ElementCount;
        var (count, sum, squares) = (new int[columns], new double[columns], new double[columns]);
        ForEachKnown((column, value) =>
        {
            count[column]++;
            sum[column] += value;
        });
        // A sum of equal numbers divided by their count is that number exactly, so that the deviation of a constant column is 0.
        double[] mean = [.. sum.Zip(count, (s, n) => n == 0 ? 0 : s / n)];
        ForEachKnown((column, value) => squares[column] += (value - mean[column]) * (value - mean[column]));
        return new(Tensor<float>.Adopt(shape, [.. mean.Select(m => (float)m)]),
            Tensor<float>.Adopt(shape, [.. squares.Zip(count, (s, n) => s > 0 ? (float)Math.Sqrt(s / n) : 1)]));

        void ForEachKnown(Action<int, float> action)
        {
            for (var i = 0; i < x.Count; i++)
                if (!float.IsNaN(x.Span[i])) action(i % columns, x.Span[i]);
        }
    }

    /// <summary>The data set with its inputs mapped.</summary>
    public Dataset Apply(Dataset data) => new(Apply(Expr.Constant(data.Inputs)).Evaluate(), data.Targets);

    /// <summary>The map as an expression of raw inputs.</summary>
    public Expr Apply(Expr inputs) => (inputs - Expr.Constant(Mean)) / Expr.Constant(Deviation);

    /// <summary>The map as a layer.</summary>
    public Layer ToLayer() => Layer.Of("normalize", Apply);

    /// <summary>A model of normalized inputs with this map in front: the model of raw inputs to export.</summary>
    public Model Before(Model model) => model.WithInput(ToLayer(), [.. Mean.Shape]);
}
