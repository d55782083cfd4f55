using System.Diagnostics.CodeAnalysis;

namespace FunctionalDL.Engine;

/// <summary>
/// The workspaces of a plan that no run uses. They refer to the plan and are referred to by it alone, so that they go when it goes.
/// </summary>
sealed class IdleWorkspaces
{
    /// <summary>More runs than this at a time gain nothing from memory kept for them.</summary>
    static readonly int Most = Environment.ProcessorCount;

    readonly Lock access = new();
    readonly Stack<Workspace> workspaces = new(1);

    public bool TryTake([MaybeNullWhen(false)] out Workspace workspace)
    {
        lock (access) return workspaces.TryPop(out workspace);
    }

    /// <summary>Keeps a workspace for another run, or leaves it where there are enough.</summary>
    public void Give(Workspace workspace)
    {
        lock (access)
            if (workspaces.Count < Most) workspaces.Push(workspace);
    }
}
