namespace FunctionalDL;

/// <summary>Exports that are verified in OnnxRuntime before they are written, and expressions run on OnnxRuntime.</summary>
public static class VerifiedExport
{
    /// <summary>
    /// Writes the model's outputs, from its inputs, by their names, as an ONNX file, once OnnxRuntime has been seen to agree with the
    /// expressions on it at batch sizes 1, 2, 7 and 33, as far as it takes them; and beside it the proof of that,
    /// <see cref="ModelProof"/>. Nothing is written where it does not.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file says of itself.</param>
    /// <param name="verification">What is tried, what is allowed, and whether the proof is written.</param>
    /// <exception cref="OnnxMismatchException">OnnxRuntime computes something else.</exception>
    /// <exception cref="FunctionalException">
    /// The parameters have no values, an op has no form in ONNX, or a file cannot be written.
    /// </exception>
    public static OnnxVerification ExportOnnx(
        this Model model, string path, OnnxOptions? options = null, OnnxVerificationOptions? verification = null) =>
        ExportOnnx(path, model.Outputs, model.Parameters, options, verification);

    /// <summary>
    /// Writes a whole training step, from a batch, the parameters and the optimizer's state to <see cref="TrainingStep.Outputs"/>, as an
    /// ONNX file, once OnnxRuntime has been seen to agree with the expressions on its first steps; and beside it the proof of that.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file says of itself.</param>
    /// <param name="verification">What is tried, what is allowed, and whether the proof is written.</param>
    /// <inheritdoc cref="ExportOnnx(Model, string, OnnxOptions, OnnxVerificationOptions)"/>
    public static OnnxVerification ExportOnnx(
        this TrainingStep step, string path, OnnxOptions? options = null, OnnxVerificationOptions? verification = null)
    {
        var verified = (verification ?? new()) with { Written = options ?? new() };
        var bytes = OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty, options);
        return Write(path, bytes, OnnxVerification.Verify(bytes, step, verified), step.Losses, isDrawn: false, verified);
    }

    /// <summary>Writes any expressions as an ONNX file, verified like a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="outputs">What the model computes, each with the name of its output.</param>
    /// <param name="parameters">Values of variables that become part of the model; the other variables become its inputs.</param>
    /// <param name="options">What the file says of itself.</param>
    /// <param name="verification">What is tried, what is allowed, and whether the proof is written.</param>
    /// <inheritdoc cref="ExportOnnx(Model, string, OnnxOptions, OnnxVerificationOptions)"/>
    public static OnnxVerification ExportOnnx(
        string path,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet parameters,
        OnnxOptions? options = null,
        OnnxVerificationOptions? verification = null)
    {
        var verified = (verification ?? new()) with { Written = options ?? new() };
        if (OnnxExport.IsBeside(outputs, parameters, verified.Written)) return WriteBeside(path, outputs, parameters, verified);
        var bytes = OnnxExport.ToOnnx(outputs, parameters, options);
        var isDrawn = verified.Inputs.Count == 0;
        return Write(path, bytes, OnnxVerification.Verify(bytes, outputs, parameters, verified), outputs, isDrawn, verified);
    }

    /// <summary>
    /// A model with a file beside it is written into a folder of its own, verified there, and only then moved to where it belongs, the
    /// data first.
    /// </summary>
    static OnnxVerification WriteBeside(
        string path, IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, OnnxVerificationOptions options)
    {
        var target = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AtomicFile.RequireFolder(path);
        var folder = Path.Combine(target, $".fdl.{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder);
            var model = Path.Combine(folder, Path.GetFileName(path));
            OnnxExport.WriteOnnx(model, outputs, parameters, options.Written);
            var verification = new Verifier(() => OnnxSession.Load(model), outputs, parameters, [], options).Verify(steps: 1);
            if (options.Proof)
            {
                var gradient = GradientOf(outputs, verification, options);
                var isDrawn = options.Inputs.Count == 0;
                ModelProof.Of(model, File.ReadAllBytes(model), verification, isDrawn, gradient).Write(ModelProof.PathOf(model));
                verification = verification with { Gradient = gradient };
            }
            string[] files = [.. Directory.GetFiles(folder).OrderBy(file => file == model)];
            foreach (var file in files) File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            return verification;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"Write: {path} cannot be written: {e.Message} Choose a folder that can be written to and has room.", e);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    static GradientProof GradientOf(
        IReadOnlyList<(string Name, Expr Value)> differentiated, OnnxVerification verification, OnnxVerificationOptions options)
    {
        Expr[] values = [.. differentiated.Select(o => o.Value)];
        return DirectionalCheck.Of(values, verification.FirstInputs, verification.Runs[0].Sizes, Key.Of(options.Seed).Fold(-2));
    }

    /// <summary>
    /// The proof is written when all of the model is on the disk but not yet under its name: if one of the two cannot be written, neither
    /// is, and if the process ends between them, the hash tells that the proof is of another file.
    /// </summary>
    static OnnxVerification Write(
        string path,
        byte[] model,
        OnnxVerification verification,
        IReadOnlyList<(string Name, Expr Value)> differentiated,
        bool isDrawn,
        OnnxVerificationOptions options)
    {
        if (!options.Proof)
        {
            AtomicFile.Write(path, stream => stream.Write(model));
            return verification;
        }
        if (Directory.Exists(path)) throw new DataException($"Write: {Path.GetFullPath(path)} is a folder. Choose another name.");
        var gradient = GradientOf(differentiated, verification, options);
        var proof = ModelProof.Of(path, model, verification, isDrawn, gradient);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(model);
            proof.Write(ModelProof.PathOf(path));
        });
        return verification with { Gradient = gradient };
    }

    /// <summary>The value of an expression as OnnxRuntime computes it.</summary>
    /// <exception cref="FunctionalException">An op has no form in ONNX, a variable has no value, or the run fails.</exception>
    public static Tensor EvaluateInOnnxRuntime(this Expr expression, TensorSet values)
    {
        using var session = OnnxSession.Load(OnnxExport.ToOnnx([("value", expression)], TensorSet.Empty));
        return session.Run(values)["value"];
    }
}
