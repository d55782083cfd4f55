using System.Runtime.InteropServices;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// A loop over time: a plan for one step, run again and again on views of the inputs and of the result, so that carried and stacked
/// values are written where they belong. Where examples do not meet, some of them at a time go through all steps, and threads need not
/// wait for each other.
/// </summary>
sealed unsafe class ScanStep : Step, IChunks
{
    /// <summary>
    /// A value of a time step: where it starts in an input or the result, what it moves by from step to step and from chunk to chunk, in
    /// bytes, and its storage in the plan.
    /// </summary>
    sealed record Slice(Storage Outer, long Start, long Stride, long ChunkStride, Storage? Inner, long Bytes);

    readonly ScanBody body;
    readonly View[] inputs;
    readonly int length, chunks = 1;
    readonly Plan plan;
    readonly Storage output;
    readonly Slice[] varying, unchanging, outputs;
    readonly bool[] isWritten;
    readonly Storage[] shared;

    /// <summary>All results in one storage, one after another, so that carried and stacked values are written where they belong.</summary>
    public static View[]? Lower(LoweringContext to, Node node, TensorType[] types)
    {
        if (node.X.Any(x => x.Count == 0) || types[0].DType.IsNarrow()) return null;
        int[][] shapes = [.. types.Select(type => type.Shape.ToSizes())];
        int[] counts = [.. shapes.Select(shape => View.CountOf(shape))];
        var output = to.New(types[0].DType, View.CountOf([checked(counts.Sum())]));
        View[] inputs = Array.ConvertAll(node.X, x => x.IsDense ? x : to.Dense(x));
        to.Add(new ScanStep(((ScanOp)node.Op).Body, inputs, to.Sizes, output, to.Compile));
        return [.. shapes.Select((shape, i) => View.Of(output, counts[..i].Sum(), shape))];
    }

    ScanStep(ScanBody body, View[] inputs, Sizes sizes, Storage output, NestedCompiler compile)
    {
        (this.body, this.inputs, this.output) = (body, inputs, output);
        var (carries, elements) = (body.Carries.Length, body.Elements.Length);
        length = inputs[carries].Sizes[0];

        var name = RowWise.Axis(body);
        if (name is not null && RowsAtATime(sizes[name]) is var rows && rows < sizes[name])
            (chunks, sizes) = (sizes[name] / rows, sizes.Replace(name, rows));
        bool HasRows(Expr v) => chunks > 1 && RowWise.HasRows(v, name!);
        var constants = body.Constants.Where(v => !HasRows(v)).Select(v => v.VariableName!).ToHashSet();
        plan = compile([.. body.Outputs], sizes, [.. Enumerable.Range(0, body.Next.Length + body.Stacked.Length)], constants);

        Operations = (long)length * chunks * plan.Steps.Skip(plan.StepsOnce).Sum(s => s.Operations);
        shared = [.. plan.Steps.Take(plan.StepsOnce).SelectMany(s => s.WrittenStorages)];

        // Values before the step at t are at t, or at t + 1 where time runs backwards.
        outputs = new Slice[plan.Outputs.Length];
        var start = 0L;
        for (var i = 0; i < outputs.Length; i++)
        {
            var bytes = (long)plan.Outputs[i].Count * output.DType.ByteSize();
            var (moves, at) = (i < carries + body.Stacked.Length ? chunks * bytes : 0, i < carries && !body.IsReversed ? 1 : 0);
            outputs[i] = new(output, start + at * moves, moves, bytes, plan.Outputs[i].Storage, bytes);
            start += moves == 0 ? bytes : (length + (i < carries ? 1 : 0)) * moves;
        }
        isWritten = [.. plan.Outputs.Select(o => plan.OfCaller.Contains(o.Storage))];
        Slice Variable(Expr v, int i)
        {
            var inner = plan.Variables.GetValueOrDefault(v.VariableName!);
            if (i < carries)
                return outputs[i] with { Start = outputs[i].Start + (body.IsReversed ? 1 : -1) * outputs[i].Stride, Inner = inner };
            var bytes = v.Shape.Resolve(sizes).ElementCount * (long)v.DType.ByteSize();
            var (start, isElement) = ((long)inputs[i].Offset * v.DType.ByteSize(), i < carries + elements);
            var (ofRows, chunkStride) = HasRows(v) ? (chunks * bytes, bytes) : (bytes, 0);
            return new(inputs[i].Storage, start, isElement ? ofRows : 0, chunkStride, inner, bytes);
        }
        var slices = body
            .Variables.Select((v, i) => (IsSame: constants.Contains(v.VariableName!), Slice: Variable(v, i)))
            .ToLookup(p => p.IsSame, p => p.Slice);
        (varying, unchanging) = ([.. slices[false]], [.. slices[true]]);
    }

    /// <summary>A divisor of the number of examples, so that one plan does for all chunks.</summary>
    static int RowsAtATime(int count)
    {
        for (var rows = Tuning.MostLoopRows; rows >= Tuning.FewestLoopRows; rows--)
            if (count % rows == 0) return rows;
        return count;
    }

    public override IEnumerable<Access> Reads => inputs.Select(x => (Access)x);

    public override IEnumerable<Access> Writes => [output];

    /// <summary>
    /// Every value of a step of the loop lies inside what it is a part of, at the first step and the last, and the results are all of the
    /// output.
    /// </summary>
    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        var end = varying.Concat(outputs).Where(p => p.Outer == output).Select(End).DefaultIfEmpty().Max();
        if (end != output.Bytes) yield return $"its results end at byte {end} of {output.Bytes}";
        foreach (var slice in varying.Concat(unchanging).Concat(outputs))
        {
            if (slice.Start < 0 || End(slice) > slice.Outer.Bytes)
                yield return $"a value of {slice.Bytes} bytes goes from byte {slice.Start} to {End(slice)} of {slice.Outer.Bytes}";
            if (slice.Inner is { } inner && inner.Bytes != slice.Bytes)
                yield return $"a value of {inner.Bytes} bytes has a place of {slice.Bytes}";
        }
    }

    /// <summary>Where a value ends at the last step of the last chunk.</summary>
    long End(Slice slice) => slice.Start + Math.Max(0, length - 1) * slice.Stride + (chunks - 1) * slice.ChunkStride + slice.Bytes;

    public override long Operations { get; }

    public override long InnerBytes(int threads) => chunks == 1 ? plan.Bytes(threads) : threads * plan.Bytes(1);

    public override string ToString() =>
        $"scan, {length} times{(chunks > 1 ? $" in {chunks} chunks" : "")}: {string.Join(" | ", plan.Steps.Select(s => s.ToString()))}";

    public override void Run(Workspace workspace)
    {
        if (chunks == 1)
        {
            var inner = workspace.Nested(plan);
            Prepare(workspace, inner);
            plan.RunOnce(inner);
            Loop(workspace, inner, 0);
            return;
        }
        // What is done before the loop is done once and seen by all threads.
        for (var thread = 0; thread < workspace.Threads; thread++)
        {
            var inner = workspace.Nested(plan, thread);
            Prepare(workspace, inner);
            if (thread == 0) plan.RunOnce(inner);
            else
                foreach (var storage in shared) inner.Addresses[storage.Slot] = workspace.Nested(plan, 0)[storage];
        }
        workspace.Team.Run(this, workspace, chunks, onOne: Operations < Tuning.SmallLoop);
    }

    public void Chunk(Workspace workspace, int chunk, int thread) => Loop(workspace, workspace.Nested(plan, thread), chunk);

    /// <summary>Places what does not change.</summary>
    void Prepare(Workspace workspace, Workspace inner)
    {
        foreach (var slice in unchanging)
            if (slice.Inner is { } storage) inner.Addresses[storage.Slot] = At(workspace, slice, 0, 0);
    }

    void Loop(Workspace workspace, Workspace inner, int chunk)
    {
        var kept = body.Carries.Length + body.Stacked.Length;
        for (var i = 0; i < body.Carries.Length; i++)
            Copy(
                workspace[inputs[i]] + chunk * outputs[i].ChunkStride,
                At(workspace, varying[i], body.IsReversed ? length - 1 : 0, chunk),
                outputs[i].Bytes);
        foreach (var sum in outputs.AsSpan(kept))
            NativeMemory.Clear(At(workspace, sum, 0, chunk), (nuint)sum.Bytes);
        for (var step = 0; step < length; step++)
        {
            var t = body.IsReversed ? length - 1 - step : step;
            foreach (var slice in varying)
                if (slice.Inner is { } storage) inner.Addresses[storage.Slot] = At(workspace, slice, t, chunk);
            for (var i = 0; i < kept; i++)
                if (isWritten[i]) inner.Addresses[outputs[i].Inner!.Slot] = At(workspace, outputs[i], t, chunk);
            plan.Run(inner);
            for (var i = 0; i < outputs.Length; i++)
            {
                byte* value = inner[plan.Outputs[i]], to = At(workspace, outputs[i], t, chunk);
                if (i >= kept) Add(value, to, plan.Outputs[i].Count);
                else if (to != value) Copy(value, to, outputs[i].Bytes);
            }
        }
    }

    static byte* At(Workspace workspace, Slice slice, int t, int chunk) =>
        workspace[slice.Outer] + slice.Start + t * slice.Stride + chunk * slice.ChunkStride;

    static void Copy(byte* from, byte* to, long bytes) => Buffer.MemoryCopy(from, to, bytes, bytes);

    void Add(byte* value, byte* sum, int count)
    {
        var add = (delegate*<in Strip, void>)Kernel.Of(Code.Add, output.DType, Extent.Full);
        add(new Strip { A = sum, B = value, D = sum, Rows = 1, Columns = count });
    }
}
