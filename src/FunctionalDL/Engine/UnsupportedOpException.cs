namespace FunctionalDL;

/// <summary>An engine has no kernel for an op: told when it compiles, before anything runs.</summary>
public class UnsupportedOpException : FunctionalException
{
    readonly string repair;

    /// <summary>The refusal of an op by an engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="node">The op, applied.</param>
    /// <param name="repair">What to do, in a sentence.</param>
    public UnsupportedOpException(ComputeEngine engine, Expr node, string repair) : this(engine, node, repair, null) { }

    UnsupportedOpException(ComputeEngine engine, Expr node, string repair, string? layer)
        : base($"{engine} has no kernel for {node.Op.Name} ({string.Join(", ", node.Inputs.Select(x => x.Type))} → {node.Type})"
            + $"{(layer is null ? "" : $" in layer \"{layer}\"")}. {repair}") =>
        (Engine, Node, this.repair, Layer) = (engine, node, repair, layer);

    /// <summary>The engine.</summary>
    public ComputeEngine Engine { get; }

    /// <summary>The op, applied.</summary>
    public Expr Node { get; }

    /// <summary>The layer it is in, where that is known.</summary>
    public string? Layer { get; }

    /// <summary>The same, with the layer.</summary>
    internal UnsupportedOpException In(string layer) => new(Engine, Node, repair, layer);
}
