namespace FunctionalDL;

public sealed partial class Model
{
    const int EvaluationBatch = 256;

    /// <summary>The model's loss and metrics on a data set; of several losses each by its output too.</summary>
    /// <exception cref="FunctionalException">The data does not fit the model or the loss.</exception>
    public Evaluation Evaluate(Dataset data, Objective loss, params Metric[] metrics)
    {
        data.CheckInputs(this);
        var bound = new BoundObjective(loss, this, data);
        var measured = MeasuredOutputs.Of(metrics, this, bound, data);
        var terms = bound.Terms.Select(term => bound.Counted(term, Outputs)).ToArray();
        Expr[] shares = [.. terms.Select(t => t.Share).OfType<Expr>()];
        Expr[] values = [.. terms.Select(t => t.Losses), .. shares, .. measured.Names.Select(name => Inference[name])];
        var function = Compilation.Compile(values, new() { Engine = Engine });
        bound.CheckTargets(data, this);

        var (sums, counts) = (new double[terms.Length], new double[terms.Length]);
        foreach (var part in data.Batches(Math.Min(data.Count, EvaluationBatch)))
        {
            var results = Run(function, Parameters.With(part.InputsOf(this)).With(BoundObjective.Values(part)));
            var share = terms.Length;
            for (var term = 0; term < terms.Length; term++)
                Add(results[term], terms[term].Share is null ? null : results[share++], part.Weights, ref sums[term], ref counts[term]);
            measured.Add([.. results.Skip(terms.Length + shares.Length)], part.TargetColumns, [.. Enumerable.Range(0, part.Count)]);
        }
        double[] losses = [.. sums.Zip(counts, (sum, count) => count > 0 ? sum / count : 0)];
        var total = bound.Terms.Zip(losses, (term, value) => term.Term.Weight * value).Sum();
        return new(total, measured.Measure()) { Losses = NamedLosses(bound, losses) };
    }

    static void Add(Tensor losses, Tensor? share, Tensor? weights, ref double sum, ref double count)
    {
        for (var i = 0; i < losses.Count; i++)
        {
            var weight = weights?.GetDouble(i) ?? 1;
            sum += weight * losses.GetDouble(i);
            count += weight * (share?.GetDouble(i) ?? 1);
        }
    }

    static IReadOnlyDictionary<string, double> NamedLosses(BoundObjective bound, double[] losses)
    {
        var result = new OrderedDictionary<string, double>();
        if (losses.Length == 1) return result;
        foreach (var (term, value) in bound.Terms.Zip(losses))
        {
            var name = term.Output.Length > 0 ? term.Output : term.Term.Name;
            result[result.ContainsKey(name) ? $"{name}, {term.Term.Name}" : name] = value;
        }
        return result;
    }
}
