namespace FunctionalDL.Onnx;

/// <summary>What a graph asks for while it is read: parameters, statistics, and how it is to be read.</summary>
abstract class ImportScope
{
    /// <summary>Whether the graph is read in the form to train with.</summary>
    public virtual bool IsTraining => false;

    public abstract Expr Parameter(string name, Tensor value);

    public abstract Expr Statistic(string name, Tensor value);

    public virtual void Update(Expr statistic, Expr next) { }

    /// <summary>Whether these are statistics, which follow the batches that a model is trained with.</summary>
    public virtual bool Follows(params ReadOnlySpan<Expr> statistics) => false;

    /// <summary>Numbers uniform in [0, 1), for training.</summary>
    public virtual Expr RandomUniform(Shape shape) =>
        throw new OnnxNodeException("it draws random numbers, which only a training step does.");
}

/// <summary>Parameters are variables, whose values are collected.</summary>
sealed class FreeScope : ImportScope
{
    readonly OrderedDictionary<string, (Expr Variable, Tensor Value)> parameters = [];

    public TensorSet Parameters => TensorSet.Of(parameters.Select(p => KeyValuePair.Create(p.Key, p.Value.Value)));

    public override Expr Parameter(string name, Tensor value) => Declare(name, value, isStatistic: false);

    public override Expr Statistic(string name, Tensor value) => Declare(name, value, isStatistic: true);

    Expr Declare(string name, Tensor value, bool isStatistic)
    {
        if (parameters.TryGetValue(name, out var known)) return known.Variable;
        var variable = new Expr(new Ops.VariableOp(name, new(value.DType, value.Shape)) { IsStatistic = isStatistic });
        parameters.Add(name, (variable, value));
        return variable;
    }
}

/// <summary>Parameters are those of a model.</summary>
sealed class ModelScope(LayerScope scope) : ImportScope
{
    readonly Dictionary<string, Expr> known = [];

    public override bool IsTraining => scope.IsTraining;

    public override Expr Parameter(string name, Tensor value) => Declare(name, value, isTrainable: true);

    public override Expr Statistic(string name, Tensor value) => Declare(name, value, isTrainable: false);

    Expr Declare(string name, Tensor value, bool isTrainable)
    {
        if (known.TryGetValue(name, out var made)) return made;
        if (name.IndexOf('.') is > 0 and var end) scope.Reserve(name[..end]);
        return known[name] = scope.Declare(name, value, isTrainable);
    }

    public override void Update(Expr statistic, Expr next) => scope.Update(statistic, next);

    public override bool Follows(params ReadOnlySpan<Expr> statistics)
    {
        foreach (var statistic in statistics)
            if (statistic.Op is not Ops.VariableOp { IsStatistic: true }) return false;
        return true;
    }

    public override Expr RandomUniform(Shape shape) => scope.RandomUniform(shape);
}
