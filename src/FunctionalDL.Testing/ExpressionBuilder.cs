namespace FunctionalDL.Testing;

/// <summary>Grows one random expression: a pool of nodes, to which <see cref="Moves"/> add new ones made of those there.</summary>
sealed class ExpressionBuilder
{
    const int Attempts = 8;

    readonly ExpressionOptions options;
    readonly Trace trace;
    readonly List<Expr> pool = [];
    readonly Dim[] dims;
    readonly Sizes sizes;
    readonly int mostElements;
    TensorSet values = TensorSet.Empty;

    ExpressionBuilder(Random random, ExpressionOptions options)
    {
        (Random, this.options) = (random, options);
        mostElements = random.Of([64, 64, 512, 512, 512, 512, 512, 4096]);
        dims = [.. random.Sizes(options.EmptyTensors).Select(n => (Dim)n)];
        if (options.Symbols && random.Next(2) == 0)
        {
            sizes = FunctionalDL.Sizes.None.With("batch", dims[0].Size);
            dims[0] = "batch";
        }
        else sizes = FunctionalDL.Sizes.None;
        trace = new(sizes, options);
    }

    public Random Random { get; }

    /// <summary>A random expression of up to so many moves.</summary>
    public static ExpressionCase Build(Random random, ExpressionOptions options, int moves)
    {
        var builder = new ExpressionBuilder(random, options);
        builder.Real();
        for (var move = 0; move < moves; move++)
            for (var attempt = 0; attempt < Attempts && !builder.TryAdd(random.Of(Moves.All)(builder)); attempt++) ;
        return builder.Result();
    }

    bool TryAdd(Expr? node)
    {
        if (node is null || pool.Contains(node) || !Fits(node.Shape) || !trace.TryAdd(node)) return false;
        pool.Add(node);
        return true;
    }

    /// <summary>
    /// The largest expression that may be the output; where no variable fixes a symbol's size, the size itself stands for it.
    /// </summary>
    ExpressionCase Result()
    {
        var result = ExpressionCase.Of(pool.Where(options.AllowsOutput).MaxBy(node => Graph.TopologicalOrder(node).Count)!, values);
        var fixedByVariables = result.Variables.SelectMany(v => v.Shape).Any(d => d.Name is not null);
        return fixedByVariables || sizes.Equals(FunctionalDL.Sizes.None) ? result : Rebuilding.WithSizes(result, sizes);
    }

    public bool Fits(Shape shape) => shape.Aggregate(1L, (n, d) => n * Size(d)) <= mostElements;

    /// <summary>The size a dimension has in this case.</summary>
    public int Size(Dim dim) => dim.Resolve(sizes).Size;

    public Dim Dim() => Random.Of(dims);

    /// <summary>A shape of up to three axes, of 1 and the case's few sizes, so that shapes meet.</summary>
    public Shape Shape()
    {
        while (true)
        {
            var shape = FunctionalDL.Shape.Of([.. Enumerable.Range(0, Random.Next(4)).Select(_ => Random.Next(6) == 0 ? 1 : Dim())]);
            if (Fits(shape)) return shape;
        }
    }

    public DType DType(Func<DType, bool> condition) => Random.Of([.. options.DTypes.Where(condition)]);

    /// <summary>A new variable; now and then a constant.</summary>
    public Expr Fresh(DType dtype, Shape shape, Tensor? value = null)
    {
        value ??= Random.Tensor(new TensorType(dtype, shape).Resolve(sizes), options.SpecialValues);
        if (shape.IsKnown && Random.Next(6) == 0 && Expr.Constant(value) is var constant && trace.TryAdd(constant)) return Keep(constant);
        var variable = Expr.Variable($"x{values.Count}", shape, dtype);
        values = values.With(variable.VariableName!, value);
        trace.Add(variable, value);
        return Keep(variable);
    }

    Expr Keep(Expr node)
    {
        pool.Add(node);
        return node;
    }

    /// <summary>A node of the pool for which a condition holds, recent ones more often; mostly, where there is one.</summary>
    public Expr? Find(Func<Expr, bool> condition)
    {
        Expr[] found = [.. pool.Where(condition)];
        if (found.Length == 0 || Random.Next(5) == 0) return null;
        return Random.Next(2) == 0 ? found[^1] : Random.Of(found);
    }

    /// <summary>A node that is a float.</summary>
    public Expr Real() => Of(d => d.IsFloat());

    /// <summary>A node that is a number.</summary>
    public Expr Number() => Of(d => d.IsNumeric());

    /// <summary>A node that is a whole number; null where there are none.</summary>
    public Expr? Whole() => options.DTypes.Any(d => d.IsInteger()) ? Of(d => d.IsInteger()) : null;

    /// <summary>A node that is a truth value; null where there are none.</summary>
    public Expr? Truth() => options.DTypes.Contains(FunctionalDL.DType.Bool) ? Of(d => d == FunctionalDL.DType.Bool) : null;

    /// <summary>A node of any dtype.</summary>
    public Expr Any() => Of(_ => true);

    Expr Of(Func<DType, bool> condition) => Find(x => condition(x.DType)) ?? Fresh(DType(condition), Shape());

    /// <summary>A node of a dtype whose shape broadcasts with another.</summary>
    public Expr Like(Shape shape, DType dtype) =>
        Find(y => y.DType == dtype && FunctionalDL.Shape.Broadcast(shape, y.Shape) is { } both && Fits(both))
            ?? Fresh(dtype, [.. shape.Skip(Random.Next(shape.Rank + 1)).Select(d => Random.Next(4) == 0 ? 1 : d)]);

    /// <summary>x, or x² + ½ where x comes near 0 or below.</summary>
    public Expr Positive(Expr x) => options.SpecialValues || All(x, v => v >= 0.3) ? x : x * x + 0.5;

    /// <summary>x, or, where x comes near 0, x² + ½ among floats and max(|x|, 1) among whole numbers.</summary>
    public Expr NotZero(Expr x)
    {
        if (!x.DType.IsFloat()) return All(x, v => v != 0) ? x : Maximum(Abs(x), Full(x, 1));
        return options.SpecialValues || All(x, v => Math.Abs(v) >= 0.3) ? x : x * x + 0.5;
    }

    bool All(Expr x, Func<double, bool> condition)
    {
        var value = trace[x];
        return Enumerable.Range(0, value.Count).All(i => condition(value.GetDouble(i)));
    }

    /// <summary>A random axis, null where there is none that fits.</summary>
    public int? Axis(Expr x, Func<Dim, bool>? condition = null)
    {
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(i => condition is null || condition(x.Shape[i]))];
        return axes.Length == 0 ? null : Random.Of(axes);
    }

    /// <summary>New indices below a size, of some dtype of integers.</summary>
    public Expr Indices(Shape shape, Dim below)
    {
        var last = Tensor.Scalar(Size(below) - 1.0);
        var dtype = DType(d => d.IsInteger() && last.Cast(d).GetDouble(0) == last.GetDouble(0));
        return Fresh(dtype, shape, Random.Indices(shape.Resolve(sizes), Size(below)).Cast(dtype));
    }

    /// <summary>Whether int64 occurs.</summary>
    public bool HasWholes => options.DTypes.Contains(FunctionalDL.DType.Int64);
}
