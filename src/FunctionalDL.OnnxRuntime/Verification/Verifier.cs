namespace FunctionalDL;

/// <summary>Runs a model and its reference on the same inputs, size by size.</summary>
sealed class Verifier
{
    /// <summary>The work that default sizes may take together: as many operations take the engine some seconds in float64.</summary>
    internal double MostWork { get; init; } = 5e11;

    /// <summary>Two sizes are tried in any case: one size alone shows nothing about named dimensions.</summary>
    const int FewestTrials = 2;

    readonly byte[]? model;
    readonly Func<OnnxSession> load;
    readonly IReadOnlyList<(string Name, Expr Value)> outputs;
    readonly TensorSet start;
    readonly IReadOnlyList<string> carried;
    readonly OnnxVerificationOptions options;
    readonly Expr[] values, drawn;
    readonly Sizes given;
    readonly string[] symbols;
    readonly OutputAgreement[] found;

    /// <param name="model">The model's bytes.</param>
    /// <param name="outputs">The expressions it was made from, by output.</param>
    /// <param name="start">The values of the variables that are not drawn.</param>
    /// <param name="carried">The variables that take the place of the outputs from the second on.</param>
    /// <param name="options">What is tried, and what is allowed.</param>
    public Verifier(
        byte[] model,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet start,
        IReadOnlyList<string> carried,
        OnnxVerificationOptions options)
        : this(() => OnnxSession.Load(model), outputs, start, carried, options) => this.model = model;

    /// <summary>A model that is in files, in which no first node that differs is looked for.</summary>
    public Verifier(
        Func<OnnxSession> load,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet start,
        IReadOnlyList<string> carried,
        OnnxVerificationOptions options)
    {
        (this.load, this.outputs, this.start, this.carried, this.options) = (load, outputs, start, carried, options);
        values = [.. outputs.Select(o => o.Value)];
        Expr[] inputs = [.. Graph.Variables(values).Where(v => !start.ContainsKey(v.VariableName!))];
        if (options.Inputs.Names.FirstOrDefault(name => inputs.All(v => v.VariableName != name)) is { } other)
            throw new FunctionalException($"OnnxVerificationOptions: \"{other}\" is no input of the model. "
                + $"There are: {string.Join(", ", inputs.Select(v => v.VariableName))}.");
        given = Evaluator.Bind([.. inputs.Where(v => options.Inputs.ContainsKey(v.VariableName!))], options.Inputs);
        drawn = [.. inputs.Where(v => !options.Inputs.ContainsKey(v.VariableName!))];
        symbols = [.. drawn.SelectMany(v => v.Shape).SelectMany(d => d.Symbols).Distinct().Where(s => !given.Contains(s))];
        found = [.. outputs.Select(o => new OutputAgreement(o.Name, 0, 0))];
    }

    IReadOnlyList<int> Candidates => options.Sizes ?? OnnxVerification.DefaultSizes;

    /// <summary>Each symbol has another size, so that no two are mistaken for one another.</summary>
    Sizes Trial(int trial) =>
        symbols.Index().Aggregate(given, (s, symbol) => s.With(symbol.Item, Candidates[(trial + symbol.Index) % Candidates.Count]));

    /// <summary>
    /// Several steps for each size; after one, the outputs from the second on take the place of the variables that are carried.
    /// </summary>
    public OnnxVerification Verify(int steps)
    {
        using var session = load();
        var reference = new Reference(values, start);
        var (runs, tried, leftOut, work) = (new List<VerifiedRun>(), new HashSet<int>(), new HashSet<int>(), 0.0);
        var (refused, first) = (default(FunctionalException), TensorSet.Empty);
        var trials = symbols.Length > 0 ? Candidates.Count : 1;
        for (var trial = 0; trial < trials; trial++)
        {
            var sizes = Trial(trial);
            try
            {
                work += steps * Work.Of(values, sizes);
                if (options.Sizes is null && work > MostWork && runs.Count >= FewestTrials * steps)
                {
                    leftOut.UnionWith(symbols.Select(symbol => sizes[symbol]));
                    continue;
                }
            }
            catch (FunctionalException e)
            {
                refused = e;
                continue;
            }
            var at = start;
            for (var step = 0; step < steps; step++)
            {
                var random = Drawn(sizes, DrawnInputs.Run(options.Seed, trial, step));
                var inputs = at.With(options.Inputs).With(random);
                Reference.Values expected;
                try
                {
                    expected = reference.At(inputs, sizes);
                }
                catch (FunctionalException e)
                {
                    // Such as a sequence longer than the model has places for: there is nothing to agree with.
                    refused = e;
                    break;
                }
                var theirs = session.Run(inputs);
                var probes = outputs.Select((o, i) => Compare(i, inputs, sizes, expected, theirs[o.Name])).ToArray();
                if (runs.Count == 0) first = inputs;
                runs.Add(new(trial, step, sizes, $"{(expected.IsEvaluated ? "evaluator" : "engine")} in {reference.Precision}")
                {
                    Inputs = random.ToDictionary(r => r.Key, r => r.Value.Shape),
                    Probes = probes,
                });
                at = at.With(TensorSet.Of(carried.Select((name, i) =>
                    KeyValuePair.Create(name, expected.Exact[^(carried.Count - i)].Cast(at[name].DType)))));
                tried.UnionWith(symbols.Select(symbol => sizes[symbol]));
            }
        }
        if (runs.Count == 0) throw refused!;
        return new([.. Candidates.Where(tried.Contains).Distinct()], found.Max(f => f.MaxDifference), options.Tolerance)
        {
            Outputs = found,
            Runs = runs,
            LeftOut = [.. Candidates.Where(size => leftOut.Contains(size) && !tried.Contains(size))],
            Seed = options.Seed,
            FirstInputs = first,
        };
    }

    TensorSet Drawn(Sizes sizes, Key run) => TensorSet.Of(drawn.Select(v =>
        KeyValuePair.Create(v.VariableName!, DrawnInputs.Of(v.VariableName!, v.Type.Resolve(sizes), run))));

    OutputProbe Compare(int output, TensorSet inputs, Sizes sizes, Reference.Values expected, Tensor theirs)
    {
        var (name, value) = outputs[output];
        var (type, shape) = (value.DType, expected.Exact[output].Shape);
        if (theirs.DType != type || theirs.Shape != shape)
            throw new OnnxMismatchException($"ONNX: output \"{name}\" is {type.Name()}{shape} as an expression and {theirs.Describe()} in "
                + $"OnnxRuntime, with {sizes}. Please report the model.");
        Compared Within(double tolerance) =>
            Comparison.Of(name, expected.Exact[output], () => expected.Own.Value[output], theirs, tolerance);
        var compared = Within(options.Tolerance);
        if (compared.Difference is not null && carried.Count > 0)
            compared = Within(options.Tolerance + RoundingSpread.Of(values, inputs, Key.Of(options.Seed))[output]);
        found[output] = found[output].With(compared.Agreement);
        if (compared.Difference is not { } at) return OutputProbe.Of(name, theirs.Describe(), compared.Agreed);
        var first = model is null ? "" : new FirstDifference(model, outputs, start, options).Find(name, inputs, sizes);
        throw new OnnxMismatchException(FormattableString.Invariant(
            $"ONNX: element {Position(shape, at.Index)} of output \"{name}\" is {Said(at)} and {at.Theirs} in OnnxRuntime, with {sizes}; ")
            + FormattableString.Invariant($"allowed is {options.Tolerance}. {first}Scale the model's inputs, or allow more."));
    }

    /// <summary>The values that an element should have.</summary>
    public static string Said(Difference at) => at.Exact.Equals(at.Own)
        ? FormattableString.Invariant($"{at.Exact} in the reference")
        : FormattableString.Invariant($"{at.Exact} in float64, {at.Own} in the model's own precision");

    /// <summary>The indices of the i-th element in row-major order, such as <c>[3, 7]</c>.</summary>
    public static string Position(Shape shape, int i)
    {
        var at = new int[shape.Rank];
        for (var axis = at.Length - 1; axis >= 0; axis--) (i, at[axis]) = Math.DivRem(i, shape[axis].Size);
        return $"[{string.Join(", ", at)}]";
    }
}
