namespace FunctionalDL.Onnx;

/// <summary>A graph of one step, repeated: ONNX's Loop around it.</summary>
static class RepeatedOnnx
{
    /// <summary>
    /// The graph of so many steps. Inputs of a batch are stacked along a new first axis, and so are outputs that are not carried.
    /// </summary>
    /// <param name="step">Its inputs are those of a batch and then what is carried, its outputs others and then what is carried.</param>
    /// <param name="batch">The names of the batch's inputs.</param>
    /// <param name="carried">How many values are carried.</param>
    /// <param name="steps">The number of steps.</param>
    public static GraphProto Of(GraphProto step, IReadOnlyList<string> batch, int carried, Dim steps)
    {
        var others = step.Output.Count - carried;
        // Within the loop every name is another one than around it.
        var prefix = "loop/";
        while (step.Input.Concat(step.Output).Any(v => v.Name.StartsWith(prefix, StringComparison.Ordinal))) prefix += "/";
        string number = $"{prefix}number", isGoingOn = $"{prefix}isGoingOn";

        var body = step.Clone();
        Rename(body, name => $"{prefix}step/{name}");
        var taken = batch.Select((name, i) => new NodeProto
        {
            OpType = "Gather",
            Name = $"{prefix}take{i}",
            Input = { name, number },
            Output = { body.Input[i].Name },
        }).ToArray();
        var (inputs, outputs, nodes) = (body.Input.Skip(batch.Count).ToArray(), body.Output.ToArray(), body.Node.ToArray());
        body.Input.Clear();
        body.Input.Add(OnnxTypes.ValueInfo(number, new(DType.Int64, Shape.Scalar)));
        body.Input.Add(OnnxTypes.ValueInfo(isGoingOn, new(DType.Bool, Shape.Scalar)));
        body.Input.AddRange(inputs);
        body.Node.Clear();
        body.Node.AddRange(taken);
        body.Node.AddRange(nodes);
        body.Node.Add(Node("Identity", $"{isGoingOn}On", isGoingOn));
        body.Output.Clear();
        body.Output.Add(OnnxTypes.ValueInfo($"{isGoingOn}On", new(DType.Bool, Shape.Scalar)));
        body.Output.AddRange(outputs.Skip(others).Concat(outputs.Take(others)));

        var graph = new GraphProto { Name = step.Name, DocString = step.DocString };
        var count = Count(graph, batch, steps, prefix);
        var loop = new NodeProto { OpType = "Loop", Name = $"{prefix}steps", Input = { count, "" } };
        loop.Input.Add(step.Input.Skip(batch.Count).Select(i => i.Name));
        loop.Output.Add(step.Output.Skip(others).Concat(step.Output.Take(others)).Select(o => o.Name));
        loop.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body });
        graph.Node.Add(loop);
        graph.Input.AddRange(step.Input.Select((input, i) => i < batch.Count ? Stacked(input, steps) : input));
        graph.Output.AddRange(step.Output.Select((output, i) => i < others ? Stacked(output, steps) : output));
        return graph;
    }

    /// <summary>The name of the number of steps.</summary>
    static string Count(GraphProto graph, IReadOnlyList<string> batch, Dim steps, string prefix)
    {
        var (count, first) = ($"{prefix}count", $"{prefix}first");
        if (steps.IsKnown)
        {
            graph.Initializer.Add(Tensor.Scalar((long)steps.Size).ToProto(count));
            return count;
        }
        if (batch.Count == 0)
            throw new FunctionalException($"ExportTraining: no batch brings anything, so that nothing says how many {steps} are. "
                + "Give the number of steps.");
        graph.Initializer.Add(Tensor.Scalar(0L).ToProto(first));
        graph.Node.Add(Node("Shape", $"{prefix}shape", batch[0]));
        graph.Node.Add(Node("Gather", count, $"{prefix}shape", first));
        return count;
    }

    static NodeProto Node(string opType, string output, params string[] inputs) =>
        new() { OpType = opType, Name = output, Input = { inputs }, Output = { output } };

    static ValueInfoProto Stacked(ValueInfoProto value, Dim steps)
    {
        var stacked = value.Clone();
        var first = steps.IsKnown
            ? new TensorShapeProto.Types.Dimension { DimValue = steps.Size }
            : new TensorShapeProto.Types.Dimension { DimParam = steps.ToString() };
        stacked.Type.TensorType.Shape.Dim.Insert(0, first);
        return stacked;
    }

    /// <summary>Gives every value of a graph, and of the graphs inside it, another name. One that is left out has none.</summary>
    static void Rename(GraphProto graph, Func<string, string> rename)
    {
        foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo)) value.Name = rename(value.Name);
        foreach (var initializer in graph.Initializer) initializer.Name = rename(initializer.Name);
        foreach (var node in graph.Node)
        {
            node.Name = rename(node.Name);
            for (var i = 0; i < node.Input.Count; i++)
                if (node.Input[i].Length > 0) node.Input[i] = rename(node.Input[i]);
            for (var i = 0; i < node.Output.Count; i++)
                if (node.Output[i].Length > 0) node.Output[i] = rename(node.Output[i]);
            foreach (var inner in node.Attribute.Select(a => a.G).OfType<GraphProto>()) Rename(inner, rename);
        }
    }
}
