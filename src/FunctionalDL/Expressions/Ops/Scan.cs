using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// A loop over time: carried values h, and at each step t the elements x[t] of sequences, h[t + 1] = f(h[t], x[t]). Its results are each
/// h[0 … T],
/// <c>[T + 1, …]</c>, what the step stacks, <c>[T, …]</c>, and what it sums. Inputs are the first h, the sequences <c>[T, …]</c> and
/// what the step takes that does not change.
/// </summary>
/// <remarks>
/// Its derivatives are loops again, of the body's derivative: the graph of a step exists once, however many steps there are. Of each step
/// the carried values are kept, and its products and functions that the way back needs.
/// </remarks>
sealed record ScanOp(ScanBody Body, int Result = 0) : MultiResultOp(Result)
{
    public override string Name => "Scan";

    internal override int? Arity => null;

    private protected override Op Remake(AttributeMap a) => new ScanOp(Body.Remake(a), a.Of("result", Result));

    internal override int Count => Body.Outputs.Count;

    private protected override TensorType[] InferAll(ReadOnlySpan<TensorType> x)
    {
        var (first, last) = (Body.Carries.Length, Body.Carries.Length + Body.Elements.Length);
        var expected = Body.Variables.ToArray();
        if (x.Length != expected.Length || first == last)
            throw new ShapeException(
                $"Scan: {x.Length} inputs for a step of {expected.Length}, {last - first} of them sequences. Give one input for each, "
                    + "and at least one sequence."
            );
        for (var i = 0; i < x.Length; i++)
        {
            var isSequence = i >= first && i < last;
            if (isSequence && x[i].Shape.Rank == 0)
                throw new ShapeException($"Scan: sequence {x[i]} has no time axis. Its first axis is time.");
            if ((isSequence ? x[i] with { Shape = x[i].Shape.Remove(0) } : x[i]) != expected[i].Type)
                throw new ShapeException(
                    $"Scan: the step takes {expected[i].Type} and input {i} is {x[i]}. A sequence has one axis more, its first.");
            if (isSequence && x[i].Shape[0] != x[first].Shape[0])
                throw new ShapeException($"Scan: sequences of {x[first].Shape[0]} and {x[i].Shape[0]} elements. Give them one length.");
        }
        foreach (var output in Body.Outputs)
            if (output.DType != Body.Next[0].DType || !output.DType.IsFloat())
                throw new DTypeException($"Scan: a step makes {Body.Next[0].Type} and {output.Type}. Carry floats of one dtype.");
        return [.. Body.Results(x[first].Shape[0]).Select(shape => new TensorType(Body.Next[0].DType, shape))];
    }

    internal override Tensor[] EvaluateAll(Tensor[] x, Sizes sizes)
    {
        var (carries, elements) = (Body.Carries.Length, Body.Elements.Length);
        var length = x[carries].Shape[0].Size;
        var names = Body.Variables.Select(v => v.VariableName!).ToArray();
        var values = TensorSet.Of(names.Zip(x, KeyValuePair.Create));
        Shape[] shapes = [.. Body.Results(length).Select(shape => shape.Resolve(sizes))];
        double[][] results = [.. shapes.Select(shape => new double[shape.ElementCount])];

        for (var i = 0; i < carries; i++) Write(x[i], i, Body.IsReversed ? length : 0);
        for (var step = 0; step < length; step++)
        {
            var t = Body.IsReversed ? length - 1 - step : step;
            for (var i = carries; i < carries + elements; i++) values = values.With(names[i], Element(x[i], t));
            var next = Evaluator.Evaluate(Body.Outputs, values, sizes);
            for (var i = 0; i < next.Length; i++)
            {
                if (i < carries)
                    values = values.With(names[i], next[i]);
                var isSum = i >= carries + Body.Stacked.Length;
                var place = i < carries && !Body.IsReversed ? t + 1 : t;
                Write(next[i], i, isSum ? 0 : place, add: isSum);
            }
        }
        return [.. results.Zip(shapes, (values, shape) => Tensor<double>.Adopt(shape, values).Cast(Body.Next[0].DType))];

        void Write(Tensor value, int result, int at, bool add = false)
        {
            var to = results[result].AsSpan(at * value.Count, value.Count);
            for (var i = 0; i < to.Length; i++) to[i] = value.GetDouble(i) + (add ? to[i] : 0);
        }
    }

    /// <summary>The expressions without loops: each step written out, for sequences of known lengths.</summary>
    public static Expr[] Unroll(IReadOnlyCollection<Expr> expressions)
    {
        var several = new Results<Expr>();
        return Graph.Rebuild(expressions, (node, x) => node.Op is ScanOp ? several.Of(node, op => ((ScanOp)op).Unroll(x)) : null);
    }

    Expr[] Unroll(Expr[] x)
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
        Expr Joined(int i)
        {
            var values = steps.Select(s => s[i]);
            if (i >= carries + Body.Stacked.Length) return values.Aggregate(ZerosLike(outputs[i]), (sum, share) => sum + share);
            if (i < carries) values = Body.IsReversed ? values.Append(x[i]) : values.Prepend(x[i]);
            Expr[] rows = [.. values.Select(e => ExpandDims(e, 0))];
            return rows.Length > 0 ? Concat(0, rows) : Slice(ExpandDims(ZerosLike(outputs[i]), 0), 0, 0, 0);
        }
        return [.. Enumerable.Range(0, outputs.Length).Select(Joined)];
    }

    internal static Tensor Element(Tensor sequence, int t)
    {
        var shape = sequence.Shape.Remove(0);
        var at = t * shape.ElementCount;
        return Layout.Pick(sequence, shape, _ => at++);
    }

    internal override Func<int, Expr?> PullbackAll(Expr[] y, Expr?[] g)
    {
        var (carries, elements, inputs) = (Body.Carries.Length, Body.Elements.Length, y[0].Inputs);
        Expr[] own = [.. y.Zip(g, (result, gradient) => gradient ?? ZerosLike(result))];
        var body = Body.Keeping;
        var results = ReferenceEquals(body, Body) ? y : new ScanOp(body).Apply([.. inputs]);
        var shares = LoopMotion.Results(
            Body.Adjoint,
            [
                .. own.Take(carries).Select(Body.Last),
                .. results.Take(carries).Select(Body.Before),
                .. inputs.Skip(carries).Take(elements),
                .. own.Take(carries).Select(Body.Before),
                .. own.Skip(carries).Take(Body.Stacked.Length),
                .. Body.Kept.Select(e =>
                    Body.Next.IndexOf(e) is >= 0 and var i ? Body.After(results[i]) : results[carries + body.Stacked.IndexOf(e)]),
                .. inputs.Skip(carries + elements),
                .. own.Skip(carries + Body.Stacked.Length),
            ]);
        int[] order = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].DType.IsFloat())];
        return i =>
        {
            var at = Array.IndexOf(order, i);
            if (at < 0) return null;
            return at < carries ? Body.Adjoint.Last(shares[at]) : shares[at];
        };
    }

    /// <summary>The expressions with one loop for those that differ in what they keep of their steps.</summary>
    public static Expr[] Merge(IReadOnlyCollection<Expr> expressions)
    {
        var loops = Graph.TopologicalOrder(expressions).Where(node => node.Op is ScanOp).ToLookup(y => BodyOf(y).Root);
        return loops.Count == 0 ? [.. expressions] : Graph.Rebuild(expressions, (node, x) =>
        {
            if (node.Op is not ScanOp { Body: var body, Result: var result }) return null;
            var widest = loops[body.Root].Where(y => y.Inputs.SequenceEqual(node.Inputs)).Select(BodyOf).MaxBy(b => b.Stacked.Length)!;
            return new(new ScanOp(widest, body.IndexIn(widest, result)), x);
        });

        static ScanBody BodyOf(Expr y) => ((ScanOp)y.Op).Body;
    }

    internal override Expr?[] JvpAll(Expr[] y, Expr?[] t)
    {
        if (t.All(tangent => tangent is null)) return new Expr?[Count];
        var (carries, elements, x) = (Body.Carries.Length, Body.Elements.Length, y[0].Inputs);
        IEnumerable<Expr> Tangents(int start, int end) =>
            Enumerable.Range(start, end - start).Where(i => x[i].DType.IsFloat()).Select(i => t[i] ?? ZerosLike(x[i]));
        var (body, inputs) = LoopMotion.Before(Body.Tangent,
        [
            .. Tangents(0, carries),
            .. y.Take(carries).Select(Body.Before), .. x.Skip(carries).Take(elements), .. Tangents(carries, carries + elements),
            .. x.Skip(carries + elements), .. Tangents(carries + elements, x.Length),
        ]);
        return new ScanOp(body).Apply(inputs);
    }

    internal override Expr[]? BatchAll(Expr[] y, Expr[] x, bool[] batched, Dim n)
    {
        var (first, last) = (Body.Carries.Length, Body.Carries.Length + Body.Elements.Length);
        static Expr Exchanged(Expr e) => Transpose(e, [1, 0, .. Enumerable.Range(2, e.Rank - 2)]);

        // [n, time, …] → [time, n, …] on the way in, and back on the way out.
        var all = AllBatched(x, batched, n);
        var body = Body.Batched(batched, n);
        var results = new ScanOp(body).Apply([
            .. all[..first],
            .. x[first..last].Select((e, i) => batched[first + i] ? Exchanged(e) : e),
            .. x[last..],
        ]);
        return [.. results.Select((e, i) => i < first + body.Stacked.Length ? Exchanged(e) : e)];
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(
            Body.IsReversed ? "scanback" : "scan",
            x,
            Result == 0 ? [Body.ToString()] : [Body.ToString(), $"result {Result}"]);

    // ONNX's Scan gives the carried values after the last step only, so that each is also stacked; a sum is one more carried value.
    internal override string[] ToOnnxAll(IOnnxGraph graph, Expr[] y, string[] x)
    {
        var (carries, elements, sums) = (Body.Carries.Length, Body.Elements.Length, Body.Fresh(Body.Summed, 0));
        var body = graph.Subgraph(
            [.. Body.Carries, .. sums, .. Body.Elements],
            Body.Constants.Zip(x.Skip(carries + elements)),
            [.. Body.Next, .. sums.Zip(Body.Summed, (sum, share) => sum + share), .. Body.Next.Concat(Body.Stacked)]);
        long[] directions = [.. Enumerable.Repeat(Body.IsReversed ? 1L : 0L, elements)],
            outward = [.. Enumerable.Repeat(directions[0], carries + Body.Stacked.Length)];
        string Zeros(Expr sum) => graph.Node("Expand", [graph.Constant(Tensor.Zeros(sum.DType, Shape.Scalar)), graph.Shape(sum.Shape)]);
        var results = graph.Nodes(
            "Scan",
            2 * carries + Body.Stacked.Length + sums.Length,
            [.. x.Take(carries), .. sums.Select(Zeros), .. x.Skip(carries).Take(elements)],
            ("body", body),
            ("num_scan_inputs", (long)elements),
            ("scan_input_directions", directions),
            ("scan_output_directions", outward));

        var stacks = results.Skip(carries + sums.Length).ToArray();
        string First(int carry) => graph.Node("Unsqueeze", [x[carry], graph.Constant(Tensor.Vector(0L))]);
        string All(int carry) =>
            graph.Node("Concat", Body.IsReversed ? [stacks[carry], First(carry)] : [First(carry), stacks[carry]], ("axis", 0L));
        return [.. Enumerable.Range(0, carries).Select(All), .. stacks.Skip(carries), .. results.Skip(carries).Take(sums.Length)];
    }
}
