using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>What runs: steps in order, and the place of every storage, for one set of actual sizes.</summary>
sealed record Plan : IMemoryPlan
{
    /// <summary>
    /// All steps; the first <see cref="StepsOnce"/> are for once, before a loop or when the memory is made, the rest for each run.
    /// </summary>
    public required ImmutableArray<Step> Steps { get; init; }

    public required int StepsOnce { get; init; }

    public required ImmutableArray<View> Outputs { get; init; }

    public required IReadOnlyDictionary<string, Storage> Variables { get; init; }

    public required ImmutableArray<(Storage Storage, PinnedBuffer Value)> Constants { get; init; }

    /// <summary>The storages of the outputs for which the caller gives memory.</summary>
    public required IReadOnlySet<Storage> OfCaller { get; init; }

    /// <summary>All storages by slot, those too that are in registers only.</summary>
    public required IReadOnlyList<Storage> Storages { get; init; }

    public required Allocation Allocation { get; init; }

    /// <summary>The bytes of memory that each thread has for itself.</summary>
    public long ScratchBytes { get; init; }

    /// <summary>The memory of a run on so many threads, beside what the caller gives.</summary>
    public long Bytes(int threads) => Allocation.Bytes + threads * ScratchBytes + Steps.Sum(s => s.InnerBytes(threads));

    /// <summary>Workspaces not in use.</summary>
    public IdleWorkspaces Idle { get; } = new();

    public Workspace NewWorkspace(int threads)
    {
        var workspace = new Workspace(Allocation.Bytes, ScratchBytes, Allocation.Offsets, threads);
        foreach (var (storage, buffer) in Constants) workspace.Put(storage, buffer);
        return workspace;
    }

    /// <summary>Memory that is ready for runs: some that is not in use, or new, in which what is for once is done.</summary>
    public Workspace Ready(int threads)
    {
        if (Idle.TryTake(out var workspace)) return workspace;
        workspace = NewWorkspace(threads);
        RunOnce(workspace);
        return workspace;
    }

    /// <summary>Runs what is for once.</summary>
    public void RunOnce(Workspace workspace) => Run(workspace, 0, StepsOnce);

    /// <summary>Runs what is for each run.</summary>
    public void Run(Workspace workspace) => Run(workspace, StepsOnce, Steps.Length);

    void Run(Workspace workspace, int from, int to)
    {
        for (var i = from; i < to; i++) Steps[i].Run(workspace);
    }

    // A plan is itself, whatever it has in common with another.
    public bool Equals(Plan? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
