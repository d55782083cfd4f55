using System.Buffers;

namespace FunctionalDL.Engine;

/// <summary>A function of the managed engine. For every set of actual sizes a plan is made on first use and kept.</summary>
sealed class ManagedFunction : CompiledFunction
{
    readonly int threads;
    readonly PlanCache plans;

    public ManagedFunction(ComputeEngine engine, IReadOnlyList<Expr> outputs, CompileOptions options) : base(engine, outputs)
    {
        threads = options.Threads;
        plans = new(sizes => Compiler.Compile(Outputs, sizes, [.. Enumerable.Range(0, Outputs.Count)]));
    }

    protected override Tensor[] Run(TensorSet values, Sizes sizes) => With(values, sizes, (plan, workspace, results) =>
    {
        plan.Run(workspace);
        return Outputs.Zip(plan.Outputs, (o, view) => results.TryGetValue(view.Storage, out var result)
            ? result.Reshape(o.Shape.Resolve(sizes))
            : workspace.Read(view, o.Shape.Resolve(sizes))).ToArray();
    });

    public override long PeakBytes(Sizes sizes) => plans[sizes].Bytes(threads);

    protected override string Explain(TensorSet values, Sizes sizes) =>
        With(values, sizes, (plan, workspace, _) => Explanation.Of(plan, workspace));

    /// <summary>
    /// Uses a workspace whose variables lie in their values, and whose outputs lie in new tensors where a step writes them.
    /// </summary>
    unsafe TResult With<TResult>(TensorSet values, Sizes sizes, Func<Plan, Workspace, IReadOnlyDictionary<Storage, Tensor>, TResult> use)
    {
        var plan = plans[sizes];
        var workspace = plan.Ready(threads);
        var results = plan.OfCaller.ToDictionary(s => s, s => Tensor.Unwritten(s.DType, checked((int)s.Count)));
        var pins = new List<MemoryHandle>();
        try
        {
            var places = plan.Variables.Select(v => (v.Value, values[v.Key])).Concat(results.Select(r => (r.Key, r.Value)));
            foreach (var (storage, value) in places)
            {
                pins.Add(Workspace.Pin(value));
                workspace.Addresses[storage.Slot] = (byte*)pins[^1].Pointer;
            }
            return use(plan, workspace, results);
        }
        finally
        {
            foreach (var pin in pins) pin.Dispose();
            plan.Idle.Give(workspace);
        }
    }

    protected override Loop Start(IReadOnlyList<(int Variable, int Output)> carried) =>
        new ManagedLoop(
            this, new(sizes => Compiler.Compile(Outputs, sizes, [.. carried.Select(c => c.Output)])), threads, carried);
}
