namespace FunctionalDL.Engine;

/// <summary>
/// A run of many steps in the managed engine, which allocates nothing once its buffers are there. What is carried has two, and takes them
/// in turn (double buffering).
/// </summary>
sealed class ManagedLoop : Loop
{
    /// <summary>A variable's value: its memory, and where the plan looks for it.</summary>
    sealed class Value
    {
        public PinnedBuffer? Buffer { get; set; }
        public int Capacity { get; set; }
        public Storage? Storage { get; set; }
    }

    /// <summary>A carried variable, memory for its next value, and where the plan leaves that.</summary>
    sealed class Carried(Value value, int output)
    {
        public Value Value { get; } = value;
        public int Output { get; } = output;
        public PinnedBuffer? Next { get; set; }
        public View? Result { get; set; }
        public bool IsOfCaller { get; set; }
    }

    readonly CompiledFunction function;
    readonly PlanCache plans;
    readonly int threads;
    readonly Value[] values;
    readonly Carried[] carried;
    Plan? plan;
    Workspace? workspace;

    public ManagedLoop(CompiledFunction function, PlanCache plans, int threads, IReadOnlyList<(int Variable, int Output)> carried)
        : base(function, carried)
    {
        (this.function, this.plans, this.threads) = (function, plans, threads);
        values = [.. function.Variables.Select(_ => new Value())];
        this.carried = [.. carried.Select(c => new Carried(values[c.Variable], c.Output))];
    }

    protected override Span<T> Memory<T>(int variable, Shape shape)
    {
        var (value, count) = (values[variable], shape.ElementCount);
        if (value.Buffer is null || value.Capacity < count)
            (value.Buffer, value.Capacity) = (new((long)count * function.Variables[variable].DType.ByteSize()), count);
        return value.Buffer.Span<T>(0, count);
    }

    protected override void Prepare(Sizes sizes)
    {
        var next = plans[sizes];
        if (workspace is not null) plan!.Idle.Give(workspace);
        (plan, workspace) = (next, next.Ready(threads));
        foreach (var (variable, value) in function.Variables.Zip(values)) value.Storage = plan.Variables[variable.VariableName!];
        foreach (var c in carried)
        {
            c.Next ??= new(c.Value.Buffer!.Bytes);
            c.Result = plan.Outputs[c.Output];
            c.IsOfCaller = plan.OfCaller.Contains(c.Result.Storage);
        }
    }

    protected override unsafe void Run()
    {
        var workspace = this.workspace!;
        foreach (var value in values) workspace.Put(value.Storage!, value.Buffer!);
        foreach (var c in carried)
            if (c.IsOfCaller) workspace.Put(c.Result!.Storage, c.Next!);
        plan!.Run(workspace);

        foreach (var c in carried)
            if (workspace[c.Result!] != c.Next!.Address)
                Buffer.MemoryCopy(workspace[c.Result!], c.Next.Address, c.Result!.Storage.Bytes, c.Result.Storage.Bytes);
        foreach (var c in carried) (c.Value.Buffer, c.Next) = (c.Next, c.Value.Buffer);
    }

    protected override ReadOnlySpan<T> Result<T>(int output) => workspace!.Span<T>(plan!.Outputs[output]);

    protected override ReadOnlySpan<T> Current<T>(int number, int count) => carried[number].Value.Buffer!.Span<T>(0, count);
}
