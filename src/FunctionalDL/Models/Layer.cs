using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// A function from expression to expression with named parameters: the f of f1∘…∘fn. A layer is a value and composes with others;
/// it has no gradient and no export of its own.
/// </summary>
/// <remarks>
/// A layer makes its parameters where a model first applies it. The same layer applied again in that model shares them: their gradient is
/// the sum over the uses, an exported model holds them once, and <see cref="Model.Summary()"/> says with what they are shared. Running
/// statistics go on from one use to the next within a step, in the order of the uses; dropout is drawn anew for each use. Parameters of
/// their own have layers made anew (<c>Layer.Dense(4)</c> twice),
/// <see cref="Copy"/>, and a layer under another name (<see cref="Named"/>).
/// </remarks>
/// <example><code>
/// var tower = Layer.Dense(4) >> Layer.Relu;
/// Layer.Parallel("twins", x => Abs(x[0] - x[1]), tower, tower)             // one weight
/// Layer.Parallel("pair", x => Abs(x[0] - x[1]), tower, tower.Copy())       // two
/// </code></example>
public sealed partial class Layer
{
    readonly Func<LayerScope, Expr, Expr> forward;
    readonly ImmutableList<Layer> parts;

    Layer(string name, Func<LayerScope, Expr, Expr> forward, ImmutableList<Layer>? parts = null, LayerIdentity? identity = null)
    {
        (Name, this.forward, this.parts) = (name, forward, parts ?? [this]);
        Identity = identity ?? new(this, []);
    }

    /// <summary>The layer's name, the first part of its parameters' names, such as <c>dense</c>.</summary>
    public string Name { get; }

    /// <summary>A layer of your own: an expression of its input and of the parameters it asks the scope for.</summary>
    /// <example><code>
    /// Layer.Of("swish", (scope, x) => x * Sigmoid(scope.Parameter("beta", Shape.Scalar, Initializer.Ones) * x))
    /// </code></example>
    public static Layer Of(string name, Func<LayerScope, Expr, Expr> forward) => name.Length > 0
        ? new(name, forward)
        : throw NoName();

    static FunctionalException NoName() => new("Layer: the name is empty. Name it; the names of its parameters begin with it.");

    /// <summary>A layer without parameters: a function of its input.</summary>
    public static Layer Of(string name, Func<Expr, Expr> forward) => Of(name, (_, x) => forward(x));

    /// <summary>The layers this one is a sequence of; itself where it is not one.</summary>
    public IReadOnlyList<Layer> Parts => parts;

    /// <summary>What makes two uses those of one layer.</summary>
    internal LayerIdentity Identity { get; }

    bool IsSequence => parts is not [var single] || !ReferenceEquals(single, this);

    /// <summary>
    /// The layer's value at x, for a layer of your own that has others inside. Their parameters' names begin with the scope's.
    /// </summary>
    public Expr Apply(LayerScope scope, Expr x)
    {
        if (IsSequence) return parts.Aggregate(x, (value, part) => part.Apply(scope, value));
        try
        {
            return scope.Use(this, x, forward);
        }
        catch (ShapeException e)
        {
            throw new ShapeException($"Layer \"{Name}\" on {x.Type}: {e.Message}");
        }
    }

    /// <summary>A copy of this layer under another name, with which its parameters' names begin.</summary>
    /// <exception cref="FunctionalException">The name is empty.</exception>
    public Layer Named(string name)
    {
        if (name.Length == 0) throw NoName();
        return IsSequence ? Of(name, Copy().Apply) : new(name, forward, null, Identity.Copied(new()));
    }

    /// <summary>
    /// This layer with parameters of its own. What is shared inside it is shared inside the copy, and with nothing outside.
    /// </summary>
    public Layer Copy()
    {
        var copy = new object();
        Layer Copied(Layer part) => new(part.Name, part.forward, null, part.Identity.Copied(copy));
        return IsSequence ? new(Name, forward, [.. parts.Select(Copied)]) : Copied(this);
    }

    /// <summary>next ∘ this: first this layer, then the next.</summary>
    public Layer Then(Layer next) => Sequence(this, next);

    /// <summary>this ∘ previous: first the previous layer, then this.</summary>
    public Layer After(Layer previous) => Sequence(previous, this);

    /// <summary>First the left layer, then the right.</summary>
    public static Layer operator >>(Layer first, Layer second) => first.Then(second);

    /// <summary>Layers one after another, as one layer.</summary>
    public static Layer Sequence(params Layer[] layers) =>
        new("sequence", (_, x) => x, layers.Aggregate(ImmutableList<Layer>.Empty, (all, layer) => all.AddRange(layer.parts)));

    /// <summary>The names of the layer's parts in order.</summary>
    public override string ToString() => string.Join(" >> ", parts.Select(part => part.Name));
}
