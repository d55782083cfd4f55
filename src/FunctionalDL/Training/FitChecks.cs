using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>What would train to nothing, or to something else than is meant, is said before the first step.</summary>
sealed class FitChecks(Model model, Objective objective, BoundObjective loss, Forward forward)
{
    /// <summary>Throws where model, loss and data do not mean one thing.</summary>
    public void Start(TrainingData data, Dataset? held)
    {
        CheckSizes(data);
        if (data.Examples > 0) loss.CheckTargets(data.Sample, model);
        if (held is not null)
        {
            held.CheckInputs(model);
            new BoundObjective(objective, model, held).Apply(model.Inference);
            loss.CheckTargets(held, model, "validation data, ");
        }
        PredictionChecks.Check(model, loss, data.Sample);
    }

    /// <summary>Throws where no parameter is moved by the loss.</summary>
    public void Gradients(Expr value, TrainingStep step)
    {
        Expr[] trained = [.. forward.Parameters.Where(p => p.IsTrainable).Select(p => p.Variable)];
        if (trained.Length == 0)
            throw new FunctionalException("Fit: the model has no parameters to train. Add a layer that has, such as Dense.");
        var gradients = loss.HasPenalties
            ? loss.ApplyUnpenalized(forward).Gradient(trained)
            : [.. trained.Select(w => step.Gradients[w.VariableName!])];
        if (!gradients.All(IsZero))
            return;
        var cause = Graph
            .TopologicalOrder(value)
            .Select(node => node.Op)
            .FirstOrDefault(op => op is ArgMaxOp or TopKOp { Result: 1 } or StopGradientOp or SignOp or OneHotOp or ComparisonOp);
        throw new FunctionalException(
            $"Fit: no parameter has a gradient: the loss \"{loss.Name}\" does not depend on the parameters, or through steps alone"
                + $"{(cause is null ? "" : $" (there is {cause.Name} in it)")}, so that training changes nothing. "
                + "Take a loss that is smooth in the predictions, and measure this one as a Metric."
        );
    }

    /// <summary>Throws where a batch of a stream is not what the model or the loss takes.</summary>
    public void Batch(Dataset batch, TrainingPosition at)
    {
        var place = $"batch {at.Batch + 1} of epoch {at.Epoch}, ";
        if (FirstSingle(batch, batch.Count) is { } layer)
            throw new FunctionalException(
                $"Fit: {place}{batch.Count} example: {OneValue(layer)} Leave out batches of 1, or {AcrossFeatures}.");
        if (loss.IsWeighted != (batch.Weights is not null))
        {
            var other = loss.IsWeighted
                ? "there are no weights, and the first batch has them"
                : "there are weights, and the first batch has none";
            throw new DataException($"Fit: {place}{other}. Give every batch weights, or none.");
        }
        loss.CheckTargets(batch, model, place);
    }

    void CheckSizes(TrainingData data)
    {
        if (data.Examples == 0 || forward.Normalized.Count == 0) return;
        string? Single(int examples) => FirstSingle(data.Sample, examples);
        if (Single(data.BatchSize) is { } layer)
            throw new FunctionalException(
                $"Fit: in batches of {data.BatchSize} {OneValue(layer)} Take larger batches, or {AcrossFeatures}.");
        if (Single(data.LastBatch) is { } inLast)
            throw new FunctionalException(
                $"Fit: the last batch of an epoch has {data.LastBatch} of the {data.Examples} examples: {OneValue(inLast)} "
                    + $"Leave it out, new MiniBatchGradientDescent({data.BatchSize}, DropLast: true), take batches of another size, "
                    + $"or {AcrossFeatures}."
            );
    }

    /// <summary>The first layer that would normalize one value alone in a batch of so many examples.</summary>
    string? FirstSingle(Dataset data, int examples)
    {
        if (forward.Normalized.Count == 0) return null;
        var sizes = model.Inputs.Aggregate(Sizes.None, (sizes, input) =>
            sizes.Match(input.VariableName!, input.Shape, data.InputOf(model, input.VariableName!).Shape.With(0, examples)));
        return forward.Normalized.FirstOrDefault(n => n.Values.Symbols.All(sizes.Contains) && n.Values.Resolve(sizes) == 1).Layer;
    }

    const string AcrossFeatures = "LayerNorm or GroupNorm, which do not look across examples";

    static string OneValue(string layer) =>
        $"layer \"{layer}\" has one value for each channel, whose variance is 0: its output is the shift, whatever x is.";

    /// <summary>Whether a gradient is what is given where there is no path.</summary>
    static bool IsZero(Expr gradient)
    {
        while (gradient.Op is BroadcastOp or ReshapeOp or SizedLikeOp or CastOp) gradient = gradient.Inputs[0];
        return gradient.Op is ConstantOp constant && Enumerable.Range(0, constant.Value.Count).All(i => constant.Value.GetDouble(i) == 0);
    }
}
