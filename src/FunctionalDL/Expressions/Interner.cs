using System.Runtime.InteropServices;

namespace FunctionalDL;

/// <summary>Keeps one node for all that apply equal ops to the same inputs, so that equal parts are found by identity.</summary>
sealed class Interner
{
    readonly Dictionary<Application, Expr> nodes = [];

    /// <summary>The node kept for those that compute the same; this one if it is the first.</summary>
    public Expr Of(Expr node)
    {
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(
            nodes,
            new Application(node.Op, ImmutableCollectionsMarshal.AsArray(node.Inputs)!),
            out _);
        return kept ??= node;
    }

    /// <summary>The node kept for an op on inputs; it is built only if there is none.</summary>
    public Expr Of(Op op, Expr[] inputs)
    {
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, new(op, inputs), out _);
        return kept ??= new(op, inputs);
    }

    /// <summary>The node kept for an op on inputs, if there is one.</summary>
    public Expr? Find(Op op, Expr[] inputs) => nodes.GetValueOrDefault(new(op, inputs));
}
