namespace FunctionalDL.Engine;

/// <summary>What runs: steps in order, and the place of every storage, for one set of actual sizes.</summary>
sealed class Plan
{
    readonly List<Storage> slots = [];

    /// <param name="outputs">The expressions.</param>
    /// <param name="sizes">The actual sizes.</param>
    /// <param name="given">
    /// The outputs for whose values the caller gives memory; those that no step writes, such as variables, stay where they are.
    /// </param>
    /// <param name="unchangingVariables">
    /// The variables that stay the same from run to run of a loop; what depends on them and on constants alone is done once, before it.
    /// </param>
    public Plan(IReadOnlyList<Expr> outputs, Sizes sizes, IReadOnlyList<int> given, IReadOnlySet<string>? unchangingVariables = null)
    {
        var unchanging = unchangingVariables ?? new HashSet<string>();
        var lowering = new Lowering(sizes, unchanging);
        Outputs = lowering.Lower(Simplification.Apply(outputs, sizes));
        Variables = lowering.Variables;
        var all = Order([.. Outputs.Select(o => o.Storage.Producer), .. lowering.Steps]);
        var before = Unchanging(all, unchanging);
        var needed = all.SelectMany(s => s.ReadStorages).Concat(Outputs.Select(o => o.Storage)).ToHashSet();
        Step[] once = [.. Epilogue.Join([.. all.Where(before.Contains)], needed)];
        (Steps, StepsBefore) = ([.. once, .. Epilogue.Join([.. all.Where(s => !before.Contains(s))], needed)], once.Length);
        foreach (var storage in Variables.Values.Concat(Outputs.Select(o => o.Storage))) Place(storage);
        foreach (var storage in Steps.SelectMany(s => s.ReadStorages)) Place(storage);
        foreach (var step in Steps) step.Seal();
        foreach (var storage in Steps.SelectMany(s => s.WrittenStorages)) Place(storage);
        ScratchBytes = Steps.Select(s => s.ScratchBytes).DefaultIfEmpty().Max();

        Constants =
        [
            .. lowering.Constants.Where(c => needed.Contains(c.Storage)).Select(c => (c.Storage, Workspace.Constant(c.Value))),
            .. lowering.Prepacked,
        ];
        Given = given.Select(o => Outputs[o].Storage).Where(s => s.Producer is not null).ToHashSet();
        Offsets = Enumerable.Repeat(-1L, slots.Count).ToArray();
        Lifetimes = new (int, int)[slots.Count];
        ArenaBytes = Arrange();
        PlanVerifier.Verify(this);
    }

    /// <summary>
    /// All steps; the first <see cref="StepsBefore"/> are for once, before a loop or when the memory is made, the rest for each run.
    /// </summary>
    public Step[] Steps { get; }

    public int StepsBefore { get; }

    public View[] Outputs { get; }

    public IReadOnlyDictionary<string, Storage> Variables { get; }

    public IReadOnlyList<(Storage Storage, Block Value)> Constants { get; }

    /// <summary>The storages of the outputs for which the caller gives memory.</summary>
    public IReadOnlySet<Storage> Given { get; }

    public IReadOnlyList<Storage> Slots => slots;

    /// <summary>The place of each slot in the arena; −1 for what lies elsewhere.</summary>
    public long[] Offsets { get; }

    public long ArenaBytes { get; }

    public long ScratchBytes { get; }

    /// <summary>For each slot in the arena the first and the last step that uses it.</summary>
    public (int First, int Last)[] Lifetimes { get; }

    /// <summary>The memory of a run on so many threads, beside what the caller gives.</summary>
    public long Bytes(int threads) => ArenaBytes + threads * ScratchBytes + Steps.Sum(s => s.InnerBytes(threads));

    /// <summary>Workspaces not in use.</summary>
    public IdleWorkspaces Idle { get; } = new();

    void Place(Storage storage)
    {
        if (storage.Slot >= 0) return;
        storage.Slot = slots.Count;
        slots.Add(storage);
    }

    /// <summary>
    /// The steps the outputs depend on, each after those it reads from and close to them. Outputs that can be known early are, so that
    /// what they read is needed no longer.
    /// </summary>
    static Step[] Order(IReadOnlyList<Step?> roots)
    {
        var order = new List<Step>();
        var seen = new HashSet<Step>();
        var stack = new Stack<(Step Step, IEnumerator<Storage> Reads)>();
        void Visit(Step? step)
        {
            if (step is not null && seen.Add(step)) stack.Push((step, step.ReadStorages.GetEnumerator()));
        }
        foreach (var root in roots.OrderBy(step => step?.Level))
        {
            Visit(root);
            while (stack.TryPeek(out var top))
                if (top.Reads.MoveNext()) Visit(top.Reads.Current.Producer);
                else order.Add(stack.Pop().Step);
        }
        return [.. order];
    }

    /// <summary>
    /// The steps whose results are the same in every run, and are not themselves results, whose memory is another each time.
    /// </summary>
    HashSet<Step> Unchanging(Step[] steps, IReadOnlySet<string> variables)
    {
        var result = new HashSet<Step>();
        var changing = Variables.Where(v => !variables.Contains(v.Key)).Select(v => v.Value).ToHashSet();
        var last = Outputs.Select(o => o.Storage.Producer).ToHashSet();
        foreach (var step in steps)
            if (
                !last.Contains(step)
                && step.ReadStorages.All(s => s.Producer is { } producer ? result.Contains(producer) : !changing.Contains(s)))
                result.Add(step);
        return result;
    }

    /// <summary>Gives every intermediate storage its place, and returns the bytes needed.</summary>
    long Arrange()
    {
        var last = new int[slots.Count];
        for (var i = 0; i < Steps.Length; i++)
            foreach (var storage in Steps[i].ReadStorages.Concat(Steps[i].WrittenStorages)) last[storage.Slot] = i;
        foreach (var storage in Steps.Take(StepsBefore).SelectMany(s => s.WrittenStorages)) last[storage.Slot] = Steps.Length;
        foreach (var output in Outputs) last[output.Storage.Slot] = Steps.Length;

        var memory = new MemoryPlan();
        for (var i = 0; i < Steps.Length; i++)
        {
            foreach (var storage in Steps[i].WrittenStorages)
                if (!Given.Contains(storage))
                {
                    Offsets[storage.Slot] = memory.Take(storage.Bytes);
                    Lifetimes[storage.Slot] = (i, last[storage.Slot]);
                }
            foreach (var storage in Steps[i].ReadStorages.Union(Steps[i].WrittenStorages))
                if (last[storage.Slot] == i && Offsets[storage.Slot] >= 0) memory.Give(Offsets[storage.Slot], storage.Bytes);
        }
        return memory.Bytes;
    }
}
