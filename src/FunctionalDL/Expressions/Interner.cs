using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FunctionalDL;

/// <summary>Keeps one node for all that apply equal ops to the same inputs, so that equal parts are found by identity.</summary>
sealed class Interner
{
    readonly Dictionary<Key, Expr> nodes = [];

    /// <summary>The node kept for those that compute the same; this one if it is the first.</summary>
    public Expr Of(Expr node)
    {
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, new(node.Op, ImmutableCollectionsMarshal.AsArray(node.Inputs)!), out _);
        return kept ??= node;
    }

    /// <summary>The node kept for an op on inputs; it is built only if there is none.</summary>
    public Expr Of(Op op, Expr[] inputs)
    {
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, new(op, inputs), out _);
        return kept ??= new(op, inputs);
    }

    readonly struct Key(Op op, Expr[] inputs) : IEquatable<Key>
    {
        readonly Op op = op;
        readonly Expr[] inputs = inputs;

        public bool Equals(Key other)
        {
            if (inputs.Length != other.inputs.Length) return false;
            for (var i = 0; i < inputs.Length; i++)
                if (!ReferenceEquals(inputs[i], other.inputs[i])) return false;
            return op.Equals(other.op);
        }

        public override bool Equals(object? other) => other is Key key && Equals(key);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(op);
            foreach (var x in inputs) hash.Add(RuntimeHelpers.GetHashCode(x));
            return hash.ToHashCode();
        }
    }
}
