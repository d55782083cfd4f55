namespace FunctionalDL;

/// <summary>Compares gradients with finite differences, in float64.</summary>
public static class GradientCheck
{
    /// <summary>
    /// Compares the gradient of a scalar with difference quotients, element by element. The expression is rebuilt in float64 first.
    /// Steps follow the scale of the element and go down until the extrapolated quotients settle, each with an estimate of its own
    /// error (Ridders 1982).
    /// </summary>
    /// <remarks>
    /// Where a node's input that moves with the element comes to a place where the node is not differentiable (<see
    /// cref="Differentiability"/>), the slopes from both sides are compared: if they agree, the function is smooth there and its slope
    /// is compared with the gradient; if not, the element is skipped.
    /// </remarks>
    /// <param name="scalar">The function.</param>
    /// <param name="variables">The variables to differentiate with respect to.</param>
    /// <param name="values">The point, and the values of all other variables.</param>
    /// <param name="options">How many elements, to which tolerance, and how to evaluate.</param>
    /// <exception cref="FunctionalException">The expression is not a scalar, or a value is missing.</exception>
    public static GradientCheckResult Check(
        Expr scalar,
        IReadOnlyList<Expr> variables,
        TensorSet values,
        GradientCheckOptions? options = null)
    {
        options ??= new();
        var point = values.Map((_, value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value);
        var sizes = Evaluator.Bind(Graph.Variables([scalar, .. variables]), values);
        var exact = scalar.WithPrecision(DType.Float64).ForSizes(sizes);
        Expr[] wrt = [.. variables.Select(v => v.WithPrecision(DType.Float64).ForSizes(sizes))];
        var suspects = new Suspects(exact, point);
        var f = options.Evaluator([exact, .. suspects.Watched]);
        Expr[] parts = [.. Graph.TopologicalOrder(exact).Where(node => node.DType.IsFloat() && !node.Inputs.IsEmpty)];
        var derivatives = exact.Gradient([.. wrt, .. parts]);
        var evaluated = options.Evaluator([.. derivatives[..wrt.Length], Rounding(parts, derivatives[wrt.Length..])])(point);
        var (gradients, rounding) = (evaluated[..^1], evaluated[^1].ToScalar());
        var elements = gradients.SelectMany(g => g.As<double>().Span.ToArray());
        var floor = elements.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max() / 1000;

        Sample Sampled(TensorSet values, double offset)
        {
            var outputs = f(values);
            return new(offset, outputs[0].ToScalar(), outputs[1..]);
        }

        var here = Sampled(point, 0);
        var result = new GradientCheckResult(double.NaN, "", 0, double.NaN, double.NaN, 0, 0) { Tolerance = options.Tolerance };
        foreach (var (v, (variable, gradient)) in wrt.Zip(gradients).Index())
            foreach (var index in Chosen(gradient.Count, options.Samples, options.Key.Fold(v)))
            {
                var (name, element) = (variable.VariableName!, new Element((Tensor<double>)point[variable.VariableName!], index));
                Sample At(double offset)
                {
                    var (moved, by) = element.Moved(offset);
                    return Sampled(point.With(name, moved), by);
                }
                var a = gradient.GetDouble(index);
                var check = new SlopeCheck(here, At, element.Value, suspects.Crossed, a, floor, rounding, options.Tolerance);
                result = result.With(check.Compare(), name, index, a);
            }
        return result;
    }

    /// <summary>
    /// How far the value is rounded: ε·Σ |v·∂f/∂v| + Σ (ε·v)² over all parts v of the function. In 1 − tanh² x it is the
    /// rounding of tanh² x that counts, not of the small difference.
    /// </summary>
    static Expr Rounding(Expr[] parts, Expr[] derivatives)
    {
        Expr Known(Expr share) => Functions.Select(share <= double.MaxValue, share, Functions.ZerosLike(share));
        // To the second order too: the square of a sum that is nothing but rounding is that of its rounding.
        const double epsilon = 2.220446049250313e-16;
        Expr Share(Expr v, Expr d) => Functions.Sum(Known(epsilon * Functions.Abs(v * d) + Functions.Square(epsilon * v)));
        var shares = parts.Zip(derivatives, Share).ToArray();
        return shares.Length > 0 ? Functions.Sum(Functions.Stack(0, shares)) : Expr.Constant(0.0);
    }

    static IEnumerable<int> Chosen(int count, int most, Key key) =>
        count <= most ? Enumerable.Range(0, count) : key.Permutation(count).Take(most);

    /// <summary>One element of a tensor.</summary>
    readonly record struct Element(Tensor<double> Tensor, int Index)
    {
        public double Value => Tensor.Span[Index];

        /// <summary>The tensor with the element moved, and by how much it could be.</summary>
        public (Tensor<double> Tensor, double By) Moved(double offset)
        {
            var moved = Tensor.Span.ToArray();
            moved[Index] += offset;
            return (Tensor<double>.Adopt(Tensor.Shape, moved), moved[Index] - Value);
        }
    }
}
