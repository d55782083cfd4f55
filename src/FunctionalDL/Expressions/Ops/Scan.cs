using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// A loop over time: carried values h, and at each step t the elements x[t] of sequences, h[t + 1] = f(h[t], x[t]). A loop has several results
/// and a node one value, so y is the vector of the results: every h[0 … T], what the step stacks and what it sums, one after another.
/// Inputs are the first h, the sequences <c>[T, …]</c> and what the step takes that does not change.
/// </summary>
/// <remarks>
/// Its derivatives are loops again, of the body's derivative: the graph of a step exists once, however many steps there are. Of each step the carried
/// values are kept, and its products and functions that the way back needs.
/// </remarks>
sealed record ScanOp(ScanBody Body) : Op
{
    public override string Name => "Scan";

    internal override int? Arity => null;

    private protected override Op Remake(AttributeMap a) => new ScanOp(Body.Remake(a));

    Dim Length(Expr y) => y.Inputs[Body.Carries.Length].Shape[0];

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        var (first, last) = (Body.Carries.Length, Body.Carries.Length + Body.Elements.Length);
        var expected = Body.Variables.ToArray();
        if (x.Length != expected.Length || first == last) throw new ShapeException($"Scan: {x.Length} inputs for a step of {expected.Length}, {last - first} of them sequences. Give one input for each, and at least one sequence.");
        for (var i = 0; i < x.Length; i++)
        {
            var isSequence = i >= first && i < last;
            if (isSequence && x[i].Shape.Rank == 0) throw new ShapeException($"Scan: sequence {x[i]} has no time axis. Its first axis is time.");
            if ((isSequence ? x[i] with { Shape = x[i].Shape.Remove(0) } : x[i]) != expected[i].Type)
                throw new ShapeException($"Scan: the step takes {expected[i].Type} and input {i} is {x[i]}. A sequence has one axis more, its first.");
            if (isSequence && x[i].Shape[0] != x[first].Shape[0])
                throw new ShapeException($"Scan: sequences of {x[first].Shape[0]} and {x[i].Shape[0]} elements. Give them one length.");
        }
        foreach (var output in Body.Outputs)
            if (output.DType != Body.Next[0].DType || !output.DType.IsFloat())
                throw new DTypeException($"Scan: a step makes {Body.Next[0].Type} and {output.Type}. Carry floats of one dtype.");
        return new(Body.Next[0].DType, [Body.Results(x[first].Shape[0]).Aggregate((Dim)0, (sum, shape) => sum + shape.Elements)]);
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var (carries, elements) = (Body.Carries.Length, Body.Elements.Length);
        var length = x[carries].Shape[0].Size;
        var names = Body.Variables.Select(v => v.VariableName!).ToArray();
        var values = TensorSet.Of(names.Zip(x, KeyValuePair.Create));
        var result = new double[type.Shape.ElementCount];
        var starts = Body.Results(length).Select(shape => shape.Resolve(sizes).ElementCount).Aggregate(new List<int> { 0 }, (sums, count) => [.. sums, sums[^1] + count]);

        for (var i = 0; i < carries; i++) Write(x[i], starts[i], Body.IsReversed ? length : 0);
        for (var step = 0; step < length; step++)
        {
            var t = Body.IsReversed ? length - 1 - step : step;
            for (var i = carries; i < carries + elements; i++) values = values.With(names[i], Element(x[i], t));
            var next = Evaluator.Evaluate(Body.Outputs, values, sizes);
            for (var i = 0; i < next.Length; i++)
            {
                if (i < carries) values = values.With(names[i], next[i]);
                Write(next[i], starts[i], i >= carries + Body.Stacked.Length ? 0 : i < carries && !Body.IsReversed ? t + 1 : t, add: i >= carries + Body.Stacked.Length);
            }
        }
        return Tensor<double>.Adopt(type.Shape, result).Cast(type.DType);

        void Write(Tensor value, int start, int at, bool add = false)
        {
            for (var i = 0; i < value.Count; i++)
                result[start + at * value.Count + i] = value.GetDouble(i) + (add ? result[start + at * value.Count + i] : 0);
        }
    }

    /// <summary>The expressions without loops: each step written out, for sequences of known lengths.</summary>
    public static Expr[] Unroll(IReadOnlyCollection<Expr> expressions) =>
        Graph.Rebuild(expressions, (node, x) => node.Op is ScanOp scan ? scan.Unroll(x) : null);

    Expr Unroll(Expr[] x)
    {
        var (carries, elements) = (Body.Carries.Length, Body.Elements.Length);
        var length = x[carries].Shape[0].Size;
        var (outputs, names) = (Unroll(Body.Outputs), Body.Variables.Select(v => v.VariableName!).ToArray());
        var steps = new List<Expr[]>();
        var h = x[..carries];
        for (var step = 0; step < length; step++)
        {
            var t = Body.IsReversed ? length - 1 - step : step;
            Expr[] values = [.. h, .. x[carries..(carries + elements)].Select(e => Index(e, 0, t)), .. x[(carries + elements)..]];
            steps.Add(Graph.Substitute(outputs, [.. names.Zip(values)]));
            h = steps[^1][..carries];
        }
        if (Body.IsReversed) steps.Reverse();
        IEnumerable<Expr> Result(int i)
        {
            var values = steps.Select(s => s[i]);
            if (i < carries) return Body.IsReversed ? values.Append(x[i]) : values.Prepend(x[i]);
            return i < carries + Body.Stacked.Length ? values : [values.Aggregate(ZerosLike(outputs[i]), (sum, share) => sum + share)];
        }
        return Concat(0, [.. Enumerable.Range(0, outputs.Length).SelectMany(Result).Select(e => Functions.Reshape(e, [e.Shape.Elements]))]);
    }

    internal static Tensor Element(Tensor sequence, int t)
    {
        var shape = sequence.Shape.Remove(0);
        var at = t * shape.ElementCount;
        return Layout.Pick(sequence, shape, _ => at++);
    }

    internal override Func<int, Expr?> Pullback(Expr y, Expr g)
    {
        var (carries, elements, length) = (Body.Carries.Length, Body.Elements.Length, Length(y));
        var own = Body.Split(g, length);
        var body = Body.Keeping;
        var results = body.Split(ReferenceEquals(body, Body) ? y : new(new ScanOp(body), [.. y.Inputs]), length);
        var shares = LoopMotion.Results(Body.Adjoint,
        [
            .. own.Take(carries).Select(Body.Last),
            .. results.Take(carries).Select(Body.Before), .. y.Inputs.Skip(carries).Take(elements), .. own.Take(carries).Select(Body.Before), .. own.Skip(carries).Take(Body.Stacked.Length),
            .. Body.Kept.Select(e => Body.Next.IndexOf(e) is >= 0 and var i ? Body.After(results[i]) : results[carries + body.Stacked.IndexOf(e)]),
            .. y.Inputs.Skip(carries + elements), .. own.Skip(carries + Body.Stacked.Length),
        ]);
        int[] order = [.. Enumerable.Range(0, y.Inputs.Length).Where(i => y.Inputs[i].DType.IsFloat())];
        return i => Array.IndexOf(order, i) is >= 0 and var at ? at < carries ? Body.Adjoint.Last(shares[at]) : shares[at] : null;
    }

    /// <summary>The expressions with one loop for those that differ in what they keep of their steps.</summary>
    public static Expr[] Merge(IReadOnlyCollection<Expr> expressions)
    {
        var loops = Graph.TopologicalOrder(expressions).Where(node => node.Op is ScanOp).ToLookup(y => BodyOf(y).Root);
        if (loops.All(same => same.Count() == 1)) return [.. expressions];

        var merged = new Dictionary<Expr, Expr>();
        return Graph.Rebuild(expressions, (node, x) =>
        {
            if (node.Op is not ScanOp { Body: var body }) return null;
            var widest = loops[body.Root].Where(y => y.Inputs.SequenceEqual(node.Inputs)).MaxBy(y => BodyOf(y).Stacked.Length)!;
            if (!merged.TryGetValue(widest, out var loop)) merged[widest] = loop = widest.WithInputs(x);
            return body.Of(BodyOf(widest), loop, x[body.Carries.Length].Shape[0]);
        });

        static ScanBody BodyOf(Expr y) => ((ScanOp)y.Op).Body;
    }

    internal override Expr? Vjp(int i, Expr y, Expr g) => Pullback(y, g)(i);

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        if (t.All(tangent => tangent is null)) return null;
        var (carries, elements, x) = (Body.Carries.Length, Body.Elements.Length, y.Inputs);
        IEnumerable<Expr> Tangents(int start, int end) =>
            Enumerable.Range(start, end - start).Where(i => x[i].DType.IsFloat()).Select(i => t[i] ?? ZerosLike(x[i]));
        var (body, inputs) = LoopMotion.Before(Body.Tangent,
        [
            .. Tangents(0, carries),
            .. Body.Split(y, Length(y)).Take(carries).Select(Body.Before), .. x.Skip(carries).Take(elements), .. Tangents(carries, carries + elements),
            .. x.Skip(carries + elements), .. Tangents(carries + elements, x.Length),
        ]);
        return new(new ScanOp(body), inputs);
    }

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n)
    {
        var (first, last, length) = (Body.Carries.Length, Body.Carries.Length + Body.Elements.Length, Length(y));
        static Expr Exchanged(Expr e) => Transpose(e, [1, 0, .. Enumerable.Range(2, e.Rank - 2)]);

        // [n, time, …] → [time, n, …] on the way in, and back on the way out.
        var all = AllBatched(x, batched, n);
        var body = Body.Batched(batched, n);
        var loop = new Expr(new ScanOp(body), [.. all[..first], .. x[first..last].Select((e, i) => batched[first + i] ? Exchanged(e) : e), .. x[last..]]);
        var results = body.Split(loop, length).Select((e, i) => i < first + body.Stacked.Length ? Exchanged(e) : e);
        return Concat(1, [.. results.Select(e => Functions.Reshape(e, [n, e.Shape.Slice(1, e.Rank).Elements]))]);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(Body.IsReversed ? "scanback" : "scan", x, Body.ToString());

    // ONNX's Scan gives the carried values after the last step only, so that each is also stacked; a sum is one more carried value.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var (carries, elements, sums) = (Body.Carries.Length, Body.Elements.Length, Body.Fresh(Body.Summed, 0));
        var body = graph.Subgraph([.. Body.Carries, .. sums, .. Body.Elements], Body.Constants.Zip(x.Skip(carries + elements)),
            [.. Body.Next, .. sums.Zip(Body.Summed, (sum, share) => sum + share), .. Body.Next.Concat(Body.Stacked)]);
        long[] directions = [.. Enumerable.Repeat(Body.IsReversed ? 1L : 0L, elements)], outward = [.. Enumerable.Repeat(directions[0], carries + Body.Stacked.Length)];
        string Zeros(Expr sum) => graph.Node("Expand", [graph.Constant(Tensor.Zeros(sum.DType, Shape.Scalar)), graph.Shape(sum.Shape)]);
        var results = graph.Nodes("Scan", 2 * carries + Body.Stacked.Length + sums.Length, [.. x.Take(carries), .. sums.Select(Zeros), .. x.Skip(carries).Take(elements)],
            ("body", body), ("num_scan_inputs", (long)elements), ("scan_input_directions", directions), ("scan_output_directions", outward));

        string Flat(string value) => graph.Node("Reshape", [value, graph.Constant(Tensor.Vector(-1L))]);
        var stacks = results.Skip(carries + sums.Length).ToArray();
        IEnumerable<string> All(int carry) => Body.IsReversed ? [stacks[carry], x[carry]] : [x[carry], stacks[carry]];
        return graph.Node("Concat",
            [.. Enumerable.Range(0, carries).SelectMany(All).Select(Flat), .. stacks.Skip(carries).Concat(results.Skip(carries).Take(sums.Length)).Select(Flat)], ("axis", 0L));
    }
}
