using System.Collections.ObjectModel;

namespace FunctionalDL;

/// <summary>
/// A primitive: one of the closed set of operations every expression is made of. One file in <c>Expressions/Ops</c> says everything
/// about it: shape rule, value, chain rule, how it prints and how it maps to ONNX.
/// </summary>
/// <remarks>
/// Attributes such as axes are the record's members, so that two ops are equal when they compute the same.
/// Inside rules x are the inputs, y is the node, g the incoming gradient ∂L/∂y, and t the tangents of the inputs.
/// </remarks>
public abstract record Op
{
    private protected Op() { }

    /// <summary>The operation's name, such as <c>MatMul</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The attributes by name, in the order in which they are declared: with the name and the inputs, all that the op is. <see
    /// cref="Create"/> makes an equal op of them.
    /// </summary>
    public IReadOnlyDictionary<string, OpAttribute> Attributes
    {
        get
        {
            var attributes = new OrderedDictionary<string, OpAttribute>();
            Map((name, value) =>
            {
                attributes.Add(name, value);
                return value;
            });
            return new ReadOnlyDictionary<string, OpAttribute>(attributes);
        }
    }

    /// <summary>The names of all primitives.</summary>
    public static IReadOnlyCollection<string> Names => Ops.Catalog.Names;

    /// <summary>The op of a name with the given attributes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="attributes">A value for each attribute of the op, as <see cref="Attributes"/> shows them.</param>
    /// <exception cref="FunctionalException">No such op, or an attribute is missing or unknown, or a value is of another kind.</exception>
    public static Op Create(string name, IReadOnlyDictionary<string, OpAttribute> attributes)
    {
        var op = Ops.Catalog.Find(name)
            ?? throw new FunctionalException($"Op: there is no \"{name}\". Use one of {string.Join(", ", Names)}.");
        var declared = op.Attributes.Keys.ToArray();
        return declared.Except(attributes.Keys).FirstOrDefault() is { } missing
            ? throw new FunctionalException($"{name}: attribute {missing} is missing. Give each of {string.Join(", ", declared)}.")
            : op.With(attributes);
    }

    /// <summary>
    /// The op with another value of one attribute. Whether it fits is checked where a node is made of it (<see cref="Expr.Apply"/>).
    /// </summary>
    /// <exception cref="FunctionalException">The op has no such attribute, or the value is of another kind.</exception>
    public Op With(string name, OpAttribute value) => With(new Dictionary<string, OpAttribute> { [name] = value });

    /// <summary>The op with other values of some attributes.</summary>
    /// <inheritdoc cref="With(string, OpAttribute)"/>
    public Op With(IReadOnlyDictionary<string, OpAttribute> values)
    {
        var declared = Attributes.Keys.ToArray();
        return values.Keys.Except(declared).FirstOrDefault() is { } unknown
            ? throw new FunctionalException(
                $"{Name}: there is no attribute {unknown}. It has {(declared.Length == 0 ? "none" : string.Join(", ", declared))}.")
            : Map((name, value) => values.GetValueOrDefault(name, value));
    }

    /// <summary>The name and the attributes, such as <c>Slice(axis: 1, start: 0, size: 3, step: 1)</c>.</summary>
    public sealed override string ToString() =>
        Attributes is { Count: > 0 } attributes ? $"{Name}({string.Join(", ", attributes.Select(a => $"{a.Key}: {a.Value}"))})" : Name;

    /// <summary>The number of inputs; null for any, which the shape rule then checks.</summary>
    internal virtual int? Arity => 1;

    /// <summary>The op made again of its attributes: what declares them. An op that has none is itself.</summary>
    private protected virtual Op Remake(AttributeMap a) => this;

    /// <summary>The op with each attribute replaced; itself where none changes.</summary>
    internal Op Map(Func<string, OpAttribute, OpAttribute> map)
    {
        var attributes = new AttributeMap(Name, map);
        var made = Remake(attributes);
        return attributes.HasChanged ? made : this;
    }

    /// <summary>The shape rule: the type of the value from those of the inputs.</summary>
    internal abstract TensorType Infer(ReadOnlySpan<TensorType> x);

    /// <summary>
    /// The value: the meaning of the operation, plainly computed. <paramref name="type"/> and <paramref name="sizes"/> are resolved.
    /// </summary>
    internal abstract Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes);

    /// <summary>
    /// The chain rule backwards: input i's share ∂y/∂xᵢᵀ · g of the gradient, or null where it is zero everywhere.
    /// </summary>
    internal abstract Expr? Vjp(int i, Expr y, Expr g);

    /// <summary>
    /// The chain rule backwards for all inputs: their shares by number. For an op whose shares have work in common, which is then done
    /// once.
    /// </summary>
    internal virtual Func<int, Expr?> Pullback(Expr y, Expr g) => i => Vjp(i, y, g);

    /// <summary>The chain rule backwards for a gradient that is masked.</summary>
    internal virtual Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g)
    {
        var (pullback, through) = (Pullback(y, g.Clean), g.Mask is null ? null : Through(y, g.Mask));
        return i => pullback(i) is { } share ? new Cotangent(share, through?.Invoke(i), g.Flag).Within(Used(i, y)) : null;
    }

    /// <summary>Which elements of input i a gradient can reach that is 0 where the mask is false; null where it may reach all.</summary>
    private protected virtual Func<int, Expr?> Through(Expr y, Expr mask) => _ => null;

    /// <summary>
    /// Which elements of input i have a part in the value, for an op that leaves some out, where their slopes may be infinite; null for
    /// all.
    /// </summary>
    private protected virtual Expr? Used(int i, Expr y) => null;

    /// <summary>The mask of input i for an op that moves or adds up elements: where the gradient of the mask itself is not 0.</summary>
    private protected Func<int, Expr?> Moved(Expr y, Expr mask)
    {
        var moved = Pullback(y, mask.Cast(y.DType));
        return i => moved(i)?.Cast(DType.Bool);
    }

    /// <summary>The elements that such an op moves, where the slopes of what leads to them may be infinite.</summary>
    private protected Expr? MovedIfSteep(int i, Expr y) =>
        Ops.ElementwiseOp.IsSteep(y.Inputs[i]) ? Vjp(i, y, Functions.Full(y, 1))?.Cast(DType.Bool) : null;

    /// <summary>
    /// The chain rule forwards: Σ ∂y/∂xᵢ · tᵢ over the inputs that have a tangent, or null where it is zero everywhere.
    /// </summary>
    internal abstract Expr? Jvp(Expr y, Expr?[] t);

    /// <summary>
    /// The op on every slice: x are the inputs, those marked batched with a new first axis of size n, which the result has too. Null
    /// where there is no way to do all slices at once; they are then taken in turn, and the value must be a float.
    /// </summary>
    internal virtual Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => null;

    /// <summary>
    /// The op on slices that become more examples, where its first axis is that of the examples: <c>[n, batch, …] → [n·batch,
    /// …]</c>.
    /// </summary>
    private protected Expr AsExamples(Expr y, Expr[] x, Dim n)
    {
        Expr Merged(Expr e) => Functions.Reshape(e, e.Shape.Slice(2, e.Rank).Insert(0, n * e.Shape[1]));
        return Functions.Reshape(new(this, [.. x.Select((e, i) => e.Rank > y.Inputs[i].Rank ? Merged(e) : e)]), y.Shape.Insert(0, n));
    }

    /// <summary>The inputs, each with the batch axis.</summary>
    private protected static Expr[] AllBatched(Expr[] x, bool[] batched, Dim n) =>
        [.. x.Select((e, i) => batched[i] ? e : Functions.Broadcast(e, e.Shape.Insert(0, n)))];

    /// <summary>
    /// The elements of the value y at which the op is not differentiable, or is so no further than <paramref name="within"/> from its
    /// inputs x.
    /// </summary>
    internal virtual IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within) => [];

    /// <summary>How an application of the op is written.</summary>
    internal abstract Printed Print(Notation notation, Printed[] x, Expr y);

    /// <summary>Writes the op as ONNX nodes and returns the name of the result.</summary>
    internal abstract string ToOnnx(IOnnxGraph graph, Expr y, string[] x);

    /// <summary>The op with every dtype it names replaced, to rebuild a graph in another precision.</summary>
    internal Op Retype(Func<DType, DType> map) => Map((_, attribute) => attribute switch
    {
        DTypeAttribute { Value: var dtype } => map(dtype),
        TensorAttribute { Value: var value } => value.Cast(map(value.DType)),
        GraphAttribute graph => graph.Map(op => op.Retype(map)),
        _ => attribute,
    });

    /// <summary>The op with every dimension it names replaced, to rebuild a graph for other sizes.</summary>
    internal Op Reshape(Func<Dim, Dim> map) => Map((_, attribute) => attribute switch
    {
        DimAttribute { Value: var dim } => map(dim),
        ShapeAttribute { Value: var shape } => new ShapeAttribute([.. shape.Select(map)]),
        GraphAttribute graph => graph.Map(op => op.Reshape(map)),
        _ => attribute,
    });

    /// <summary>The error, where an axis is none of a shape's.</summary>
    private protected void CheckAxis(int axis, Shape shape)
    {
        if (axis < 0 || axis >= shape.Rank)
            throw new ShapeException($"{Name}: axis {axis} is not an axis of {shape}. Use 0 to {shape.Rank - 1}.");
    }

    /// <summary>The error, where two inputs are not numbers of one dtype.</summary>
    private protected void CheckNumbers(ReadOnlySpan<TensorType> x)
    {
        if (!x[0].DType.IsNumeric() || !x[1].DType.IsNumeric())
            throw WrongDType(x, "numbers of one dtype", "Cast truth values to a number, such as x.Cast(DType.Float32).");
        if (x[0].DType != x[1].DType)
            throw WrongDType(x, "numbers of one dtype", $"Cast one side, such as x.Cast(DType.{x[0].DType}).");
    }

    /// <summary>The error for inputs that are not of the dtypes the op takes.</summary>
    private protected DTypeException WrongDType(ReadOnlySpan<TensorType> x, string takes, string repair) =>
        new($"{Name}: takes {takes}, given {string.Join(" and ", x.ToArray())}. {repair}");
}
