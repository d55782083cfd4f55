using System.Runtime.InteropServices;
using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// A loop over time: a plan for one step, run again and again on windows of the inputs and of the result, so that carried and stacked
/// values are written where they belong. Where examples do not meet, some of them at a time go through all steps, and threads need not
/// wait for each other.
/// </summary>
sealed unsafe class ScanStep : Step
{
    /// <summary>
    /// As few examples as keep the arithmetic of a product busy, and as many as a chunk takes where they can be split so.
    /// </summary>
    const int FewestRows = 8, MostRows = 16;

    /// <summary>A loop of fewer operations is left to the calling thread.</summary>
    const long Small = 1 << 18;

    /// <summary>
    /// A value of the step: its place in an input or the result, what it moves by from step to step and from chunk to chunk, in bytes,
    /// and its storage in the plan.
    /// </summary>
    sealed record Place(Storage? Outer, long Start, long Step, long Chunk, Storage? Inner, long Bytes);

    readonly ScanBody body;
    readonly View[] inputs;
    readonly int length, chunks = 1;
    readonly Plan plan;
    readonly Place[] varying, unchanging, outputs;
    readonly bool[] isWritten;
    readonly Storage[] shared;

    public ScanStep(ScanBody body, View[] inputs, Sizes sizes)
    {
        (this.body, this.inputs) = (body, inputs);
        Level = LevelAfter(inputs);
        int[][] shapes = [.. body.Results(inputs[body.Carries.Length].Sizes[0]).Select(shape => shape.Resolve(sizes).ToSizes())];
        int[] counts = [.. shapes.Select(shape => View.CountOf(shape))];
        Output = new(body.Next[0].DType, View.CountOf([checked(counts.Sum())])) { Producer = this };
        Results = [.. shapes.Select((shape, i) => View.Of(Output, counts[..i].Sum(), shape))];
        var (carries, elements) = (body.Carries.Length, body.Elements.Length);
        length = inputs[carries].Sizes[0];

        var name = RowWise.Axis(body);
        if (name is not null && RowsAtATime(sizes[name]) is var rows && rows < sizes[name])
            (chunks, sizes) = (sizes[name] / rows, sizes.Replace(name, rows));
        bool HasRows(Expr v) => chunks > 1 && RowWise.HasRows(v, name!);
        var constants = body.Constants.Where(v => !HasRows(v)).Select(v => v.VariableName!).ToHashSet();
        plan = new([.. body.Outputs], sizes, [.. Enumerable.Range(0, body.Next.Length + body.Stacked.Length)], constants);

        Operations = (long)length * chunks * plan.Steps.Skip(plan.StepsBefore).Sum(s => s.Operations);
        shared = [.. plan.Steps.Take(plan.StepsBefore).SelectMany(s => s.WrittenStorages)];

        // Values before the step at t are at t, or at t + 1 where time runs backwards.
        outputs = new Place[plan.Outputs.Length];
        var start = 0L;
        for (var i = 0; i < outputs.Length; i++)
        {
            var bytes = (long)plan.Outputs[i].Count * Output.DType.ByteSize();
            var (moves, at) = (i < carries + body.Stacked.Length ? chunks * bytes : 0, i < carries && !body.IsReversed ? 1 : 0);
            outputs[i] = new(Output, start + at * moves, moves, bytes, plan.Outputs[i].Storage, bytes);
            start += moves == 0 ? bytes : (length + (i < carries ? 1 : 0)) * moves;
        }
        isWritten = [.. plan.Outputs.Select(o => plan.Given.Contains(o.Storage))];
        Place Variable(Expr v, int i)
        {
            var inner = plan.Variables.GetValueOrDefault(v.VariableName!);
            if (i < carries)
                return outputs[i] with { Start = outputs[i].Start + (body.IsReversed ? 1 : -1) * outputs[i].Step, Inner = inner };
            var bytes = v.Shape.Resolve(sizes).ElementCount * (long)v.DType.ByteSize();
            return new(
                inputs[i].Storage,
                (long)inputs[i].Offset * v.DType.ByteSize(),
                i >= carries + elements ? 0
                    : HasRows(v) ? chunks * bytes
                    : bytes,
                HasRows(v) ? bytes : 0,
                inner,
                bytes);
        }
        var places = body
            .Variables.Select((v, i) => (IsSame: constants.Contains(v.VariableName!), Place: Variable(v, i)))
            .ToLookup(p => p.IsSame, p => p.Place);
        (varying, unchanging) = ([.. places[false]], [.. places[true]]);
    }

    /// <summary>A divisor of the number of examples, so that one plan does for all chunks.</summary>
    static int RowsAtATime(int count)
    {
        for (var rows = MostRows; rows >= FewestRows; rows--)
            if (count % rows == 0) return rows;
        return count;
    }

    /// <summary>All results, one after another.</summary>
    public Storage Output { get; }

    /// <summary>Each of them.</summary>
    public View[] Results { get; }

    public override IEnumerable<Access> Reads => inputs.Select(x => (Access)x);

    public override IEnumerable<Access> Writes => [Output];

    /// <summary>
    /// Every value of a step of the loop lies inside what it is a part of, at the first step and the last, and the results are all of the
    /// output.
    /// </summary>
    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        var end = varying.Concat(outputs).Where(p => p.Outer == Output).Select(End).DefaultIfEmpty().Max();
        if (end != Output.Bytes) yield return $"its results end at byte {end} of {Output.Bytes}";
        foreach (var place in varying.Concat(unchanging).Concat(outputs))
        {
            if (place.Start < 0 || End(place) > place.Outer!.Bytes)
                yield return $"a value of {place.Bytes} bytes goes from byte {place.Start} to {End(place)} of {place.Outer!.Bytes}";
            if (place.Inner is { } inner && inner.Bytes != place.Bytes)
                yield return $"a value of {inner.Bytes} bytes has a place of {place.Bytes}";
        }
    }

    /// <summary>Where a value ends at the last step of the last chunk.</summary>
    long End(Place place) => place.Start + Math.Max(0, length - 1) * place.Step + (chunks - 1) * place.Chunk + place.Bytes;

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
            inner.Run(0, plan.StepsBefore);
            Loop(workspace, inner, 0);
            return;
        }
        // What is done before the loop is done once and seen by all threads.
        for (var thread = 0; thread < workspace.Threads; thread++)
        {
            var inner = workspace.Nested(plan, thread);
            Prepare(workspace, inner);
            if (thread == 0) inner.Run(0, plan.StepsBefore);
            else
                foreach (var storage in shared) inner.Addresses[storage.Slot] = workspace.Nested(plan, 0)[storage];
        }
        if (Operations >= Small) workspace.Team.Run(this, workspace, 0, chunks);
        else
            for (var chunk = 0; chunk < chunks; chunk++) Chunk(workspace, chunk, 0);
    }

    public override void Chunk(Workspace workspace, int chunk, int thread) => Loop(workspace, workspace.Nested(plan, thread), chunk);

    /// <summary>Places what does not change.</summary>
    void Prepare(Workspace workspace, Workspace inner)
    {
        foreach (var place in unchanging)
            if (place.Inner is { } storage) inner.Addresses[storage.Slot] = At(workspace, place, 0, 0);
    }

    void Loop(Workspace workspace, Workspace inner, int chunk)
    {
        var kept = body.Carries.Length + body.Stacked.Length;
        for (var i = 0; i < body.Carries.Length; i++)
            Copy(
                workspace[inputs[i]] + chunk * outputs[i].Chunk,
                At(workspace, varying[i], body.IsReversed ? length - 1 : 0, chunk),
                outputs[i].Bytes);
        foreach (var sum in outputs.AsSpan(kept))
            NativeMemory.Clear(At(workspace, sum, 0, chunk), (nuint)sum.Bytes);
        for (var step = 0; step < length; step++)
        {
            var t = body.IsReversed ? length - 1 - step : step;
            foreach (var place in varying)
                if (place.Inner is { } storage) inner.Addresses[storage.Slot] = At(workspace, place, t, chunk);
            for (var i = 0; i < kept; i++)
                if (isWritten[i]) inner.Addresses[outputs[i].Inner!.Slot] = At(workspace, outputs[i], t, chunk);
            inner.Run(plan.StepsBefore, plan.Steps.Length);
            for (var i = 0; i < outputs.Length; i++)
            {
                byte* value = inner[plan.Outputs[i]], to = At(workspace, outputs[i], t, chunk);
                if (i >= kept) Add(value, to, plan.Outputs[i].Count);
                else if (to != value) Copy(value, to, outputs[i].Bytes);
            }
        }
    }

    static byte* At(Workspace workspace, Place place, int t, int chunk) =>
        workspace[place.Outer!] + place.Start + t * place.Step + chunk * place.Chunk;

    static void Copy(byte* from, byte* to, long bytes) => Buffer.MemoryCopy(from, to, bytes, bytes);

    void Add(byte* value, byte* sum, int count)
    {
        var add = (delegate*<in Strip, void>)Kernel.Of(Code.Add, Output.DType, Extent.Full);
        add(new Strip { A = sum, B = value, D = sum, Rows = 1, Columns = count });
    }
}
