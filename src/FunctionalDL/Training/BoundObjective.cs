namespace FunctionalDL;

/// <summary>A loss with the output and the column of targets it is of.</summary>
/// <param name="Term">The part of the objective.</param>
/// <param name="Output">The output; empty where it is of all.</param>
/// <param name="Target">The column of targets; empty where it is of all.</param>
sealed record BoundTerm(ObjectiveTerm Term, string Output, string Target)
{
    /// <summary>The loss of one output.</summary>
    public Loss? Loss => Term.Loss;
}

/// <summary>An objective of a model's outputs and a data set's columns: which loss takes what.</summary>
sealed class BoundObjective
{
    readonly OrderedDictionary<string, Expr> targets;
    readonly Expr? weights;

    /// <exception cref="FunctionalException">An output or a column is missing.</exception>
    public BoundObjective(Objective objective, Model model, Dataset data)
    {
        Terms = [.. objective.Terms.Select(term => Bind(term, objective, model, data))];
        targets = new(data.TargetColumns.Select(c => KeyValuePair.Create(c.Key, TargetVariable(c.Key, c.Value, model))));
        if (data.Weights is { } given) weights = Expr.Variable(ColumnNames.Weights, [Model.Batch], given.DType);
        Name = objective.ToString();
    }

    public string Name { get; }

    public IReadOnlyList<BoundTerm> Terms { get; }

    /// <summary>Whether the examples have weights.</summary>
    public bool IsWeighted => weights is not null;

    public bool HasPenalties => Terms.Any(t => t.Loss?.HasPenalties == true);

    static BoundTerm Bind(ObjectiveTerm term, Objective objective, Model model, Dataset data)
    {
        if (term.Loss is null) return new(term, "", "");
        var output = term.Output ?? model.SingleOutput($"Loss \"{term.Name}\"");
        if (model.Outputs.All(o => o.Name != output))
            throw new FunctionalException($"Loss \"{term.Name}\": there is no output \"{output}\". There are: "
                + $"{string.Join(", ", model.Outputs.Select(o => o.Name))}.");
        var what = $"Loss \"{term.Name}\" of output \"{output}\"";
        return new(term, output, Target(term.Target, output, objective.Terms.Length == 1, data.TargetColumns, what));
    }

    /// <summary>The column of an output: the one that is said, the one of its name, or the only one.</summary>
    static string Target(string? said, string output, bool isOnly, TensorSet columns, string what)
    {
        if (said is not null && columns.ContainsKey(said)) return said;
        if (said is null && columns.ContainsKey(output)) return output;
        if (said is null && isOnly && columns.Count == 1) return columns.Names[0];
        throw new DataException($"{what}: there is no column of targets \"{said ?? output}\". "
            + $"{(columns.Count == 0 ? "The data has no targets" : $"There are: {string.Join(", ", columns.Names)}")}. "
            + $"Name the column as the output, or say which: loss.On(\"{output}\", \"…\").");
    }

    /// <summary>The column of targets that predictions of an output are measured against.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public string TargetOf(string output, Dataset data, string what) =>
        Terms.FirstOrDefault(t => t.Output == output)?.Target ?? Target(null, output, true, data.TargetColumns, what);

    /// <summary>The loss of an output; null where none is of it alone.</summary>
    public Loss? LossOf(string output) => Terms.FirstOrDefault(t => t.Output == output)?.Loss;

    /// <summary>
    /// The variable that stands for a column of a batch: one example is like the column's rows, of any size along the named dimensions of
    /// the output it is for.
    /// </summary>
    Expr TargetVariable(string column, Tensor values, Model model)
    {
        var term = Terms.FirstOrDefault(t => t.Target == column);
        var prediction = term is null ? Shape.Scalar : model.Inference[term.Output].Shape;
        // As many labels as a sequence has, not as many as it has steps.
        if (term?.Loss?.Domain.Targets == LossTargets.LabelSequences) prediction = [Model.Batch, "labels"];
        Dim Along(int axis, Dim size) => axis < prediction.Rank && !prediction[axis].IsKnown ? prediction[axis] : size;
        Dim[] shape = [Model.Batch, .. values.Shape.Skip(1).Select((size, i) => Along(i + 1, size))];
        return Expr.Variable(ColumnNames.TargetVariable(column), Shape.Of(shape), values.DType);
    }

    /// <summary>The scalar to make small.</summary>
    /// <exception cref="ShapeException">Outputs and targets do not fit together.</exception>
    public Expr Apply(Forward forward) => Apply(forward, penalized: true);

    /// <summary>The scalar without penalties.</summary>
    public Expr ApplyUnpenalized(Forward forward) => Apply(forward, penalized: false);

    Expr Apply(Forward forward, bool penalized)
    {
        Expr? total = null;
        foreach (var term in Terms)
        {
            var (losses, share) = Counted(term, forward.Outputs);
            var value = Objective.Mean(losses, share, weights);
            if (penalized && term.Loss is { } loss) value = loss.Penalized(value, forward.Parameters);
            if (term.Term.Weight != 1) value = term.Term.Weight * value;
            total = total is null ? value : total + value.Cast(total.DType);
        }
        return total!;
    }

    /// <summary>Lᵢ of the places that count divided by all, and the share that counts.</summary>
    public (Expr Losses, Expr? Share) Counted(BoundTerm term, IReadOnlyList<(string Name, Expr Value)> outputs)
    {
        if (term.Loss is { } loss) return loss.Counted(outputs.First(o => o.Name == term.Output).Value, targets[term.Target]);
        var byName = new OrderedDictionary<string, Expr>(outputs.Select(o => KeyValuePair.Create(o.Name, o.Value)));
        var own = Loss.Of(term.Term.Name, (_, _) => term.Term.OfAll!(byName, targets));
        return own.Counted(outputs[0].Value, outputs[0].Value);
    }

    /// <summary>Throws where targets mean nothing to their losses.</summary>
    public void CheckTargets(Dataset data, Model model, string place = "")
    {
        foreach (var term in Terms)
            if (term.Loss is { } loss) TargetChecks.Check(loss, data.TargetColumns[term.Target], model.Inference[term.Output].Shape, place);
    }

    /// <summary>The columns of targets, and the weights, under the names of the variables that stand for them.</summary>
    public static TensorSet Values(Dataset data)
    {
        var targets = TensorSet.Of(data.TargetColumns.Select(c => KeyValuePair.Create(ColumnNames.TargetVariable(c.Key), c.Value)));
        return data.Weights is { } weights ? targets.With(ColumnNames.Weights, weights) : targets;
    }
}
