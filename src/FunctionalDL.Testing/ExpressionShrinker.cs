namespace FunctionalDL.Testing;

/// <summary>Smaller cases that may fail for the same reason, the boldest first.</summary>
static class ExpressionShrinker
{
    public static IEnumerable<ExpressionCase> Shrink(ExpressionCase c, ExpressionOptions options) =>
        SubExpressions(c).Concat(Cuts(c)).Concat(SmallerSizes(c)).Concat(SimplerValues(c))
            .Select(make => Try(make, options)).OfType<ExpressionCase>();

    /// <summary>A case, unless it is not well formed or not one of those wanted.</summary>
    static ExpressionCase? Try(Func<ExpressionCase> make, ExpressionOptions options)
    {
        try
        {
            return make() is var smaller && Trace.Accepts(smaller, options) ? smaller : null;
        }
        catch (FunctionalException)
        {
            return null;
        }
    }

    static IEnumerable<Func<ExpressionCase>> SubExpressions(ExpressionCase c) =>
        c.Output.Inputs.Distinct().Select(x => (Func<ExpressionCase>)(() => ExpressionCase.Of(x, c.Values)));

    /// <summary>A node skipped, its input of the same type standing for it; or replaced by a variable that holds its value.</summary>
    static IEnumerable<Func<ExpressionCase>> Cuts(ExpressionCase c)
    {
        Expr[] inner = [.. Graph.TopologicalOrder(c.Output).Reverse().Where(node => !node.Inputs.IsEmpty)];
        foreach (var node in inner)
            foreach (var x in node.Inputs.Where(x => x.Type == node.Type).Distinct())
                yield return () => Rebuilding.Replace(c, node, x, c.Values);
        var name = Enumerable.Range(0, int.MaxValue).Select(i => $"y{i}").First(n => !c.Values.ContainsKey(n));
        foreach (var node in inner.Where(node => node != c.Output))
            yield return () =>
                Rebuilding.Replace(c, node, Expr.Variable(name, node.Shape, node.DType), c.Values.With(name, node.Evaluate(c.Values)));
    }

    /// <summary>Numbers in place of symbols, then every dimension of one size made smaller.</summary>
    static IEnumerable<Func<ExpressionCase>> SmallerSizes(ExpressionCase c)
    {
        var sizes = Evaluator.Bind(c.Variables, c.Values);
        if (c.Variables.Any(v => !v.Shape.IsKnown)) yield return () => Rebuilding.WithSizes(c, sizes);
        var inUse = c.Variables.Select(v => v.Shape).Concat(Graph.TopologicalOrder(c.Output).Select(node => node.Shape))
            .SelectMany(shape => shape).Where(d => d.IsKnown).Select(d => d.Size).Distinct().OrderDescending();
        foreach (var size in inUse)
            foreach (var smaller in new[] { 1, size / 2, size - 1 }.Where(s => s >= 0 && s < size).Distinct())
                yield return () => Rebuilding.Resize(c, d => d == size ? smaller : d, sizes);
    }

    static IEnumerable<Func<ExpressionCase>> SimplerValues(ExpressionCase c)
    {
        foreach (var (name, value) in c.Values)
            foreach (var simpler in Simpler(value))
                yield return () => c with { Values = c.Values.With(name, simpler) };
    }

    /// <summary>Zeros, ones, and multiples of a half: those plainer than the value.</summary>
    public static IEnumerable<Tensor> Simpler(Tensor value)
    {
        Tensor[] plain = [Tensor.Zeros(value.DType, value.Shape), Tensor.Full(value.DType, value.Shape, 1), Rounded(value)];
        return plain.TakeWhile(p => !p.BitEquals(value));
    }

    static Tensor Rounded(Tensor value) => value.DType.IsFloat()
        ? value.Cast(DType.Float64).As<double>().Map(v => Math.Round(v * 2) / 2).Cast(value.DType)
        : value;
}
