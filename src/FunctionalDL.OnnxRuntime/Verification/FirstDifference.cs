using FunctionalDL.Onnx;
using FunctionalDL.Ops;
using Google.Protobuf;

namespace FunctionalDL;

/// <summary>
/// The first node of a model that computes something else than its expression, found by bisection: the model is run with the value of one
/// node at a time as its output, so that a runtime fuses all before it as it does otherwise.
/// </summary>
/// <param name="model">The model's bytes.</param>
/// <param name="outputs">The expressions it was made from, by output.</param>
/// <param name="start">The values of the variables that are parameters.</param>
/// <param name="options">The largest difference allowed, and how the model was written.</param>
sealed class FirstDifference(
    byte[] model, IReadOnlyList<(string Name, Expr Value)> outputs, TensorSet start, OnnxVerificationOptions options)
{
    /// <summary>A node and the expression whose value it gives.</summary>
    sealed record Candidate(NodeProto Node, Expr Value);

    readonly ModelProto proto = ModelProto.Parser.ParseFrom(model);
    readonly Dictionary<string, NodeProto> producers = [];
    readonly Dictionary<string, Candidate> candidates = [];
    readonly Dictionary<Candidate, string?> said = [];

    /// <summary>A sentence that names the node, or nothing where no node can be told.</summary>
    public string Find(string output, TensorSet inputs, Sizes sizes)
    {
        var origins = OnnxWriter.Origins(outputs, options.Written);
        foreach (var node in proto.Graph.Node)
        {
            foreach (var name in node.Output) producers[name] = node;
            // An op that writes several nodes gives the value of the last.
            if (origins.GetValueOrDefault(node.Name) is { Op: not MultiResultOp } value && node.Output.Count > 0)
                candidates[node.Output[0]] = new(node, value);
        }
        foreach (var earlier in candidates.Values.GroupBy(c => c.Value).SelectMany(g => g.SkipLast(1)).ToArray())
            candidates.Remove(earlier.Node.Output[0]);

        var first = default(Candidate);
        for (var target = output; target is not null;)
        {
            if (FirstBefore(target) is not { } found || found == first) break;
            first = found;
            // The one before it in the file may be none that it reads.
            target = Near(found).FirstOrDefault(c => Differs(c)) is { } reads ? reads.Node.Output[0] : null;
        }
        return first is null ? "" : $"The first node that differs is \"{first.Node.Name}\" ({first.Node.OpType}), "
            + $"which computes {Told(first.Value)}: {said[first]}; what it reads agrees. ";

        Candidate? FirstBefore(string target)
        {
            Candidate[] order = [.. Before(target)];
            if (order.Length == 0 || !Differs(order[^1])) return null;
            var (agrees, differs) = (-1, order.Length - 1);
            while (differs - agrees > 1)
            {
                var middle = (agrees + differs) / 2;
                if (Differs(order[middle])) differs = middle;
                else agrees = middle;
            }
            return order[differs];
        }

        bool Differs(Candidate candidate)
        {
            if (!said.TryGetValue(candidate, out var known)) said[candidate] = known = Difference(candidate, inputs, sizes);
            return known is not null;
        }
    }

    /// <summary>The candidates that a value depends on, and its own, in the order of the file.</summary>
    IEnumerable<Candidate> Before(string target)
    {
        var needed = new HashSet<string>();
        var stack = new Stack<string>([target]);
        while (stack.TryPop(out var name))
            if (needed.Add(name) && producers.GetValueOrDefault(name) is { } node)
                foreach (var input in node.Reads()) stack.Push(input);
        return proto.Graph.Node.SelectMany(n => n.Output).Where(needed.Contains)
            .Select(name => candidates.GetValueOrDefault(name)).OfType<Candidate>();
    }

    /// <summary>The nearest candidates that one reads.</summary>
    IEnumerable<Candidate> Near(Candidate from)
    {
        var seen = new HashSet<string>();
        var stack = new Stack<string>(from.Node.Reads());
        while (stack.TryPop(out var name))
        {
            if (!seen.Add(name)) continue;
            if (candidates.TryGetValue(name, out var candidate)) yield return candidate;
            else if (producers.TryGetValue(name, out var node))
                foreach (var input in node.Reads()) stack.Push(input);
        }
    }

    /// <summary>How a node's value differs, in words; null where it agrees or cannot be compared.</summary>
    string? Difference(Candidate candidate, TensorSet inputs, Sizes sizes)
    {
        var (name, value) = (candidate.Node.Output[0], candidate.Value);
        var cut = proto.Clone();
        cut.Graph.Output.Clear();
        cut.Graph.Output.Add(new ValueInfoProto
        {
            Name = name,
            Type = new() { TensorType = new() { ElemType = value.DType.OnnxCode() } },
        });
        try
        {
            using var session = OnnxSession.Load(cut.ToByteArray());
            var theirs = session.Run(inputs)[name];
            var expected = new Reference([value], start).At(inputs, sizes);
            var shape = expected.Exact[0].Shape;
            if (theirs.DType != value.DType || theirs.Shape != shape)
                return theirs.Shape.BroadcastsTo(shape) ? null : $"it is {theirs.Describe()} instead of {value.DType.Name()}{shape}";
            return Comparison.Of(name, expected.Exact[0], () => expected.Own.Value[0], theirs, options.Tolerance).Difference is { } at
                ? FormattableString.Invariant(
                    $"element {Verifier.Position(shape, at.Index)} is {Verifier.Said(at)} and {at.Theirs} in OnnxRuntime")
                : null;
        }
        catch (FunctionalException)
        {
            // A runtime that refuses the shortened model says nothing about the node.
            return null;
        }
    }

    const int Longest = 120;

    /// <summary>The expression, or where it is long its op.</summary>
    static string Told(Expr value)
    {
        var text = value.ToString();
        return text.Length <= Longest && !text.Contains('\n')
            ? text
            : $"{value.Op} of {string.Join(", ", value.Inputs.Select(x => x.Type))}";
    }
}
