using MathNet.Numerics.LinearAlgebra;

namespace FunctionalDL;

/// <summary>Scalar expressions as delegates, for code that integrates, minimises or draws functions of numbers.</summary>
public static class ScalarFunctions
{
    /// <summary>The expression as a function of one number. It is compiled once, here.</summary>
    /// <param name="y">A scalar.</param>
    /// <param name="x">The name of its float64 scalar variable.</param>
    /// <exception cref="FunctionalException">The expression is not a scalar of this variable alone.</exception>
    public static Func<double, double> ToFunction(this Expr y, string x)
    {
        var f = Compile(y, [x]);
        return value => f([value]);
    }

    /// <summary>The expression as a function of a MathNet vector, whose elements are the variables' values in the order given.</summary>
    /// <param name="y">A scalar.</param>
    /// <param name="xs">The names of its float64 scalar variables.</param>
    /// <exception cref="FunctionalException">The expression is not a scalar of these variables alone.</exception>
    public static Func<Vector<double>, double> ToVectorFunction(this Expr y, params string[] xs)
    {
        var f = Compile(y, xs);
        return vector =>
            vector.Count == xs.Length
                ? f([.. vector])
                : throw new ShapeException(
                    $"A function of {string.Join(", ", xs)} is given a vector of {vector.Count} elements. Give {xs.Length}.");
    }

    static Func<double[], double> Compile(Expr y, string[] names)
    {
        if (y.Rank != 0 || !y.DType.IsNumeric())
            throw new ShapeException($"ToFunction: {y.Type} is not a number. Reduce it first (Sum, Mean).");
        var variables = Graph.Variables(y);
        foreach (var variable in variables)
            if (!names.Contains(variable.VariableName) || variable.Type != new TensorType(DType.Float64, Shape.Scalar))
                throw new FunctionalException(
                    $"ToFunction: variable \"{variable.VariableName}\" ({variable.Type}) is not among the float64 scalars "
                        + $"{string.Join(", ", names)}. Name it, or substitute its value."
                );
        var compiled = y.Cast(DType.Float64).Compile(new() { Threads = 1 });
        return x =>
            compiled.Run([.. variables.Select(v => (v.VariableName!, (Tensor)x[Array.IndexOf(names, v.VariableName)]))])[0].ToScalar();
    }
}
