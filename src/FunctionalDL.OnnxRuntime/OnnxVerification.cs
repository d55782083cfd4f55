namespace FunctionalDL;

/// <summary>How far OnnxRuntime and the reference are apart on a model, over all inputs tried.</summary>
/// <param name="Sizes">The sizes tried for named dimensions: those that the model takes.</param>
/// <param name="MaxDifference">
/// The largest difference between an element and the reference that it agrees with, |a − b| / max(1, |a|).
/// </param>
/// <param name="Tolerance">The largest difference allowed.</param>
public sealed record OnnxVerification(IReadOnlyList<int> Sizes, double MaxDifference, double Tolerance)
{
    /// <summary>The sizes that a verification tries unless told otherwise.</summary>
    public static IReadOnlyList<int> DefaultSizes { get; } = [1, 2, 7, 33];

    /// <summary>What was tried, in order.</summary>
    public IReadOnlyList<VerifiedRun> Runs { get; init; } = [];

    /// <summary>What was found of each output.</summary>
    public IReadOnlyList<OutputAgreement> Outputs { get; init; } = [];

    /// <summary>The default sizes that were left out because they would have taken too long.</summary>
    public IReadOnlyList<int> LeftOut { get; init; } = [];

    /// <summary>The seed of the random inputs.</summary>
    public long Seed { get; init; }

    /// <summary>What was seen of the gradient, where a proof was written.</summary>
    public GradientProof? Gradient { get; init; }

    /// <summary>The values of all variables in the first run.</summary>
    internal TensorSet FirstInputs { get; init; } = TensorSet.Empty;

    /// <summary>The elements that are NaN in both: they say nothing about agreement.</summary>
    public long BothNaN => Outputs.Sum(o => o.BothNaN);

    /// <summary>The elements that agree in the model's own precision only (<see cref="OutputAgreement.DecidedByRounding"/>).</summary>
    public long DecidedByRounding => Outputs.Sum(o => o.DecidedByRounding);

    /// <summary>
    /// Runs an ONNX model in OnnxRuntime on random inputs, with each size in turn for every named dimension (several get different
    /// sizes), and compares each output with what its expression means. Sizes that the reference refuses are left out, such as sequences
    /// longer than a model has places for. Float inputs are uniform in [−1, 1), integers 0 or 1.
    /// </summary>
    /// <remarks>
    /// The reference is the expression in float64, computed by the evaluator or, where that would take long, by the engine. A float b
    /// agrees with its value a where |a − b| / max(1, |a|) is at most the tolerance, or the last digit of the output's dtype. Where it is
    /// farther, it is compared in the same way with the expression in its own precision, as the evaluator or the engine computes that: a
    /// float32 beyond the largest one is infinite, and of two numbers that are equal when rounded either may be the largest. Whole numbers
    /// and truth values equal one of the two in every digit. A model of float16 or bfloat16 is compared in its own precision only.
    /// </remarks>
    /// <param name="model">The model's bytes.</param>
    /// <param name="outputs">The expressions it was made from, by output.</param>
    /// <param name="parameters">The values of the variables that are not drawn.</param>
    /// <param name="options">What is tried, and what is allowed.</param>
    /// <exception cref="OnnxMismatchException">An element differs by more; the first node that does so is named.</exception>
    /// <exception cref="FunctionalException">The reference refuses all sizes, or given inputs do not fit.</exception>
    /// <exception cref="OnnxRuntimeFailure">OnnxRuntime refuses the model or fails to run it.</exception>
    public static OnnxVerification Verify(
        byte[] model,
        IReadOnlyList<(string Name, Expr Value)> outputs,
        TensorSet parameters,
        OnnxVerificationOptions? options = null) => new Verifier(model, outputs, parameters, [], options ?? new()).Verify(steps: 1);

    /// <param name="model">The model's bytes.</param>
    /// <param name="outputs">The expressions it was made from, by output.</param>
    /// <param name="parameters">The values of the variables that are not drawn.</param>
    /// <param name="tolerance">The largest difference allowed.</param>
    /// <inheritdoc cref="Verify(byte[], IReadOnlyList{ValueTuple{string, Expr}}, TensorSet, OnnxVerificationOptions)"/>
    public static OnnxVerification Verify(
        byte[] model, IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet parameters, double tolerance) =>
        Verify(model, outputs, parameters, new OnnxVerificationOptions { Tolerance = tolerance });

    /// <summary>
    /// Runs a training step in OnnxRuntime as training does: from its first parameters and state, on random batches, each step from where
    /// the reference's last one came to. So the state is one that an optimizer can have, and not any numbers.
    /// </summary>
    /// <param name="model">
    /// The bytes of a model with the step's <see cref="TrainingStep.Outputs"/>, and its parameters and state as inputs.
    /// </param>
    /// <param name="step">The step it was made from.</param>
    /// <param name="options">What is tried, and what is allowed.</param>
    /// <inheritdoc cref="Verify(byte[], IReadOnlyList{ValueTuple{string, Expr}}, TensorSet, OnnxVerificationOptions)"/>
    public static OnnxVerification Verify(byte[] model, TrainingStep step, OnnxVerificationOptions? options = null)
    {
        const int steps = 3;
        var start = step.InitialParameters.With(step.InitialState);
        return new Verifier(model, step.Outputs, start, [.. step.Carried.Select(c => c.Name)], options ?? new()).Verify(steps);
    }

    /// <summary>The result in a sentence.</summary>
    public override string ToString() =>
        $"OnnxRuntime agrees with the evaluator{(Sizes.Count > 0 ? $" at sizes {string.Join(", ", Sizes)}" : "")}"
        + FormattableString.Invariant($": largest difference {MaxDifference:0.0e+0}, allowed {Tolerance:0.0e+0}")
        + (BothNaN > 0 ? FormattableString.Invariant($"; {BothNaN:N0} elements are NaN in both") : "")
        + (DecidedByRounding > 0 ? FormattableString.Invariant($"; {DecidedByRounding:N0} elements are decided by rounding") : "")
        + (LeftOut.Count > 0 ? $"; sizes {string.Join(", ", LeftOut)} would have taken too long" : "");
}
