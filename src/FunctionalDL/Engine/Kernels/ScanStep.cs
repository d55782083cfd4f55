using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// A loop over time. The step is a plan of its own, made once, that reads the elements where they lie and writes what it makes to where it belongs; sums are
/// carried in place.
/// </summary>
sealed unsafe class ScanStep : Step
{
    readonly ScanBody body;
    readonly View[] x;
    readonly Plan plan;
    readonly int length;
    readonly long bytes;

    /// <summary>Where each result begins in the output, and its size at one time, in elements.</summary>
    readonly (long Start, long Size)[] results;
    readonly Storage?[] variables;

    public ScanStep(ScanBody body, Sizes sizes, View[] x)
    {
        (this.body, this.x) = (body, x);
        Level = LevelAfter(x);
        length = x[body.Carries.Length].Sizes[0];
        var sums = body.Fresh(body.Summed, 0);
        Expr[] outputs = Simplification.Apply([.. body.Next, .. body.Stacked, .. sums.Zip(body.Summed, (sum, share) => sum + share)]);
        plan = new(outputs, sizes, [.. Enumerable.Range(0, outputs.Length)]);
        variables = [.. body.Variables.Concat(sums).Select(v => plan.Variables.GetValueOrDefault(v.VariableName!))];

        var start = 0L;
        results = new (long, long)[outputs.Length];
        foreach (var (shape, i) in body.Results(length).Select((shape, i) => (shape.Resolve(sizes), i)))
        {
            results[i] = (start, outputs[i].Shape.Resolve(sizes).ElementCount);
            start += shape.ElementCount;
        }
        Output = new(body.Next[0].DType, checked((int)start)) { Producer = this };
        bytes = Output.DType.ByteSize();
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => x.Select(v => v.Storage).Distinct();

    public override IEnumerable<Storage> Writes => [Output];

    public override void Run(Workspace workspace)
    {
        var (carries, elements, summed) = (body.Carries.Length, body.Elements.Length, body.Carries.Length + body.Stacked.Length);
        if (!plan.Idle.TryTake(out var inner)) inner = new(plan, workspace.Team.Threads);
        try
        {
            for (var i = 0; i < carries; i++) Move(workspace[x[i]], Place(workspace, i, body.IsReversed ? length : 0), i);
            for (var i = summed; i < results.Length; i++) new Span<byte>(Place(workspace, i, 0), (int)(results[i].Size * bytes)).Clear();
            for (var i = carries + elements; i < x.Length; i++) Set(inner, i, workspace[x[i]]);
            for (var i = summed; i < results.Length; i++) Set(inner, x.Length + i - summed, Place(workspace, i, 0));
            for (var step = 0; step < length; step++)
            {
                var t = body.IsReversed ? length - 1 - step : step;
                for (var i = 0; i < carries; i++) Set(inner, i, Place(workspace, i, body.IsReversed ? t + 1 : t));
                for (var i = carries; i < carries + elements; i++)
                    Set(inner, i, workspace[x[i]] + (long)t * (x[i].Count / length) * x[i].Storage.DType.ByteSize());
                for (var i = results.Length - 1; i >= 0; i--)
                    if (plan.Outputs[i].Storage is var storage && plan.Given.Contains(storage)) inner.Addresses[storage.Slot] = Target(workspace, i, t);
                inner.Run();
                for (var i = 0; i < results.Length; i++) Move(inner[plan.Outputs[i]], Target(workspace, i, t), i);
            }
        }
        finally
        {
            plan.Idle.Add(inner);
        }
    }

    /// <summary>Where a result of step t belongs.</summary>
    byte* Target(Workspace workspace, int i, int t) =>
        Place(workspace, i, i >= body.Carries.Length + body.Stacked.Length ? 0 : i < body.Carries.Length && !body.IsReversed ? t + 1 : t);

    byte* Place(Workspace workspace, int i, int at) => workspace[Output] + (results[i].Start + at * results[i].Size) * bytes;

    void Set(Workspace inner, int variable, byte* address)
    {
        if (variables[variable] is { } storage) inner.Addresses[storage.Slot] = address;
    }

    void Move(byte* from, byte* to, int i)
    {
        if (from != to) Buffer.MemoryCopy(from, to, results[i].Size * bytes, results[i].Size * bytes);
    }
}
