namespace FunctionalDL;

/// <summary>What the model predicted for the batches of an epoch while it trained on them, for the metrics of the epoch.</summary>
/// <param name="model">The model.</param>
/// <param name="measured">The metrics.</param>
/// <param name="forward">The model in the form it is trained in.</param>
/// <param name="first">The number of the step's first output that is one of the model's.</param>
sealed class EpochPredictions(Model model, MeasuredOutputs measured, Forward forward, int first)
{
    /// <summary>What the step has to compute besides.</summary>
    public Expr[] Outputs => [.. measured.Names.Select(name => forward[name])];

    /// <summary>Keeps a batch's predictions, which the step that has just run made.</summary>
    public void Add(Loop loop, Dataset data, ReadOnlySpan<int> rows)
    {
        var sizes = Sizes.None;
        foreach (var input in model.Inputs)
            sizes = sizes.Match(input.VariableName!, input.Shape, data.InputOf(model, input.VariableName!).Shape.With(0, rows.Length));
        measured.Add(
            [.. Outputs.Select((output, i) => Read(loop, first + i, output.DType, output.Shape.Resolve(sizes)))],
            data.TargetColumns,
            rows);
    }

    static Tensor Read(Loop loop, int output, DType dtype, Shape shape) => dtype.Visit<Copy, Tensor>(new(loop, output, shape));

    readonly struct Copy(Loop loop, int output, Shape shape) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => Tensor.Of(shape, loop.Output<T>(output));
    }

    /// <summary>The metrics of what was kept, which is then forgotten.</summary>
    public IReadOnlyDictionary<string, double> Measure() => measured.Measure();
}
