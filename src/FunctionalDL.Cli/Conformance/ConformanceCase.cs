using System.Globalization;

namespace FunctionalDL.Cli.Conformance;

/// <summary>
/// A case of ONNX's backend tests: a folder with <c>model.onnx</c> and, in each <c>test_data_set_K</c>, <c>input_I.pb</c> and
/// <c>output_I.pb</c>.
/// </summary>
sealed class ConformanceCase(string folder)
{
    const int MostFixed = 16;

    string ModelPath => Path.Combine(folder, "model.onnx");

    public string Name => Path.GetFileName(folder);

    /// <summary>The cases of a folder: it is one, or its folders are, at any depth.</summary>
    public static IEnumerable<ConformanceCase> In(string folder) =>
        Directory.EnumerateFiles(folder, "model.onnx", SearchOption.AllDirectories)
            .Select(path => Path.GetDirectoryName(path)!)
            .Order(StringComparer.Ordinal)
            .Select(path => new ConformanceCase(path));

    /// <summary>Runs the case on an engine.</summary>
    public ConformanceResult Run(ConformanceEngine engine, bool gradients)
    {
        try
        {
            string[] sets = [.. Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal)];
            if (sets.Length == 0) return new(Name, Outcome.Failed, "there is no test_data_set_0 in the folder");
            return sets.Select(set => Run(set, engine, gradients)).Aggregate((a, b) => a.Then(b));
        }
        catch (OnnxImportException e)
        {
            return new(Name, Outcome.Unsupported, e.Message);
        }
        catch (FunctionalException e)
        {
            return new(Name, Outcome.Failed, e.Message);
        }
    }

    ConformanceResult Run(string set, ConformanceEngine engine, bool gradients)
    {
        var given = Tensors(set, "input");
        var expected = Tensors(set, "output");
        var (model, values) = Read(given);
        var actual = engine.Run(model, values);
        if (actual.Length != expected.Count)
            return new(Name, Outcome.Failed, $"there are {actual.Length} outputs, and {expected.Count} are expected");
        foreach (var ((name, _), (ours, theirs)) in model.Outputs.Zip(actual.Zip(expected)))
            if (Comparison.Difference(ours, theirs) is { } difference)
                return new(Name, Outcome.Failed, $"output \"{name}\": {difference}");
        var passed = new ConformanceResult(Name, Outcome.Passed, Note(model, given.Count));
        return gradients ? GradientComparison.Of(model, values).Add(passed) : passed;
    }

    static string Note(OnnxModel model, int inputs) => model.Inputs.Count < inputs
        ? $"{inputs - model.Inputs.Count} of {inputs} inputs were taken as constants" : "";

    /// <summary>
    /// The model, and the values of its inputs. An input whose value a shape depends on is read as the constant that the case gives.
    /// </summary>
    (OnnxModel Model, TensorSet Values) Read(IReadOnlyList<Tensor> given)
    {
        var known = TensorSet.Empty;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var model = OnnxModel.Load(ModelPath, new() { Fixed = known });
                var named = Named(model.InputNames, given);
                return (model, named.Where((name, _) => model.Inputs.Any(v => v.VariableName == name)).With(model.Parameters));
            }
            catch (OnnxImportException e) when (attempt < MostFixed && e.Problems.Any(p => p.Unknown.Count > 0))
            {
                var named = Named(OnnxModel.NamesOfInputs(ModelPath), given);
                var more = e.Problems.SelectMany(p => p.Unknown).Distinct()
                    .Where(name => named.ContainsKey(name) && !known.ContainsKey(name));
                var next = more.Aggregate(known, (all, name) => all.With(name, named[name]));
                if (next.Count == known.Count) throw;
                known = next;
            }
        }
    }

    static TensorSet Named(IReadOnlyList<string> names, IReadOnlyList<Tensor> given) =>
        TensorSet.Of(names.Zip(given, KeyValuePair.Create));

    static List<Tensor> Tensors(string set, string kind)
    {
        var found = new List<Tensor>();
        for (var i = 0; ; i++)
        {
            var path = Path.Combine(set, $"{kind}_{i.ToString(CultureInfo.InvariantCulture)}.pb");
            if (!File.Exists(path)) return found;
            found.Add(OnnxTensor.Load(path));
        }
    }
}
