using FsCheck.Fluent;
using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Onnx;

public class OnnxLaws
{
    [Property(Arbitrary = [typeof(OnnxExpressions)], MaxTest = 200)]
    public FsCheck.Property OnnxRuntime_computes_what_the_evaluator_does(ExpressionCase expression)
    {
        var distance = Near.Distance(expression.Output.Evaluate(expression.Values), expression.Output.EvaluateInOnnxRuntime(expression.Values));
        return (distance < 1e-4).Label($"{distance}");
    }

    [Property(Arbitrary = [typeof(OnnxExpressions)], MaxTest = 100)]
    public FsCheck.Property And_gradients_too(ExpressionCase expression)
    {
        if (expression.FloatVariables.Count == 0 || !expression.Output.DType.IsFloat()) return true.ToProperty();
        var gradient = Sum(Tanh(expression.Output)).Gradient(expression.FloatVariables[0]);
        var distance = Near.Distance(gradient.Evaluate(expression.Values), gradient.EvaluateInOnnxRuntime(expression.Values));
        return (distance < 1e-3).Label($"{distance}");
    }
}
