namespace FunctionalDL;

/// <summary>The nodes of a function that are not differentiable somewhere, however far from the point.</summary>
sealed class Suspects
{
    readonly Expr[] nodes;

    public Suspects(Expr y, TensorSet point)
    {
        nodes = [.. Differentiability.Check(y, point, double.PositiveInfinity).Select(p => p.Node)];
        Watched = [.. nodes.SelectMany(node => node.Inputs).Distinct()];
    }

    /// <summary>What has to be known at each sample.</summary>
    public Expr[] Watched { get; }

    /// <summary>
    /// A node that is not differentiable somewhere between its inputs' values at three samples; null where there is none.
    /// </summary>
    public Expr? Crossed(Sample a, Sample b, Sample c)
    {
        var ranges = Watched.Select((x, i) => (x, Range(a.Watched[i], b.Watched[i], c.Watched[i]))).ToDictionary();
        return nodes.FirstOrDefault(node => node.Op.NonSmoothAt(
            node, [.. node.Inputs.Select(x => ranges[x].Middle)], Reach.OfEach([.. node.Inputs.Select(x => ranges[x].Reach)])).Any());
    }

    /// <summary>The middle of three values of each element, and the distance from there to the outer ones.</summary>
    static (Tensor<double> Middle, Tensor<double> Reach) Range(Tensor a, Tensor b, Tensor c)
    {
        var (middle, reach) = (new double[a.Count], new double[a.Count]);
        for (var i = 0; i < middle.Length; i++)
        {
            var (x, y, z) = (a.GetDouble(i), b.GetDouble(i), c.GetDouble(i));
            var (least, most) = (Math.Min(Math.Min(x, y), z), Math.Max(Math.Max(x, y), z));
            (middle[i], reach[i]) = ((least + most) / 2, (most - least) / 2);
        }
        return (Tensor<double>.Adopt(a.Shape, middle), Tensor<double>.Adopt(a.Shape, reach));
    }
}
