using System.Text;
using System.Text.Json;
using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL;

/// <summary>
/// A training step as a plain ONNX model, which every runtime runs: from what a batch brings and what is carried to the losses and what is
/// carried to the next step, each value <c>x</c> as <c>next.x</c>.
/// </summary>
/// <remarks>
/// Carried are the parameters, the statistics and the optimizer's state, such as the step a schedule has come to; and where a step draws
/// numbers, as Dropout does, the seed and the number of steps done. The key of each step comes from these two as in
/// <see cref="TrainingLoop"/>, so that the file draws what the library draws, bit for bit.
/// </remarks>
public sealed class TrainingOnnx
{
    /// <summary>The name of the metadata that says, as JSON, what the file's inputs and outputs are.</summary>
    public const string MetadataName = "training";

    readonly TrainingStep step;
    readonly TrainingExportOptions options;

    /// <summary>A training step to be written.</summary>
    /// <exception cref="FunctionalException">
    /// Numbers are drawn, and a variable has the name of the seed or the number of steps; or a run has fewer steps than 1.
    /// </exception>
    public TrainingOnnx(TrainingStep step, TrainingExportOptions? options = null)
    {
        (this.step, this.options) = (step, options ?? new());
        if (this.options.Steps is { IsKnown: true, Size: < 1 } steps)
            throw new FunctionalException($"ExportTraining: a run of {steps} steps. Give 1 or more, or a name such as \"steps\".");
        var variables = Graph.Variables([.. step.Outputs.Select(o => o.Value)]);
        var isRandom = variables.Any(v => v.VariableName == ColumnNames.Key);
        Start = step.InitialParameters.With(step.InitialState);
        Outputs = isRandom ? Drawing(variables) : step.Outputs;
        if (isRandom) Start = Start.With(ColumnNames.Step, Tensor.Scalar(0L)).With(ColumnNames.Seed, Tensor.Scalar(this.options.Seed));
        Carried = [.. Outputs.Skip(step.Losses.Count).Select(o => o.Name[TrainingStep.NextPrefix.Length..])];
        Batch = [.. Graph.Variables([.. Outputs.Select(o => o.Value)]).Where(v => !Start.ContainsKey(v.VariableName!))];
    }

    /// <summary>What one step computes: the losses, and all that is carried under its name behind <c>next.</c>.</summary>
    public IReadOnlyList<(string Name, Expr Value)> Outputs { get; }

    /// <summary>The variables whose values a batch brings.</summary>
    public IReadOnlyList<Expr> Batch { get; }

    /// <summary>The names of what is carried from step to step, in the order of the outputs.</summary>
    public IReadOnlyList<string> Carried { get; }

    /// <summary>The values of what is carried before the first step.</summary>
    public TensorSet Start { get; }

    /// <summary>The outputs with the key of the step made of the seed and the number of steps done.</summary>
    List<(string Name, Expr Value)> Drawing(IReadOnlyList<Expr> variables)
    {
        if (variables.Select(v => v.VariableName!).Intersect([ColumnNames.Seed, ColumnNames.Step]).FirstOrDefault() is { } taken)
            throw new FunctionalException($"ExportTraining: \"{taken}\" is the name of a variable, and where numbers are drawn, as Dropout "
                + $"does, {ColumnNames.Seed} and {ColumnNames.Step} are carried under these names. Rename the input.");
        Expr seed = Expr.Variable(ColumnNames.Seed, Shape.Scalar, DType.Int64),
            done = Expr.Variable(ColumnNames.Step, Shape.Scalar, DType.Int64);
        var key = Functions.FoldKey(Functions.FoldKey(seed, Expr.Constant(-1L)), -(done + 1));
        var drawn = Graph.Substitute([.. step.Outputs.Select(o => o.Value)], (ColumnNames.Key, key));
        return
        [
            .. step.Outputs.Zip(drawn, (o, value) => (o.Name, value)),
            (TrainingStep.NextPrefix + ColumnNames.Step, done + 1),
            (TrainingStep.NextPrefix + ColumnNames.Seed, seed + 0),
        ];
    }

    /// <summary>The model of one step.</summary>
    /// <exception cref="UnsupportedOnnxException">An op has no form in ONNX.</exception>
    public byte[] StepToOnnx() => OneStep().ToByteArray();

    /// <summary>The model of one step, or of the run of <see cref="TrainingExportOptions.Steps"/>.</summary>
    /// <param name="start">The name of the file with <see cref="StartToOnnx"/>, which this one mentions; empty for none.</param>
    /// <exception cref="FunctionalException">
    /// An op has no form in ONNX, or the number of steps is a name and no batch brings anything that would have so many.
    /// </exception>
    public byte[] ToOnnx(string start = "")
    {
        var model = OneStep();
        if (options.Steps is { } steps)
            model.Graph = RepeatedOnnx.Of(model.Graph, [.. Batch.Select(v => v.VariableName!)], Carried.Count, steps);
        model.MetadataProps.Add(new StringStringEntryProto { Key = MetadataName, Value = Metadata(start) });
        return model.ToByteArray();
    }

    /// <summary>
    /// A model without inputs, whose outputs are <see cref="Start"/>: what it gives, with a batch, is what the first step takes.
    /// </summary>
    public byte[] StartToOnnx() =>
        OnnxExport.ToOnnx([.. Start.Select(s => (s.Key, Expr.Constant(s.Value)))], TensorSet.Empty, options.Model);

    /// <summary>The model with an input for all that a batch brings, and then for all that is carried, whether it is read or not.</summary>
    ModelProto OneStep()
    {
        var model = ModelProto.Parser.ParseFrom(OnnxExport.ToOnnx(Outputs, TensorSet.Empty, options.Model));
        model.Graph.Input.Clear();
        model.Graph.Input.AddRange(Batch.Select(v => OnnxTypes.ValueInfo(v.VariableName!, v.Type)));
        model.Graph.Input.AddRange(Carried.Select(name => OnnxTypes.ValueInfo(name, new(Start[name].DType, Start[name].Shape))));
        return model;
    }

    string Metadata(string start)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            void Names(string property, IEnumerable<string> names)
            {
                json.WriteStartArray(property);
                foreach (var name in names) json.WriteStringValue(name);
                json.WriteEndArray();
            }
            json.WriteStartObject();
            Names("losses", step.Losses.Select(l => l.Name));
            Names("batch", Batch.Select(v => v.VariableName!));
            Names("parameters", step.InitialParameters.Names);
            Names("state", Carried.Where(name => !step.InitialParameters.ContainsKey(name)));
            json.WriteStartObject("carried");
            foreach (var name in Carried) json.WriteString(name, TrainingStep.NextPrefix + name);
            json.WriteEndObject();
            if (options.Steps is { } steps) json.WriteString("steps", steps.ToString());
            if (start.Length > 0) json.WriteString("start", start);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
