namespace FunctionalDL.Cli.Conformance;

/// <summary>Whether two tensors agree as ONNX's backend tests ask: |a − b| ≤ 1e-7 + 1e-3·|b|, and NaN where NaN is.</summary>
static class Comparison
{
    const double Absolute = 1e-7, Relative = 1e-3;

    /// <summary>How they differ, in words; null where they agree.</summary>
    public static string? Difference(Tensor ours, Tensor expected)
    {
        if (ours.DType != expected.DType || ours.Shape != expected.Shape)
            return $"it is {ours.Describe()}, and {expected.Describe()} is expected";
        for (var i = 0; i < ours.Count; i++)
        {
            var (a, b) = (ours.GetDouble(i), expected.GetDouble(i));
            var allowed = Absolute + Math.Max(Relative, expected.DType.Epsilon()) * Math.Abs(b);
            if (a.Equals(b) || expected.DType.IsFloat() && Math.Abs(a - b) <= allowed) continue;
            return FormattableString.Invariant($"element {i} of {ours.Describe()} is {a}, and {b} is expected");
        }
        return null;
    }
}
