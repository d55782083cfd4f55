using System.CommandLine;
using System.Text.Json.Nodes;
using FunctionalDL.Onnx;

namespace FunctionalDL.Cli;

/// <summary><c>fdl inspect</c>: what is in an ONNX file, and about what it takes to run.</summary>
static class InspectCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("model") { Description = "The ONNX file." };
        var (sizes, json) = (ModelInputs.SizeOption(), Fdl.JsonOption());
        var command = new Command("inspect", "Show the inputs, outputs, operators, parameters and costs of an ONNX model.")
        {
            path, sizes, json,
        };
        command.SetAction(result =>
        {
            var file = result.GetValue(path)!;
            var model = OnnxFile.Read(file);
            var given = ModelInputs.Sizes(result.GetValue(sizes)!, model);
            var costs = ModelCosts.Of(model, file, given);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) output.WriteLine(Fdl.Text(Json(model, costs)));
            else Write(model, costs, given, output);
            return Fdl.Done;
        });
        return command;
    }

    static IEnumerable<(string Operator, int Count)> Operators(ModelProto model) => model.AllGraphs().SelectMany(g => g.Node)
        .CountBy(n => n.Domain is "" or "ai.onnx" ? n.OpType : $"{n.Domain}.{n.OpType}")
        .OrderByDescending(o => o.Value).ThenBy(o => o.Key, StringComparer.Ordinal).Select(o => (o.Key, o.Value));

    static double Bytes(TensorProto tensor) =>
        ModelText.Elements(tensor) * (OnnxTensors.DTypeOf(tensor.DataType)?.ByteSize() ?? sizeof(float));

    static IEnumerable<(string Name, string Value)> Facts(ModelProto model, ModelCosts costs, Dictionary<string, int> sizes)
    {
        TensorProto[] tensors = [.. ModelText.Parameters(model)];
        var at = sizes.Count > 0 ? string.Join(", ", sizes.Select(s => $"{s.Key} = {s.Value}")) : "all named dimensions 1";
        var remark = costs.Remark.Length > 0 ? $" ({costs.Remark})" : "";
        yield return ("producer", $"{model.ProducerName} {model.ProducerVersion}".Trim());
        yield return ("opset", string.Join(", ", model.OpsetImport.Select(o => $"{o.Domain} {o.Version}".Trim())));
        yield return ("IR version", $"{model.IrVersion}");
        yield return ("graph", model.Graph.Name);
        yield return ("nodes", $"{model.AllGraphs().Sum(g => g.Node.Count)}");
        yield return ("parameters", FormattableString.Invariant(
            $"{tensors.Sum(ModelText.Elements):N0} in {tensors.Length} tensors, {ModelText.Bytes(tensors.Sum(Bytes))}"));
        if (model.ExternalFiles().ToArray() is { Length: > 0 } files) yield return ("external data", string.Join(", ", files));
        yield return ("operations", costs.Operations is { } operations
            ? FormattableString.Invariant($"about {operations:N0} with {at}{remark}")
            : $"unknown{remark}");
        yield return ("peak memory", costs.PeakBytes is { } peak ? $"about {ModelText.Bytes(peak)} with {at}{remark}" : $"unknown{remark}");
        foreach (var entry in model.MetadataProps) yield return (entry.Key, entry.Value);
    }

    static void Write(ModelProto model, ModelCosts costs, Dictionary<string, int> sizes, TextWriter output)
    {
        var console = Fdl.Colours(output);
        Fdl.Table(console, ["", ""], Facts(model, costs, sizes).Select(f => new[] { f.Name, f.Value }));
        Fdl.Table(console, ["input", "type"], ModelInputs.Of(model).Select(i => new[] { i.Name, ModelText.Of(i) }));
        Fdl.Table(console, ["output", "type"], model.Graph.Output.Select(o => new[] { o.Name, ModelText.Of(o) }));
        Fdl.Table(console, ["operator", "count"], Operators(model).Select(o => new[] { o.Operator, $"{o.Count}" }));
    }

    static JsonObject Json(ModelProto model, ModelCosts costs)
    {
        static JsonObject Values(IEnumerable<ValueInfoProto> values) =>
            new(values.Select(v => KeyValuePair.Create(v.Name, (JsonNode?)ModelText.Of(v))));
        TensorProto[] tensors = [.. ModelText.Parameters(model)];
        return new()
        {
            ["producer"] = $"{model.ProducerName} {model.ProducerVersion}".Trim(),
            ["opset"] = new JsonObject(model.OpsetImport.Select(o =>
                KeyValuePair.Create(o.Domain is "" ? "ai.onnx" : o.Domain, (JsonNode?)o.Version))),
            ["ir"] = model.IrVersion,
            ["graph"] = model.Graph.Name,
            ["inputs"] = Values(ModelInputs.Of(model)),
            ["outputs"] = Values(model.Graph.Output),
            ["operators"] = new JsonObject(Operators(model).Select(o => KeyValuePair.Create(o.Operator, (JsonNode?)o.Count))),
            ["parameters"] = tensors.Sum(ModelText.Elements),
            ["parameterBytes"] = tensors.Sum(Bytes),
            ["externalData"] = new JsonArray([.. model.ExternalFiles().Select(f => (JsonNode)f)]),
            ["operations"] = costs.Operations,
            ["peakBytes"] = costs.PeakBytes,
            ["remark"] = costs.Remark,
            ["metadata"] = new JsonObject(model.MetadataProps.DistinctBy(m => m.Key)
                .Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        };
    }
}
