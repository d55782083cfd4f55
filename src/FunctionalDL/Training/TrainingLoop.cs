namespace FunctionalDL;

/// <summary>
/// A loop of your own around a <see cref="TrainingStep"/>: set what a batch brings, step, read. Parameters, statistics and the
/// optimizer's state go on from step to step in the engine's own memory; what is drawn at random comes from the seed and the number of
/// the step. Not for several threads at a time.
/// </summary>
/// <example><code>
/// var loop = step.Start(seed: 1);
/// for (var i = 0; i &lt; 1000; i++)
/// {
///     loop.Set("real", Batch(i));
///     loop.Step();
/// }
/// var trained = generator.WithParameters(loop.State, "generator");
/// </code></example>
public sealed class TrainingLoop
{
    readonly TrainingStep step;
    readonly Loop loop;
    readonly Key key;
    readonly int others;
    readonly bool isRandom;

    internal TrainingLoop(TrainingStep step, Loop loop, Key key, Expr[] others)
    {
        (this.step, this.loop, this.key, this.others) = (step, loop, key, others.Length);
        isRandom = Graph.Variables([.. step.Outputs.Select(o => o.Value), .. others]).Any(v => v.VariableName == ColumnNames.Key);
    }

    /// <summary>The number of steps done.</summary>
    public long Steps { get; private set; }

    /// <summary>Copies a variable's value for the next steps.</summary>
    /// <exception cref="FunctionalException">There is no such variable, it is carried, or the value is of another dtype.</exception>
    public void Set(string variable, Tensor value) => loop.Set(variable, value);

    /// <summary>The engine's own memory for a variable's value in the next steps, to be filled: nothing is allocated.</summary>
    /// <inheritdoc cref="Loop.Input{T}(string, Shape)"/>
    public Span<T> Input<T>(string variable, Shape shape) where T : unmanaged => loop.Input<T>(variable, shape);

    /// <summary>Takes a step.</summary>
    /// <exception cref="FunctionalException">
    /// A variable has no value, or one that does not fit its type; or an op meets a value it is not defined for.
    /// </exception>
    public void Step()
    {
        Steps++;
        if (isRandom) loop.Input<long>(ColumnNames.Key, Shape.Scalar)[0] = (long)key.Fold(-Steps).Value;
        loop.Step();
    }

    /// <summary>The loss in the last step, before its update.</summary>
    /// <exception cref="FunctionalException">No step has run, or there are several losses.</exception>
    public double Loss => step.Losses.Count == 1 ? loop.Scalar(0) : throw new FunctionalException(
        $"TrainingLoop: there are {step.Losses.Count} losses. Say which: LossOf(\"{step.Losses[0].Name["loss.".Length..]}\").");

    /// <summary>Of several losses the one that moves a model, in the last step, before its update.</summary>
    /// <exception cref="FunctionalException">No step has run, or no loss moves it.</exception>
    public double LossOf(string model)
    {
        var at = step.Losses.Select(l => l.Name).ToList().IndexOf($"loss.{model}");
        return at >= 0 ? loop.Scalar(at) : throw new FunctionalException($"TrainingLoop: no loss moves \"{model}\". There are: "
            + $"{string.Join(", ", step.Losses.Select(l => l.Name))}.");
    }

    /// <summary>The value in the last step of one of the other expressions the loop was started with, valid until the next.</summary>
    /// <param name="other">Its number, from 0.</param>
    /// <exception cref="FunctionalException">No step has run, there is no such expression, or its elements are of another type.</exception>
    public ReadOnlySpan<T> Output<T>(int other) where T : unmanaged =>
        other >= 0 && other < others ? loop.Output<T>(step.Outputs.Count + other)
        : throw new FunctionalException($"TrainingLoop: there is no expression {other}. It was started with {others}, counted from 0.");

    /// <summary>A copy of the parameters, statistics and the optimizer's state after the last step.</summary>
    public TensorSet State => loop.State;
}
