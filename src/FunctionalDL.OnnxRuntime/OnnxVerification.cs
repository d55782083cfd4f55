namespace FunctionalDL;

/// <summary>How far OnnxRuntime and the evaluator are apart on a model, over all inputs tried.</summary>
/// <param name="Sizes">The sizes tried for named dimensions: those of <see cref="DefaultSizes"/> that the model takes.</param>
/// <param name="MaxDifference">The largest difference between two elements, |a − b| / max(1, |a|).</param>
/// <param name="Tolerance">The largest difference allowed.</param>
public sealed record OnnxVerification(IReadOnlyList<int> Sizes, double MaxDifference, double Tolerance)
{
    /// <summary>The sizes that a verification tries unless told otherwise.</summary>
    public static IReadOnlyList<int> DefaultSizes { get; } = [1, 2, 7, 33];

    /// <summary>The elements that are NaN in both: they say nothing about agreement.</summary>
    public long BothNaN { get; init; }

    /// <summary>
    /// Runs an ONNX model in OnnxRuntime on random inputs, with each size in turn for every named dimension (several get different
    /// sizes), and compares each output with the reference evaluator. Sizes that the evaluator refuses are left out, such as sequences
    /// longer than a model has places for. Float inputs are uniform in [−1, 1), integers 0 or 1.
    /// </summary>
    /// <param name="model">The model's bytes.</param>
    /// <param name="outputs">The expressions it was made from, by output.</param>
    /// <param name="parameters">The values of the variables that are not drawn.</param>
    /// <param name="tolerance">
    /// The largest difference allowed between floats, relative to max(1, |value|), and their last digit in any case; whole numbers and
    /// truth values are equal.
    /// </param>
    /// <exception cref="OnnxMismatchException">An element differs by more.</exception>
    /// <exception cref="FunctionalException">The evaluator refuses all sizes.</exception>
    /// <exception cref="OnnxRuntimeFailure">OnnxRuntime refuses the model or fails to run it.</exception>
    public static OnnxVerification Verify(
        byte[] model, IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, double tolerance = 1e-4) =>
        Verify(model, outputs, parameters, [], steps: 1, tolerance);

    /// <summary>
    /// Runs a training step in OnnxRuntime as training does: from its first parameters and state, on random batches, each step from where
    /// the evaluator's last one came to. So the state is one that an optimizer can have, and not any numbers.
    /// </summary>
    /// <param name="model">
    /// The bytes of a model with the step's <see cref="TrainingStep.Outputs"/>, and its parameters and state as inputs.
    /// </param>
    /// <param name="step">The step it was made from.</param>
    /// <param name="tolerance">The largest difference allowed, relative to max(1, |value|), and the last digit in any case.</param>
    /// <inheritdoc cref="Verify(byte[], IReadOnlyList{ValueTuple{string, Expr}}, TensorSet, double)"/>
    public static OnnxVerification Verify(byte[] model, TrainingStep step, double tolerance = 1e-4)
    {
        const int steps = 3;
        return Verify(
            model,
            step.Outputs,
            step.InitialParameters.With(step.InitialState),
            [.. step.Carried.Select(c => c.Name)],
            steps,
            tolerance);
    }

    /// <summary>
    /// Several steps for each size; after one, the outputs from the second on take the place of the variables that are carried.
    /// </summary>
    static OnnxVerification Verify(
        byte[] model,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet start,
        IReadOnlyList<string> carried,
        int steps,
        double tolerance)
    {
        using var session = OnnxSession.Load(model);
        Expr[] values = [.. outputs.Select(o => o.Value)];
        var drawn = Graph.Variables(values).Where(v => !start.ContainsKey(v.VariableName!)).ToArray();
        string[] symbols = [.. drawn.SelectMany(v => v.Shape).SelectMany(d => d.Symbols).Distinct()];
        var (tried, found, refused) = (new HashSet<int>(), (Worst: 0.0, BothNaN: 0L), default(FunctionalException));
        var trials = symbols.Length > 0 ? DefaultSizes.Count : 1;
        for (var trial = 0; trial < trials; trial++)
        {
            // Each symbol has another size, so that no two are mistaken for one another.
            var sizes = symbols
                .Index()
                .Aggregate(
                    FunctionalDL.Sizes.None,
                    (s, symbol) => s.With(symbol.Item, DefaultSizes[(trial + symbol.Index) % DefaultSizes.Count]));
            var at = start;
            for (var step = 0; step < steps; step++)
            {
                var key = Key.Of(trial).Fold(step);
                var given = at.With(
                    TensorSet.Of(
                        drawn.Select((v, i) => KeyValuePair.Create(v.VariableName!, RandomInput(v.Type.Resolve(sizes), key.Fold(i))))));
                Tensor[] expected;
                try
                {
                    expected = Evaluator.Evaluate(values, given);
                }
                catch (FunctionalException e)
                {
                    // Such as a sequence longer than the model has places for: there is nothing to agree with.
                    refused = e;
                    break;
                }
                var theirs = session.Run(given);
                foreach (var ((name, _), ours) in outputs.Zip(expected)) found = Compare(name, sizes, ours, theirs[name], tolerance, found);
                at = at.With(TensorSet.Of(carried.Select((name, i) => KeyValuePair.Create(name, expected[i + 1]))));
                tried.UnionWith(symbols.Select(symbol => sizes[symbol]).DefaultIfEmpty(0));
            }
        }
        if (tried.Count == 0) throw refused!;
        return new([.. DefaultSizes.Where(tried.Contains)], found.Worst, tolerance) { BothNaN = found.BothNaN };
    }

    static Tensor RandomInput(TensorType type, Key key)
    {
        var uniform = key.Uniform(type.Shape, DType.Float64).As<double>();
        return type.DType.IsFloat() ? uniform.Map(u => 2 * u - 1).Cast(type.DType) : uniform.Map(u => u < 0.5 ? 0.0 : 1).Cast(type.DType);
    }

    static (double Worst, long BothNaN) Compare(
        string output, Sizes sizes, Tensor ours, Tensor theirs, double tolerance, (double Worst, long BothNaN) found)
    {
        if (ours.DType != theirs.DType || ours.Shape != theirs.Shape)
            throw new OnnxMismatchException(
                $"ONNX: output \"{output}\" is {ours.Describe()} in the evaluator and {theirs.Describe()} in OnnxRuntime, with {sizes}. "
                    + "Please report the model."
            );
        var isFloat = ours.DType.IsFloat();
        if (isFloat) tolerance = Math.Max(tolerance, ours.DType.Epsilon());
        // Whole numbers are compared with every digit.
        var (ourWholes, theirWholes) = isFloat ? default : (ours.Cast(DType.Int64).As<long>(), theirs.Cast(DType.Int64).As<long>());
        for (var i = 0; i < ours.Count; i++)
        {
            var (a, b) = (ours.GetDouble(i), theirs.GetDouble(i));
            var difference = isFloat && !a.Equals(b) ? Math.Abs(a - b) / Math.Max(1, Math.Abs(a)) : 0;
            if (!isFloat && ourWholes.Span[i] != theirWholes.Span[i]) difference = double.PositiveInfinity;
            if (!(difference <= tolerance))
                throw new OnnxMismatchException(
                    FormattableString.Invariant(
                        $"ONNX: element {Position(ours.Shape, i)} of output \"{output}\" is {a} in the evaluator and {b} in OnnxRuntime, "
                    ) + FormattableString.Invariant($"with {sizes}; allowed is {tolerance}. Scale the model's inputs, or allow more."));
            found = (Math.Max(found.Worst, difference), found.BothNaN + (double.IsNaN(a) ? 1 : 0));
        }
        return found;
    }

    /// <summary>The indices of the i-th element in row-major order, such as <c>[3, 7]</c>.</summary>
    static string Position(Shape shape, int i)
    {
        var at = new int[shape.Rank];
        for (var axis = at.Length - 1; axis >= 0; axis--) (i, at[axis]) = Math.DivRem(i, shape[axis].Size);
        return $"[{string.Join(", ", at)}]";
    }

    /// <summary>The result in a sentence.</summary>
    public override string ToString() =>
        $"OnnxRuntime agrees with the evaluator{(Sizes.Count > 0 ? $" at sizes {string.Join(", ", Sizes)}" : "")}"
        + FormattableString.Invariant($": largest difference {MaxDifference:0.0e+0}, allowed {Tolerance:0.0e+0}")
        + (BothNaN > 0 ? FormattableString.Invariant($"; {BothNaN:N0} elements are NaN in both") : "");
}
