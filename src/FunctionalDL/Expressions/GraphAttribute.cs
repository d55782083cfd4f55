using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FunctionalDL;

/// <summary>
/// A graph inside of an op, such as one step of a loop: outputs as expressions of variables of its own. Its variables are not those of the
/// graph around it, even where names are the same.
/// </summary>
public sealed record GraphAttribute : OpAttribute
{
    /// <summary>A graph of outputs over variables.</summary>
    /// <param name="inputs">The variables that stand for what the op gives to the graph.</param>
    /// <param name="outputs">What the graph makes of them.</param>
    public GraphAttribute(IEnumerable<Expr> inputs, IEnumerable<Expr> outputs) => (Inputs, Outputs) = ([.. inputs], [.. outputs]);

    /// <summary>The variables that stand for what the op gives to the graph.</summary>
    public ImmutableArray<Expr> Inputs { get; }

    /// <summary>What the graph makes of them.</summary>
    public ImmutableArray<Expr> Outputs { get; }

    internal override string Kind => "a graph";

    /// <summary>The graph with nodes replaced.</summary>
    /// <inheritdoc cref="Graph.Rebuild(IReadOnlyCollection{Expr}, Func{Expr, Expr[], Expr?})"/>
    public GraphAttribute Rebuild(Func<Expr, Expr[], Expr?> replace)
    {
        var all = Graph.Rebuild([.. Inputs, .. Outputs], replace);
        return new(all[..Inputs.Length], all[Inputs.Length..]);
    }

    /// <summary>The graph with each op replaced.</summary>
    internal GraphAttribute Map(Func<Op, Op> map)
    {
        var ops = new OpMap();
        return Rebuild((node, x) => ops.Of(node.Op, map) is var op && op == node.Op ? null : new(op, x));
    }

    /// <summary>The error, where the outputs are not a function of the inputs alone.</summary>
    internal void Check(string op)
    {
        if (Inputs.FirstOrDefault(x => x.VariableName is null) is { } node)
            throw new FunctionalException($"{op}: {node.Op} is an input of a graph inside, and no variable. Give one for each input.");
        if (Inputs.GroupBy(x => x.VariableName).FirstOrDefault(g => g.Count() > 1) is { Key: var twice })
            throw new FunctionalException($"{op}: two inputs of a graph inside have the name \"{twice}\". Rename one.");
        var known = Inputs.ToDictionary(x => x.VariableName!);
        foreach (var variable in Graph.Variables([.. Outputs]))
            if (!known.TryGetValue(variable.VariableName!, out var input) || input.Type != variable.Type)
                throw new FunctionalException(
                    $"{op}: a graph inside uses {variable.Type} \"{variable.VariableName}\", which is none of its inputs. Make it one.");
    }

    /// <summary>Whether both are of the same nodes: comparing graphs would take as many steps as they have nodes.</summary>
    public bool Equals(GraphAttribute? other) =>
        other is not null && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan()) && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() =>
        Outputs.Aggregate(Inputs.Length, (hash, e) => HashCode.Combine(hash, RuntimeHelpers.GetHashCode(e)));

    /// <summary>The variables and the beginning of what is made of them, on one line.</summary>
    public override string ToString()
    {
        const int longest = 100;
        var outputs = string.Join(", ", Outputs.Select(e => Printer.Print(e, 4).ReplaceLineEndings("; ")));
        var text = $"({string.Join(", ", Inputs.Select(x => x.VariableName))}) → {outputs}";
        return text.Length <= longest ? text : text[..longest] + "…";
    }
}
