using FunctionalDL.Testing;

namespace FunctionalDL.LawRuns;

/// <summary>What OnnxRuntime computes of an exported expression is what the evaluator computes.</summary>
static class OnnxLaw
{
    /// <summary>The value, and where it is a float the gradient of Σ tanh of it by the first float variable, in one model.</summary>
    public static void ValueAndGradientAgree(ExpressionCase c)
    {
        List<(string Name, Expr Value)> outputs = [("value", c.Output)];
        if (c.Output.DType.IsFloat() && c.FloatVariables.FirstOrDefault() is { } x) outputs.Add(("gradient", Sum(Tanh(c.Output)).Gradient(x)));
        using var session = OnnxSession.LoadSmall(OnnxExport.ToOnnx(outputs, TensorSet.Empty));
        var theirs = session.Run(c.Values);
        foreach (var ((name, _), ours) in outputs.Zip(Evaluator.Evaluate([.. outputs.Select(o => o.Value)], c.Values)))
            Laws.SameValue($"the {name} in the evaluator and in OnnxRuntime", ours, theirs[name], c.Tolerance);
    }
}
