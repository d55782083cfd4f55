using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>
/// Branches and loops. A branch on a known condition is the branch taken, another one a choice between both values. A loop of a known
/// number of few turns is unrolled; a longer one, or one over a named dimension, is a Scan.
/// </summary>
static class ControlOperators
{
    /// <summary>A loop of at most so many turns is unrolled.</summary>
    const int Unrolled = 64;

    public static IEnumerable<OnnxOperator> Rows =>
    [
        new("If", If), new("Loop", Loop), OnnxOperator.Several("Scan", ScanOf),
        OnnxOperator.Several("Dropout", DropoutOf),
    ];

    static OnnxValue[] If(OnnxNode node)
    {
        var (yes, no) = (node.GraphAttribute("then_branch"), node.GraphAttribute("else_branch"));
        if (node.Value(0).Tensor is { Count: 1 } known) return node.Read(known.GetDouble(0) != 0 ? yes : no, []);
        var (taken, other) = (node.Read(yes, []), node.Read(no, []));
        return [.. taken.Zip(other, (a, b) => OnnxValue.Of(Choice(node[0], a.Expression, b.Expression)))];
    }

    static Expr Choice(Expr condition, Expr a, Expr b) => a.Type == b.Type
        ? Select(Broadcast(Reshape(condition, Shape.Scalar), a.Shape), a, b)
        : throw new OnnxNodeException($"its branches give {a.Type} and {b.Type} on a condition that is not known. Branches of one type are "
            + "read; give the value of the condition as OnnxImportOptions.Fixed where it is always the same.");

    static OnnxValue[] Loop(OnnxNode node)
    {
        var body = node.GraphAttribute("body");
        OnnxValue[] carried = [.. Enumerable.Range(2, Math.Max(0, node.InputCount - 2)).Select(node.Value)];
        if (node.Has(1) && node.Value(1).Tensor is null)
            throw new OnnxNodeException("whether the loop begins is not known when the model is read.");
        var begins = !node.Has(1) || node.Value(1).Tensor!.GetDouble(0) != 0;
        var scans = body.Output.Count - 1 - carried.Length;
        if (scans < 0) throw new OnnxNodeException($"its body gives {body.Output.Count} values for {carried.Length} carried ones.");
        var turns = node.Has(0) ? node.Dims(0, "the number of turns")[0] : Dim.Of(long.MaxValue);
        if (!begins) turns = 0;
        if (turns.IsKnown && (!node.Has(0) || turns == 0 || IsFew(turns))) return Unroll(node, body, carried, scans, turns);
        return Scanned(node, body, carried, turns);
    }

    static bool IsFew(Dim turns) => turns.Polynomial().Sum(t => t.Coefficient) <= Unrolled;

    static OnnxValue[] Unroll(OnnxNode node, GraphProto body, OnnxValue[] carried, int scans, Dim turns)
    {
        const int most = 1024;
        var limit = turns.Polynomial().Sum(t => t.Coefficient);
        var collected = Enumerable.Range(0, scans).Select(_ => new List<Expr>()).ToArray();
        var goesOn = OnnxValue.Of(Expr.Constant(Tensor.Scalar(true)));
        for (var turn = 0L; turn < limit; turn++)
        {
            if (turn == most) throw new OnnxNodeException($"the loop has more than {most} turns. Give it a number of turns.");
            var results = node.Read(body, [OnnxValue.Of([Dim.Of(turn)], isScalar: true), goesOn, .. carried]);
            carried = results[1..(1 + carried.Length)];
            foreach (var (list, value) in collected.Zip(results[(1 + carried.Length)..])) list.Add(value.Expression);
            goesOn = results[0];
            if (goesOn.Tensor is not { } known)
                throw new OnnxNodeException("whether the loop goes on depends on values that are not known when the model is read.");
            if (known.GetDouble(0) == 0) break;
        }
        if (collected.Any(list => list.Count == 0))
            throw new OnnxNodeException("a loop of no turns collects nothing, of no known type.");
        return [.. carried, .. collected.Select(list => OnnxValue.Of(Stack(0, [.. list])))];
    }

    static OnnxValue[] Scanned(OnnxNode node, GraphProto body, OnnxValue[] carried, Dim turns)
    {
        Expr[] start = [.. carried.Select(v => v.Expression)];
        var goesOn = OnnxValue.Of(Expr.Constant(Tensor.Scalar(true)));
        return [.. Steps(start, [Functions.Range(turns)], (state, element) =>
        {
            var results = node.Read(body, [OnnxValue.Of(element[0]), goesOn, .. state.Select(OnnxValue.Of)]);
            if (results[0].Tensor?.GetDouble(0) != 1)
                throw new OnnxNodeException("whether the loop goes on depends on values that are not known when the model is read.");
            return [.. results[1..].Select(r => r.Expression)];
        }).Select(OnnxValue.Of)];
    }

    /// <summary>
    /// The last carried values, and what else each step makes, one after the other. That is carried too, as a Scan gives every step of
    /// what it carries.
    /// </summary>
    static Expr[] Steps(Expr[] start, Expr[] sequences, Func<Expr[], Expr[], Expr[]> step)
    {
        Expr[] elements = [.. sequences.Select(s => Placeholder.Of(s.Type with { Shape = s.Shape.Remove(0) }))];
        var made = step(start, elements)[start.Length..];
        Expr[] empty = [.. made.Select(m => Broadcast(Expr.Constant(0, m.DType), m.Shape))];
        var loop = Functions.Scan([.. start, .. empty], sequences, (state, element) => step(state[..start.Length], element));
        return [.. loop.Last.Take(start.Length), .. loop.Steps.Skip(start.Length)];
    }

    static Expr[] ScanOf(OnnxNode node)
    {
        const int withoutLengths = 9;
        if (node.Opset < withoutLengths)
            throw OnnxNodeException.Unsupported("Scan of opset 8 has no form here. Export for opset 9 or later.");
        var body = node.GraphAttribute("body");
        var count = node.Int32("num_scan_inputs");
        var carried = node.InputCount - count;
        if (count < 1 || carried < 0) throw new OnnxNodeException($"{count} sequences of {node.InputCount} inputs.");
        long At(string name, int i) => node.OptionalInts(name) is { } all && i < all.Length ? all[i] : 0;
        Expr Sequence(int i)
        {
            var x = node[carried + i];
            var axis = x.Shape.Axis(OnnxNode.Narrow(At("scan_input_axes", i), "scan_input_axes"), "Scan");
            var turned = At("scan_input_directions", i) == 0 ? x : Reverse(x, axis);
            return Moved(turned, axis, 0);
        }
        Expr[] start = [.. Enumerable.Range(0, carried).Select(i => node[i])];
        Expr[] sequences = [.. Enumerable.Range(0, count).Select(Sequence)];
        Expr[] Step(Expr[] state, Expr[] element) =>
            [.. node.Read(body, [.. state.Concat(element).Select(OnnxValue.Of)]).Select(r => r.Expression)];
        var isFew = sequences[0].Shape[0] is { IsKnown: true, Size: > 0 and <= Unrolled };
        var results = isFew ? Unroll(start, sequences, Step) : Steps(start, sequences, Step);
        Expr Collected(Expr steps, int i)
        {
            var turned = At("scan_output_directions", i) == 0 ? steps : Reverse(steps, 0);
            return Moved(turned, 0, steps.Shape.Axis(OnnxNode.Narrow(At("scan_output_axes", i), "scan_output_axes"), "Scan"));
        }
        return [.. results.Take(carried), .. results.Skip(carried).Select(Collected)];
    }

    static Expr[] Unroll(Expr[] start, Expr[] sequences, Func<Expr[], Expr[], Expr[]> step)
    {
        var (state, collected) = (start, new List<Expr[]>());
        for (var t = 0; t < sequences[0].Shape[0].Size; t++)
        {
            var made = step(state, [.. sequences.Select(s => Index(s, 0, t))]);
            state = made[..start.Length];
            collected.Add(made[start.Length..]);
        }
        return [.. state, .. Enumerable.Range(0, collected[0].Length).Select(i => Stack(0, [.. collected.Select(c => c[i])]))];
    }

    static Expr Moved(Expr x, int from, int to)
    {
        var order = Enumerable.Range(0, x.Rank).Where(axis => axis != from).ToList();
        order.Insert(to, from);
        return Transpose(x, [.. order]);
    }

    static double Rate(OnnxNode node, int asInputs)
    {
        const double usual = 0.5;
        if (node.Opset < asInputs) return node.Float("ratio", usual);
        return node.Has(1) ? node.Real(1, "ratio") : usual;
    }

    /// <summary>Nothing, unless the model is trained: then elements are dropped at random.</summary>
    static Expr[] DropoutOf(OnnxNode node)
    {
        const int alwaysInference = 7, asInputs = 12;
        var x = node[0];
        if (node.Opset < alwaysInference && !node.Flag("is_test"))
            throw OnnxNodeException.Unsupported("the training form of old opsets has no form here.");
        var isAsked = node.Opset >= asInputs && node.Has(2) && node.Known(2, "training_mode").GetDouble(0) != 0;
        var rate = Rate(node, asInputs);
        if (rate == 0 || !isAsked && !node.Scope.IsTraining) return [x, Broadcast(Expr.Constant(Tensor.Scalar(true)), x.Shape)];
        if (!node.Scope.IsTraining)
            throw OnnxNodeException.Unsupported("it drops elements at random, with a generator that ONNX leaves open.");
        var kept = node.Scope.RandomUniform(x.Shape) >= rate;
        return [Select(kept, x / (1 - rate), ZerosLike(x)), kept];
    }
}
