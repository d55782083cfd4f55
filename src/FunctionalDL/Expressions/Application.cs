using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>An op applied to inputs, which are told apart by identity: what two nodes have in common that compute the same.</summary>
readonly struct Application(Op op, Expr[] inputs) : IEquatable<Application>
{
    readonly Op op = op;
    readonly Expr[] inputs = inputs;

    /// <summary>That of a node; nodes that are results of one op have the same.</summary>
    public static Application Of(Expr node) =>
        new(node.Op is MultiResultOp several ? several.At(0) : node.Op, ImmutableCollectionsMarshal.AsArray(node.Inputs)!);

    public bool Equals(Application other)
    {
        if (inputs.Length != other.inputs.Length) return false;
        for (var i = 0; i < inputs.Length; i++)
            if (!ReferenceEquals(inputs[i], other.inputs[i])) return false;
        return op.Equals(other.op);
    }

    public override bool Equals(object? other) => other is Application application && Equals(application);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(op);
        foreach (var x in inputs) hash.Add(RuntimeHelpers.GetHashCode(x));
        return hash.ToHashCode();
    }
}

/// <summary>What is made of all results of an op at once, and kept for the nodes that are the others.</summary>
sealed class Results<T>
{
    readonly Dictionary<Application, T[]> known = [];

    /// <summary>What is made for a node, from all that is made for the application it is a result of.</summary>
    public T Of(Expr node, Func<MultiResultOp, T[]> make)
    {
        var op = (MultiResultOp)node.Op;
        var application = Application.Of(node);
        return (known.TryGetValue(application, out var all) ? all : known[application] = make(op))[op.Result];
    }

    /// <summary>Forgets what is known of a node's application.</summary>
    public void Forget(Expr node) => known.Remove(Application.Of(node));
}

/// <summary>Ops replaced by others, equal ones by equal ones, so that results of one application stay so.</summary>
sealed class OpMap
{
    readonly Dictionary<Op, Op> known = [];

    public Op Of(Op op, Func<Op, Op> map) =>
        op is MultiResultOp several ? ((MultiResultOp)Known(several.At(0), map)).At(several.Result) : Known(op, map);

    Op Known(Op op, Func<Op, Op> map) => known.TryGetValue(op, out var mapped) ? mapped : known[op] = map(op);
}
