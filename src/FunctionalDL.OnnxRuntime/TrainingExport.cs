namespace FunctionalDL;

/// <summary>Training as plain ONNX files, verified in OnnxRuntime before they are written.</summary>
public static class TrainingExport
{
    const int VerifiedSteps = 3;

    const double RunTolerance = 1e-3;

    /// <summary>
    /// Writes the training of a model, as <see cref="Model.Fit(Dataset, Objective, Optimizer, int, Batching, long, FitOptions?)"/> takes
    /// its steps, as an ONNX file that trains on in any runtime.
    /// </summary>
    /// <param name="model">A model whose parameters have values: training starts with them.</param>
    /// <param name="path">The file of the step. The first values are beside it: <c>step.start.onnx</c> of <c>step.onnx</c>.</param>
    /// <param name="objective">What to make small.</param>
    /// <param name="optimizer">How gradients become updates, with its schedule.</param>
    /// <param name="like">Data of the types that batches will have.</param>
    /// <param name="options">Whether it is one step or a run of many, and the seed.</param>
    /// <exception cref="FunctionalException">
    /// The data does not fit the model or the objective, the parameters have no values, or what is told at
    /// <see cref="ExportTraining(TrainingStep, string, TrainingExportOptions?)"/>.
    /// </exception>
    public static OnnxVerification ExportTraining(
        this Model model, string path, Objective objective, Optimizer optimizer, Dataset like, TrainingExportOptions? options = null) =>
        TrainingStep.Of(model, objective, optimizer, like).ExportTraining(path, options);

    /// <summary>
    /// Writes a training step as an ONNX file, once OnnxRuntime has been seen to take its first steps as the evaluator does; and the values
    /// it starts from, as a model without inputs beside it. Feed the step what the start gives, and a batch; each output <c>next.x</c> is
    /// the next step's <c>x</c> (<see cref="TrainingOnnx"/>).
    /// </summary>
    /// <example><code>
    /// step.ExportTraining("step.onnx");
    /// // JavaScript:
    /// // let carried = await start.run({});
    /// // const next = await step.run({ ...carried, input, target });
    /// </code></example>
    /// <exception cref="OnnxMismatchException">OnnxRuntime computes something else.</exception>
    /// <exception cref="FunctionalException">An op has no form in ONNX, a name is taken, or a file cannot be written.</exception>
    public static OnnxVerification ExportTraining(this TrainingStep step, string path, TrainingExportOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new DataException("ExportTraining: the path is empty. Name a file.");
        var startPath = Path.ChangeExtension(path, ".start.onnx");
        var training = new TrainingOnnx(step, options);
        var (one, start) = (training.StepToOnnx(), training.StartToOnnx());
        var verification = new Verifier(one, training.Outputs, training.Start, training.Carried, new()).Verify(VerifiedSteps);
        var model = training.ToOnnx(Path.GetFileName(startPath));
        if (options?.Steps is { } steps) VerifyRun(model, one, training, steps);
        VerifyStart(start, training);
        Write(path, model, startPath, start);
        return verification;
    }

    /// <summary>
    /// Writes both files or, where one cannot be written, neither: a step beside another one's start trains something else.
    /// </summary>
    static void Write(string path, byte[] model, string startPath, byte[] start)
    {
        var before = File.Exists(startPath) ? File.ReadAllBytes(startPath) : null;
        AtomicFile.Write(startPath, stream => stream.Write(start));
        try
        {
            AtomicFile.Write(path, stream => stream.Write(model));
        }
        catch (DataException)
        {
            if (before is null) File.Delete(startPath);
            else AtomicFile.Write(startPath, stream => stream.Write(before));
            throw;
        }
    }

    static void VerifyStart(byte[] start, TrainingOnnx training)
    {
        using var session = OnnxSession.Load(start);
        var values = session.Run(TensorSet.Empty);
        foreach (var (name, value) in training.Start) Compare(name, value, values[name], tolerance: 0);
    }

    /// <summary>A run in a loop comes to what as many single steps come to in the same runtime.</summary>
    static void VerifyRun(byte[] run, byte[] step, TrainingOnnx training, Dim steps)
    {
        using var loop = OnnxSession.Load(run);
        using var single = OnnxSession.Load(step);
        var count = steps.IsKnown ? steps.Size : VerifiedSteps;
        string[] symbols = [.. training.Batch.SelectMany(v => v.Shape).SelectMany(d => d.Symbols).Distinct()];
        var sizes = Sizes.None;
        foreach (var (i, symbol) in symbols.Index())
            sizes = sizes.With(symbol, OnnxVerification.DefaultSizes[(i + 1) % OnnxVerification.DefaultSizes.Count]);
        var batches = TensorSet.Of(training.Batch.Select((v, i) => KeyValuePair.Create(
            v.VariableName!,
            DrawnInputs.Of(v.VariableName!, v.Type with { Shape = v.Shape.Resolve(sizes).Insert(0, count) }, Key.Of(i)))));
        var (at, losses) = (training.Start, new List<TensorSet>());
        for (var i = 0; i < count; i++)
        {
            var next = single.Run(at.With(batches.Map((_, stacked) => Functions.Index(Expr.Constant(stacked), 0, i).Evaluate())));
            at = TensorSet.Of(training.Carried.Select(name => KeyValuePair.Create(name, next[$"next.{name}"])));
            losses.Add(next);
        }
        var whole = loop.Run(training.Start.With(batches));
        foreach (var name in training.Carried) Compare($"next.{name}", at[name], whole[$"next.{name}"], RunTolerance);
        foreach (var (name, _) in training.Outputs.SkipLast(training.Carried.Count))
            for (var i = 0; i < count; i++)
                Compare(name, losses[i][name], Functions.Index(Expr.Constant(whole[name]), 0, i).Evaluate(), RunTolerance);
    }

    static void Compare(string name, Tensor expected, Tensor actual, double tolerance)
    {
        if (Comparison.Of(name, expected, () => expected, actual, tolerance).Difference is { } at)
            throw new OnnxMismatchException(FormattableString.Invariant(
                $"ONNX: element {Verifier.Position(expected.Shape, at.Index)} of \"{name}\" is {at.Theirs} in OnnxRuntime, and ")
                + FormattableString.Invariant($"{at.Exact} by single steps; allowed is {tolerance}. Please report the model."));
    }
}
