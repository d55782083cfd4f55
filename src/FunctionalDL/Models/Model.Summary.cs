using System.Text;
using static System.FormattableString;

namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>
    /// A table of the layers: output type and number of parameters of each, and their total; a layer that uses parameters made before
    /// says of which layer.
    /// </summary>
    public string Summary()
    {
        (string Layer, string Output, string Parameters, string Note)[] rows =
        [
            ("layer", "output", "parameters", ""),
            .. Inputs.Select(input => (input.VariableName!, input.Type.ToString(), "0", "")),
            .. Inference.Steps.Select(s => (s.Layer.Name, s.Output.Type.ToString(), Invariant($"{Elements(s.Parameters):N0}"), Note(s))),
        ];
        var (first, second, third) = (rows.Max(r => r.Layer.Length), rows.Max(r => r.Output.Length), rows.Max(r => r.Parameters.Length));

        var text = new StringBuilder();
        foreach (var (layer, output, parameters, note) in rows)
            text.Append($"{layer.PadRight(first)}  {output.PadRight(second)}  {parameters.PadLeft(third)}{note}\n");
        var total = Elements(ParameterList);
        return text.Append(Invariant($"{total:N0} parameters, {total * ParameterDType.ByteSize() / 1024.0:N1} KiB")).ToString();
    }

    static string Note(ForwardStep step) => step.SharedWith.Count == 0 ? "" : $"  shared with {string.Join(", ", step.SharedWith)}";

    /// <summary>
    /// The table of the layers, and the most memory that a prediction needs for inputs of a shape, and a gradient of the parameters,
    /// beside inputs and parameters.
    /// </summary>
    /// <param name="input">The shape of a batch of inputs, such as <c>[64, 784]</c>.</param>
    /// <exception cref="ShapeException">The model does not take inputs of that shape.</exception>
    public string Summary(Shape input)
    {
        var sizes = Sizes.None.Match(InputVariable.VariableName!, InputVariable.Shape, input);
        var memory = $"{input}: {Megabytes(Compilation.Compile([.. Outputs.Select(o => o.Value)]).PeakBytes(sizes))} to predict";
        var training = Forward.Build(Body, isTraining: true);
        Expr[] sums = [.. training.Outputs.Where(o => o.Value.DType.IsFloat()).Select(o => Functions.Sum(o.Value))];
        Expr[] w = [.. training.Parameters.Where(p => p.IsTrainable).Select(p => p.Variable)];
        if (w.Length > 0 && sums.Length > 0)
            memory += $", {Megabytes(Compilation.Compile(sums.Aggregate((a, b) => a + b).Gradient(w)).PeakBytes(sizes))} for a gradient";
        return $"{Summary()}\n{memory}";
    }

    static string Megabytes(long bytes) => Invariant($"{bytes / 1024.0 / 1024:N1} MiB");

    static long Elements(IEnumerable<Parameter> parameters) => parameters.Sum(p => (long)p.Type.Shape.ElementCount);

    /// <summary>The input and the layers in order, such as <c>input [batch, 784] >> dense >> relu</c>.</summary>
    public override string ToString() => string.Join(" >> ",
        Layers.Select(l => l.Name).Prepend(string.Join(", ", Inputs.Select(i => $"{i.VariableName} {i.Shape}"))));
}
