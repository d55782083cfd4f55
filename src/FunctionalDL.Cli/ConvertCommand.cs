using System.CommandLine;
using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Cli;

/// <summary><c>fdl convert</c>: an ONNX file in another form, with other parameters, or its parameters alone.</summary>
static class ConvertCommand
{
    public static Command Create()
    {
        var from = new Argument<string>("in") { Description = "The ONNX file." };
        var to = new Argument<string?>("out") { Description = "The ONNX file to write.", Arity = ArgumentArity.ZeroOrOne };
        var dtype = new Option<string?>("--dtype")
        {
            Description = "Keep parameters in this dtype; the model computes in its own.",
        }.AcceptOnlyFromAmong([.. DTypes.All.Where(d => d.IsFloat()).Select(d => d.Name())]);
        var opset = new Option<int?>("--opset") { Description = "Read the model and write it anew for this opset, 13 to 22." };
        var toSafetensors = new Option<string?>("--to-safetensors") { Description = "Write the parameters to this file." };
        var fromSafetensors = new Option<string?>("--from-safetensors") { Description = "Take parameters from this file, by name." };
        var external = new Option<string?>("--external-data") { Description = "Keep large tensors in a file of this name beside it." };
        var inside = new Option<bool>("--no-external-data") { Description = "Keep all tensors in the model's file." };
        var command = new Command("convert", "Write an ONNX model in another form. OnnxRuntime has loaded what is written.")
        {
            from, to, opset, dtype, toSafetensors, fromSafetensors, external, inside,
        };
        command.SetAction(result =>
        {
            var (source, target, beside) = (result.GetValue(from)!, result.GetValue(to), result.GetValue(external));
            var (isInside, weights) = (result.GetValue(inside), result.GetValue(toSafetensors));
            var output = result.InvocationConfiguration.Output;
            if (target is null && weights is null)
                throw new FunctionalException("There is nothing to write. Name a file: fdl convert in.onnx out.onnx.");
            if (beside is not null && isInside)
                throw new FunctionalException("--external-data and --no-external-data contradict each other. Leave one out.");
            var read = OnnxFile.Read(source);
            if (target is not null && beside is null && !isInside && read.ExternalFiles().FirstOrDefault() is { } file)
                throw new FunctionalException($"The model keeps tensors in \"{file}\". "
                    + "Say where those of the new one are: --no-external-data, or --external-data and a name.");
            var model = read.Inlined(ModelText.Folder(source));
            if (result.GetValue(fromSafetensors) is { } values) model = ModelConversion.With(model, Safetensors.Load(values).Tensors);
            if (weights is not null)
            {
                var parameters = ModelConversion.Parameters(model);
                Safetensors.Save(weights, parameters);
                output.WriteLine(FormattableString.Invariant(
                    $"Wrote {weights}: {parameters.Count} tensors, {parameters.Elements:N0} numbers."));
            }
            if (target is null) return Fdl.Done;
            if (result.GetValue(opset) is { } version) model = ModelConversion.ForOpset(model, version);
            if (result.GetValue(dtype) is { } name) model = ModelConversion.Stored(model, DTypes.All.First(d => d.Name() == name));
            Write(model, target, beside);
            output.WriteLine($"Wrote {target}.");
            return Fdl.Done;
        });
        return command;
    }

    static void Write(ModelProto model, string path, string? beside)
    {
        var bytes = model.ToByteArray();
        OnnxSession.Load(bytes).Dispose();
        if (beside is not null) ModelConversion.WriteExternal(model, path, beside);
        else AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
