using System.Text;

namespace FunctionalDL;

public sealed partial class Model
{
    /// <summary>A table of the layers: output type and number of parameters of each, and their total.</summary>
    public string Summary()
    {
        var rows = new List<(string Layer, string Output, string Parameters)> { ("layer", "output", "parameters"), ("input", InputVariable.Type.ToString(), "0") };
        rows.AddRange(Inference.Steps.Select(s => (s.Layer.Name, s.Output.Type.ToString(), Elements(s.Parameters).ToString("N0"))));
        var (first, second, third) = (rows.Max(r => r.Layer.Length), rows.Max(r => r.Output.Length), rows.Max(r => r.Parameters.Length));

        var text = new StringBuilder();
        foreach (var (layer, output, parameters) in rows)
            text.Append($"{layer.PadRight(first)}  {output.PadRight(second)}  {parameters.PadLeft(third)}\n");
        var total = Elements(ParameterList);
        return text.Append($"{total:N0} parameters, {total * ParameterDType.ByteSize() / 1024.0:N1} KiB").ToString();
    }

    static long Elements(IEnumerable<Parameter> parameters) => parameters.Sum(p => (long)p.Type.Shape.ElementCount);

    /// <summary>The input and the layers in order, such as <c>input [batch, 784] >> dense >> relu</c>.</summary>
    public override string ToString() => string.Join(" >> ", Layers.Select(l => l.Name).Prepend($"input {InputVariable.Shape}"));
}
