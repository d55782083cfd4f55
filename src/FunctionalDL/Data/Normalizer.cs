using System.Numerics;

namespace FunctionalDL;

/// <summary>A map x ↦ (x − mean)/deviation, column by column, fitted on one data set and applied to others like it.</summary>
/// <param name="Mean">The mean of each column, of the shape of an example.</param>
/// <param name="Deviation">The standard deviation of each column; 1 where a column is constant.</param>
public sealed record Normalizer(Tensor<double> Mean, Tensor<double> Deviation)
{
    /// <summary>
    /// The normalizer after which every column of these inputs has mean 0 and standard deviation 1. NaN stands for a missing value, which
    /// does not count;
    /// a column of which all are missing stays as it is.
    /// </summary>
    /// <exception cref="DTypeException">The inputs are not float32 or float64.</exception>
    public static Normalizer Fit(Tensor inputs) => Fit([inputs]);

    /// <summary>The normalizer of inputs that come part by part, of which one is held at a time.</summary>
    /// <exception cref="FunctionalException">There are no parts, their examples differ in shape, or they are not float32 or
    /// float64.</exception>
    public static Normalizer Fit(IEnumerable<Tensor> parts)
    {
        (Shape Shape, Moments[] Moments)? sum = null;
        foreach (var part in parts)
        {
            var shape = part.Shape.Remove(0);
            if (sum is { } other && other.Shape != shape)
                throw new ShapeException(
                    $"Normalizer: a part holds examples {shape}, one before it {other.Shape}. Give parts whose examples are alike.");
            var moments = part is Tensor<double> doubles
                ? MomentsOf<double>(doubles.Span, shape.ElementCount)
                : MomentsOf(part.As<float>().Span, shape.ElementCount);
            sum = (shape, sum is { } before ? [.. before.Moments.Zip(moments, (x, y) => x + y)] : moments);
        }
        return sum is { } all
            ? Of(all.Shape, all.Moments)
            : throw new FunctionalException("Normalizer: there are no inputs to fit to. Give at least one part.");
    }

    internal static Normalizer Of(Shape shape, Moments[] moments) =>
        new(
            Tensor<double>.Adopt(shape, [.. moments.Select(m => m.Mean)]),
            Tensor<double>.Adopt(shape, [.. moments.Select(m => m.Deviation)]));

    /// <summary>The moments of each column. The first value is taken off first, so that the mean of equal values is that value and their
    /// deviation 0.</summary>
    static Moments[] MomentsOf<T>(ReadOnlySpan<T> x, int columns) where T : IFloatingPoint<T>
    {
        var (first, sum) = (new double[columns], new double[columns]);
        var (count, squares) = (new long[columns], new double[columns]);
        for (int i = 0, column = 0; i < x.Length; i++, column = column + 1 == columns ? 0 : column + 1)
        {
            if (T.IsNaN(x[i])) continue;
            var value = double.CreateTruncating(x[i]);
            if (count[column]++ == 0) first[column] = value;
            sum[column] += value - first[column];
        }
        double[] mean = [.. first.Zip(sum.Zip(count, (s, n) => n == 0 ? 0 : s / n), (a, b) => a + b)];
        for (int i = 0, column = 0; i < x.Length; i++, column = column + 1 == columns ? 0 : column + 1)
        {
            if (T.IsNaN(x[i])) continue;
            var deviation = double.CreateTruncating(x[i]) - mean[column];
            squares[column] += deviation * deviation;
        }
        return [.. Enumerable.Range(0, columns).Select(column => new Moments(count[column], mean[column], squares[column]))];
    }

    /// <summary>The data set with its inputs mapped.</summary>
    public Dataset Apply(Dataset data)
    {
        var map = Apply(Expr.Variable("x", data.Inputs.Shape, data.Inputs.DType)).Compile();
        return data.WithInput(data.InputColumns.Names[0], map.Run(("x", data.Inputs))[0]);
    }

    /// <summary>The map as an expression of raw inputs, in their dtype.</summary>
    public Expr Apply(Expr inputs) => (inputs - Constant(Mean, inputs)) / Constant(Deviation, inputs);

    static Expr Constant(Tensor value, Expr inputs) => Expr.Constant(value.Cast(inputs.DType));

    /// <summary>The map as a layer.</summary>
    public Layer ToLayer() => Layer.Of("normalize", Apply);

    /// <summary>A model of normalized inputs with this map in front: the model of raw inputs to export.</summary>
    public Model Before(Model model) => model.WithInput(ToLayer(), [.. Mean.Shape]);

    /// <summary>The same before one of several inputs.</summary>
    /// <exception cref="FunctionalException">There is no such input, or it is of another shape.</exception>
    public Model Before(Model model, string input)
    {
        var dtype = model.Inputs.FirstOrDefault(i => i.VariableName == input)?.DType ?? DType.Float32;
        return model.WithInput(input, ToLayer(), ModelInput.Of(input, dtype, [.. Mean.Shape]));
    }
}
