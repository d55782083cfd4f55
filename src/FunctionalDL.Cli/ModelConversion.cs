using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Cli;

/// <summary>ONNX models made of others.</summary>
static class ModelConversion
{
    /// <summary>Tensors of fewer bytes stay in the model's file.</summary>
    const int LeastExternal = 1024;

    /// <summary>Where tensors begin in a file beside the model, so that runtimes can map it into memory.</summary>
    const int Alignment = 4096;

    /// <summary>
    /// The model with its float initializers of more than one element kept in another dtype; each is cast back where it is read, so that
    /// the model computes in its own precision.
    /// </summary>
    /// <exception cref="FunctionalException">A number is too large for the dtype, or the model's opset has no bfloat16.</exception>
    public static ModelProto Stored(ModelProto model, DType dtype)
    {
        const long firstOpset = 13;
        if (dtype == DType.BFloat16 && model.Opset() < firstOpset)
            throw new FunctionalException($"--dtype: the model is of opset {model.Opset()}, and bfloat16 came with {firstOpset}. "
                + "Take float16.");
        var result = model.Clone();
        var names = result.AllGraphs().SelectMany(g => g.Node).SelectMany(n => n.Input.Concat(n.Output))
            .Concat(result.Graph.Initializer.Select(i => i.Name)).ToHashSet();
        var inputs = result.Graph.Input.Select(i => i.Name).ToHashSet();
        var casts = new List<NodeProto>();
        for (var i = 0; i < result.Graph.Initializer.Count; i++)
        {
            var tensor = result.Graph.Initializer[i];
            if (OnnxTensors.DTypeOf(tensor.DataType) is not { } own || !own.IsFloat() || own == dtype) continue;
            if (ModelText.Elements(tensor) <= 1 || inputs.Contains(tensor.Name)) continue;
            var name = $"{tensor.Name}.{dtype.Name()}";
            while (!names.Add(name)) name += "_";
            var cast = new NodeProto { OpType = "Cast", Name = name + ".cast", Input = { name }, Output = { tensor.Name } };
            cast.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = own.OnnxCode() });
            casts.Add(cast);
            result.Graph.Initializer[i] = Narrowed(tensor, dtype).ToProto(name);
        }
        NodeProto[] nodes = [.. casts, .. result.Graph.Node];
        result.Graph.Node.Clear();
        result.Graph.Node.AddRange(nodes);
        return result;
    }

    static Tensor Narrowed(TensorProto tensor, DType dtype)
    {
        var (wide, narrow) = (tensor.Read(""), tensor.Read("").Cast(dtype));
        for (var i = 0; i < wide.Count; i++)
            if (double.IsFinite(wide.GetDouble(i)) && !double.IsFinite(narrow.GetDouble(i)))
                throw new FunctionalException(FormattableString.Invariant(
                    $"--dtype: initializer \"{tensor.Name}\" holds {wide.GetDouble(i)}, more than {dtype.Name()} can. Take bfloat16."));
        return narrow;
    }

    /// <summary>The model read as expressions and written for another opset; parameters, inputs and outputs keep their names.</summary>
    /// <exception cref="FunctionalException">The model cannot be read, or something in it has no form at that opset.</exception>
    public static ModelProto ForOpset(ModelProto model, int opset)
    {
        var read = OnnxModel.Parse(model.ToByteArray());
        var options = read.Description with { Opset = opset };
        return OnnxFile.Parse(OnnxExport.ToOnnx(read.Outputs, read.Parameters, options), "the model");
    }

    /// <summary>The initializers that are floats: a model's parameters, as far as its file tells.</summary>
    public static TensorSet Parameters(ModelProto model) => TensorSet.Of(model.Graph.Initializer
        .Where(t => OnnxTensors.DTypeOf(t.DataType)?.IsFloat() == true).Select(t => KeyValuePair.Create(t.Name, t.Read(""))));

    /// <summary>The model with initializers replaced.</summary>
    /// <exception cref="FunctionalException">There is no initializer of a name, or it has another dtype or shape.</exception>
    public static ModelProto With(ModelProto model, TensorSet values)
    {
        var result = model.Clone();
        var places = result.Graph.Initializer.Index().ToDictionary(i => i.Item.Name, i => i.Index);
        foreach (var (name, value) in values)
        {
            if (!places.TryGetValue(name, out var place))
                throw new FunctionalException($"--from-safetensors: the model has no initializer \"{name}\". "
                    + $"It has {string.Join(", ", places.Keys.Take(20))}.");
            if (ModelText.Of(result.Graph.Initializer[place]) is var type && type != value.Describe())
                throw new FunctionalException($"--from-safetensors: \"{name}\" is {value.Describe()} there and {type} in the model. "
                    + "Give the values of this model.");
            result.Graph.Initializer[place] = value.ToProto(name);
        }
        return result;
    }

    /// <summary>Writes a model whose larger tensors lie in a file beside it; each file whole or not at all, the model last.</summary>
    /// <exception cref="DataException">The file's name is no plain name, or a file cannot be written.</exception>
    public static void WriteExternal(ModelProto model, string path, string name)
    {
        if (name != Path.GetFileName(name) || name is "" or "." or "..")
            throw new DataException($"--external-data: \"{name}\" is no plain name. The file lies beside the model: give its name alone.");
        var result = model.Clone();
        AtomicFile.Write(Path.Combine(ModelText.Folder(path), name), stream =>
        {
            foreach (var tensor in result.AllGraphs().SelectMany(g => g.Initializer).Where(t => t.RawData.Length >= LeastExternal))
            {
                stream.Write(new byte[(Alignment - stream.Position % Alignment) % Alignment]);
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = name });
                tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{stream.Position}" });
                tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
                tensor.RawData.WriteTo(stream);
                tensor.RawData = ByteString.Empty;
            }
        });
        AtomicFile.Write(path, stream => result.WriteTo(stream));
    }
}
