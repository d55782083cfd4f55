namespace FunctionalDL.Cli.Conformance;

/// <summary>The gradient of a case, of all float outputs weighted at random, with respect to its float inputs.</summary>
sealed record GradientComparison(bool IsCompared, string? Failure)
{
    public ConformanceResult Add(ConformanceResult result) => result with { HasGradient = IsCompared, GradientFailure = Failure };

    public static GradientComparison Of(OnnxModel model, TensorSet values)
    {
        var outputs = model.Outputs.Select(o => o.Value).Where(y => y.DType.IsFloat()).ToArray();
        var reached = Graph.Variables(outputs);
        var inputs = model.Inputs.Where(v => v.DType.IsFloat() && reached.Any(r => r.VariableName == v.VariableName)).ToArray();
        if (outputs.Length == 0 || inputs.Length == 0) return new(false, null);
        try
        {
            var point = values.Map((_, value) => value.DType.IsFloat() ? value.Cast(DType.Float64) : value);
            // Many evaluations, some of large convolutions: the engine in float64, which agrees with the evaluator.
            var options = new GradientCheckOptions { Evaluator = y => Compilation.Compile(y).Run };
            var check = GradientCheck.Check(Weighted(outputs), [.. inputs.Select(v => v.WithPrecision(DType.Float64))], point, options);
            return check.Verdict switch
            {
                GradientVerdict.Agrees => new(true, null),
                GradientVerdict.Disagrees => new(true, check.ToString()),
                _ => new(false, null),
            };
        }
        catch (FunctionalException e)
        {
            return new(true, e.Message);
        }
    }

    /// <summary>Σ w·y with w in [½, 1½), so that no part of the gradient is left out or cancels.</summary>
    static Expr Weighted(Expr[] outputs)
    {
        var wide = Graph.WithPrecision(outputs, DType.Float64);
        return wide.Select((y, i) => Functions.Sum(y * Weights(y, i))).Aggregate((a, b) => a + b);
    }

    static Expr Weights(Expr y, int output) =>
        Functions.RandomUniform(Expr.Constant(Key.Of(output).ToTensor()), y.Shape, DType.Float64) + 0.5;
}
