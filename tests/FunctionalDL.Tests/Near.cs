namespace FunctionalDL.Tests;

/// <summary>Comparisons of tensors up to rounding.</summary>
static class Near
{
    /// <summary>The largest |a − b| / max(1, |a|, |b|) over the elements; infinite where shapes or special values differ.</summary>
    public static double Distance(Tensor a, Tensor b)
    {
        if (a.DType != b.DType || a.Shape != b.Shape) return double.PositiveInfinity;
        var worst = 0.0;
        for (var i = 0; i < a.Count; i++)
        {
            var (x, y) = (a.GetDouble(i), b.GetDouble(i));
            if (x.Equals(y)) continue;
            var distance = Math.Abs(x - y) / Math.Max(1, Math.Max(Math.Abs(x), Math.Abs(y)));
            worst = double.IsNaN(distance) ? double.PositiveInfinity : Math.Max(worst, distance);
        }
        return worst;
    }
}
