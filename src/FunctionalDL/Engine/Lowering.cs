using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// Turns an expression, at given sizes, into steps over storages: structure becomes windows, elementwise operations and reductions gather
/// in tile steps, and the rest are steps of their own.
/// </summary>
/// <param name="sizes">The actual sizes.</param>
/// <param name="unchanging">The variables that stay the same from run to run.</param>
sealed partial class Lowering(Sizes sizes, IReadOnlySet<string> unchanging)
{
    readonly Dictionary<Expr, View> views = [];
    readonly Results<View> several = new();
    readonly Dictionary<string, Storage> variables = [];
    readonly List<(Storage Storage, Tensor Value)> constants = [];
    readonly List<(Storage Storage, Block Value)> prepacked = [];
    readonly Dictionary<Expr, Tensor> known = [];
    readonly List<Step> steps = [];
    readonly Dictionary<Storage, DType> lanes = [];

    /// <summary>How often a node is an input or an output.</summary>
    readonly Dictionary<Expr, int> uses = [];

    /// <summary>
    /// The last tile step of a level and size that reads a storage: independent operations on the same data are one step too.
    /// </summary>
    readonly Dictionary<(int Level, int Total, Storage), TileStep> siblings = [];

    public IReadOnlyDictionary<string, Storage> Variables => variables;

    public IReadOnlyList<(Storage Storage, Tensor Value)> Constants => constants;

    /// <summary>Constants in another order, for the kernels that read them.</summary>
    public IReadOnlyList<(Storage Storage, Block Value)> Prepacked => prepacked;

    /// <summary>The steps that run whether their values are needed or not.</summary>
    public IReadOnlyList<Step> Steps => steps;

    /// <summary>The values of the outputs, each an array of its own in row-major order.</summary>
    public View[] Lower(IReadOnlyCollection<Expr> outputs)
    {
        var nodes = Graph.TopologicalOrder(outputs);
        foreach (var x in nodes.SelectMany(node => node.Inputs).Concat(outputs)) uses[x] = uses.GetValueOrDefault(x) + 1;
        foreach (var node in nodes) views[node] = Lower(node);
        return [.. outputs.Select(o => Dense(views[o]))];
    }

    View Lower(Expr node)
    {
        var x = new View[node.Inputs.Length];
        for (var i = 0; i < x.Length; i++) x[i] = views[node.Inputs[i]];
        var type = node.Type.Resolve(sizes);
        var shape = type.Shape.ToSizes();

        if (node.Op is VariableOp { Symbol: var name })
        {
            if (!variables.TryGetValue(name, out var storage)) variables[name] = storage = new(type.DType, type.Shape.ElementCount);
            return View.Of(storage, shape);
        }
        // What only looks at a constant in another way stays a window on it.
        if (Fold(node, type) is { } folded && node.Op is not (BroadcastOp or ReshapeOp or TransposeOp or SliceOp))
            return Constant(folded, shape);
        if (type.Shape.ElementCount == 0 && node.Op is not (GatherOp or OneHotOp or ScatterAddOp))
            return Constant(Tensor.Zeros(type.DType, type.Shape), shape);
        if (IntoConvolution(node, x) is { } fused) return fused;
        var isHalf = type.DType.IsFloat() && type.DType.IsNarrow();
        if (x.All(v => v.Count > 0) && Kernels.TryGetValue(node.Op.GetType(), out var code) && (!isHalf || code.IsNearest()))
            return Elementwise(code, x, type.DType, shape);
        if (node.Op is MultiResultOp) return several.Of(node, op => Results(op, node, x));
        // Sums of half floats are rounded once, from float64, as the evaluator has it; it computes them.
        if (
            isHalf
            && node.Op
                is not (
                    TiedOp
                    or StopGradientOp
                    or CustomGradientOp
                    or RematerializeOp
                    or LinearOp
                    or CastOp
                    or MaxOp
                    or MinOp
                    or GatherOp
                    or OneHotOp))
            return Own(new ReferenceStep(node.Op, [type], sizes, x), s => s.Outputs[0], shape);

        return (node.Op, x) switch
        {
            (StopGradientOp or SizedLikeOp or CustomGradientOp or RematerializeOp, _) => x[0],
            (BarrierOp, _) => Own(new BarrierStep(Dense(x[0]), x[1]), s => s.Output, shape),
            (BroadcastOp, _) => x[0].Broadcast(shape),
            (TransposeOp op, _) => x[0].Transpose(op.Order),
            (ReshapeOp, _) => x[0].Reshape(shape) ?? Dense(x[0]).Reshape(shape)!,
            (SliceOp op, _) when x[0].Sizes[op.Axis] is var n && op.Start.Resolve(sizes).Size + (shape[op.Axis] - 1L) * op.Step < n =>
                x[0].Slice(op.Axis, op.Start.Resolve(sizes).Size, shape[op.Axis], op.Step),
            (CastOp, [{ Count: > 0 }]) => Cast(x[0], type.DType, shape),
            (SumOp op, [{ Count: > 0 }]) => Reduce(Code.Sum, op.Axes, x[0], shape),
            (MaxOp op, [{ Count: > 0 }]) => Reduce(Code.Max, op.Axes, x[0], shape),
            (MinOp op, [{ Count: > 0 }]) => Reduce(Code.Min, op.Axes, x[0], shape),
            (MatMulOp, [{ Count: > 0 }, { Count: > 0 }]) when type.DType.IsFloat() => Multiply(x[0], x[1], shape),
            (ConvOp op, [{ Count: > 0 }, { Count: > 0 }]) => Convolve(op, x[0], x[1], shape),
            (ConvInputGradientOp op, [{ Count: > 0 }, { Count: > 0 }]) => ConvolveBack(op, x[0], x[1], shape),
            (ConvKernelGradientOp op, [{ Count: > 0 }, { Count: > 0 }]) => Correlate(op, x[0], x[1], shape),
            (MaxPoolOp op, [{ Count: > 0 }]) => Pool(node, op, x[0], shape),
            (MaxPoolTangentOp op, [{ Count: > 0 }, _, _]) => Pool(op, x[0], x[1], x[2], shape, MaxPoolStep.Mode.Take),
            (MaxPoolGradientOp op, [{ Count: > 0 }, _, _]) => Pool(op, x[0], x[1], x[2], shape, MaxPoolStep.Mode.Put),
            (RandomUniformOp op, _) => Own(
                new RandomUniformStep(x[0], type.DType, type.Shape.ElementCount, op.Stream),
                s => s.Output,
                shape),
            (GatherOp op, _) => Own(new GatherStep(Dense(x[0]), Dense(Indices(x[1])), op.Axis), s => s.Output, shape),
            (ScatterAddOp op, _) when type.DType.IsNarrow() && type.Shape.ElementCount > 0 => Cast(
                ScatterAdd(op, [x[0], InLanes(x[1])], shape),
                type.DType,
                shape),
            (ScatterAddOp op, _) when !type.DType.IsNarrow() => ScatterAdd(op, x, shape),
            (OneHotOp op, _) => OneHot(x[0], type.DType, shape),
            (ConcatOp op, _) => Concat(op.Axis, x, shape),
            (PadOp op, _)
                when op.Before.Resolve(sizes).Size is >= 0 and var before
                    && before + (x[0].Sizes[op.Axis] - 1L) * (op.Between + 1L) < shape[op.Axis] => Pad(op, x[0], shape),
            (ArgMaxOp op, [{ Count: > 0 }]) => Own(new ArgMaxStep(Dense(InLanes(x[0])), op.Axis), s => s.Output, shape),
            _ => Own(new ReferenceStep(node.Op, [type], sizes, x), s => s.Outputs[0], shape),
        };
    }

    View[] Results(MultiResultOp op, Expr node, View[] x)
    {
        TensorType[] types = [.. op.All(node).Select(y => y.Type.Resolve(sizes))];
        if (op is ScanOp scan && x.All(v => v.Count > 0) && !types[0].DType.IsNarrow())
            return Own(new ScanStep(scan.Body, Array.ConvertAll(x, v => v.IsDense ? v : Dense(v)), sizes)).Results;
        var step = Own(new ReferenceStep(op, types, sizes, x));
        return [.. step.Outputs.Zip(types, (output, type) => View.Of(output, type.Shape.ToSizes()))];
    }

    /// <summary>
    /// The value of a node that depends on no variable, where it is not large; the evaluator computes it once for all runs.
    /// </summary>
    Tensor? Fold(Expr node, TensorType type)
    {
        const int largest = 1 << 12;
        if (node.Inputs.Length > 0 && (type.Shape.ElementCount > largest || !node.Inputs.All(known.ContainsKey))) return null;
        return known[node] = node.Op.Evaluate([.. node.Inputs.Select(x => known[x])], type, sizes);
    }

    /// <summary>A step of its own. It stays even if nobody needs its value, for it may have an error to report.</summary>
    View Own<TStep>(TStep step, Func<TStep, Storage> output, int[] shape) where TStep : Step => View.Of(output(Own(step)), shape);

    TStep Own<TStep>(TStep step) where TStep : Step
    {
        steps.Add(step);
        foreach (var storage in step.ReadStorages)
            if (storage.Producer is TileStep read) read.IsRead = true;
        return step;
    }

    View Multiply(View a, View b, int[] shape)
    {
        // A single row is multiplied fastest by a constant as it lies in memory.
        var isUnchanging = unchanging.Any(name => variables.GetValueOrDefault(name) == b.Storage);
        var constant = a.Sizes[^2] > 1 ? constants.FindIndex(c => c.Storage == b.Storage) : -1;
        var step = MatMulStep.Of(new(a, transposed: false), new(b, transposed: true), isUnchanging || constant >= 0);
        if (isUnchanging) step.PackByStep();
        else if (constant >= 0 && step.PackBefore(constants[constant].Value) is { } ready) prepacked.Add(ready);
        return Own(step, s => s.Output, shape);
    }

    View ScatterAdd(ScatterAddOp op, View[] x, int[] shape)
    {
        var (outer, size, inner) = View.Of(new(x[1].Storage.DType, 0), shape).Around(op.Axis);
        return Own(new ScatterAddStep(Dense(Indices(x[0])), Dense(x[1]), outer, size, inner), s => s.Output, shape);
    }

    /// <summary>[index = 0, 1, …, depth − 1], compared in lanes of the result where they hold every index exactly.</summary>
    View OneHot(View indices, DType dtype, int[] shape)
    {
        var depth = shape[^1];
        indices = Own(new CheckedIndicesStep(Dense(Indices(indices)), depth, "OneHot"), s => s.Output, [.. indices.Sizes, 1]);
        if (indices.Count == 0 || depth == 0) return Constant(Tensor.Zeros(dtype, Shape.Of([.. shape.Select(n => (Dim)n)])), shape);
        var lane = dtype.IsFloat() && depth < 1 << 24 ? dtype.Lane() : DType.Int64;
        var range = Constant(Tensor.Vector([.. Enumerable.Range(0, depth).Select(i => (long)i)]).Cast(lane), [depth]);
        var values = lane == DType.Int64 ? indices : Cast(indices, lane, indices.Sizes);
        var equal = Elementwise(Code.Equal, lane, [values.Broadcast(shape), range.Broadcast(shape)], DType.Bool, shape);
        return dtype == DType.Bool ? equal : Cast(equal, dtype, shape);
    }

    View Concat(int axis, View[] x, int[] shape)
    {
        var whole = View.Of(new(x[0].Storage.DType, View.CountOf(shape)), shape);
        var places = new View[x.Length];
        for (int i = 0, start = 0; i < x.Length; start += x[i].Sizes[axis], i++)
            places[i] = whole.Slice(axis, start, x[i].Sizes[axis], 1);
        if (!places.All(p => p.Count == places[0].Count && p.Count > 0))
            return Own(new AssembleStep(x, whole.Storage, places, null), s => s.Output, shape);

        // Parts of one size are one step, which can be that in which they are made.
        var (_, columns, inner) = places[0].Around(axis);
        columns *= inner;
        var (step, extent) = StepFor(x, places[0].Count, s => s.FitsRows(x, places[0].Count, columns), Extent.Full);
        foreach (var (part, place) in x.Zip(places))
            step.Add(Code.Identity, Lane(part.Storage), [part], new(part.Storage.DType, place.Count) { Within = place }, extent, columns);
        whole.Storage.Producer = step;
        lanes[whole.Storage] = Lane(x[0].Storage);
        return whole;
    }

    View Pad(PadOp op, View x, int[] shape)
    {
        var whole = View.Of(new(x.Storage.DType, View.CountOf(shape)), shape);
        var place = whole.Slice(op.Axis, op.Before.Resolve(sizes).Size, x.Sizes[op.Axis], op.Between + 1);
        return Own(new AssembleStep([x], whole.Storage, [place], op.Value), s => s.Output, shape);
    }

    /// <summary>Numbers in the type in which they are computed.</summary>
    View InLanes(View x) => x.Storage.DType.IsNarrow() ? Converted(x, x.Storage.DType.Lane()) : x;

    View Indices(View x) => x.Storage.DType == DType.Int64 ? x : Converted(x, DType.Int64);

    View Converted(View x, DType dtype) => x.Count > 0 ? Cast(x, dtype, x.Sizes)
        : Constant(Tensor.Zeros(dtype, Shape.Of([.. x.Sizes.Select(n => (Dim)n)])), x.Sizes);

    View Constant(Tensor value, int[] shape)
    {
        var storage = new Storage(value.DType, value.Count);
        constants.Add((storage, value));
        return View.Of(storage, shape);
    }
}
