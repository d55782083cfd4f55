namespace FunctionalDL;

/// <summary>Exports that are verified in OnnxRuntime before they are written, and expressions run on OnnxRuntime.</summary>
public static class VerifiedExport
{
    /// <summary>
    /// Writes the model's outputs, from its inputs, by their names, as an ONNX file, once OnnxRuntime has been seen to agree with the
    /// evaluator on it at batch sizes 1, 2, 7 and 33, as far as it takes them. Nothing is written where it does not.
    /// </summary>
    /// <exception cref="OnnxMismatchException">OnnxRuntime computes something else.</exception>
    /// <exception cref="FunctionalException">
    /// The parameters have no values, an op has no form in ONNX, or the file cannot be written.
    /// </exception>
    public static OnnxVerification ExportOnnx(this Model model, string path, OnnxOptions? options = null) =>
        ExportOnnx(path, model.Outputs, model.Parameters, options);

    /// <summary>
    /// Writes a whole training step, from a batch, the parameters and the optimizer's state to <see cref="TrainingStep.Outputs"/>, as an
    /// ONNX file, once OnnxRuntime has been seen to agree with the evaluator on its first steps.
    /// </summary>
    /// <inheritdoc cref="ExportOnnx(Model, string, OnnxOptions)"/>
    public static OnnxVerification ExportOnnx(this TrainingStep step, string path, OnnxOptions? options = null) =>
        Export(path, OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty, options), bytes => OnnxVerification.Verify(bytes, step));

    /// <summary>Writes any expressions as an ONNX file, verified like a model.</summary>
    /// <inheritdoc cref="ExportOnnx(Model, string, OnnxOptions)"/>
    public static OnnxVerification ExportOnnx(
        string path,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet parameters,
        OnnxOptions? options = null
    ) => Export(path, OnnxExport.ToOnnx(outputs, parameters, options), bytes => OnnxVerification.Verify(bytes, outputs, parameters));

    static OnnxVerification Export(string path, byte[] bytes, Func<byte[], OnnxVerification> verify)
    {
        var verification = verify(bytes);
        AtomicFile.Write(path, stream => stream.Write(bytes));
        return verification;
    }

    /// <summary>The value of an expression as OnnxRuntime computes it.</summary>
    /// <exception cref="FunctionalException">An op has no form in ONNX, a variable has no value, or the run fails.</exception>
    public static Tensor EvaluateInOnnxRuntime(this Expr expression, TensorSet values)
    {
        using var session = OnnxSession.Load(OnnxExport.ToOnnx([("value", expression)], TensorSet.Empty));
        return session.Run(values)["value"];
    }
}
