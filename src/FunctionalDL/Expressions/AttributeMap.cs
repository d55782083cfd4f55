using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// One pass over the attributes of an op, which makes it again: each attribute is shown by its name and becomes what the map says. So
/// what an op declares once serves to read its attributes, to change them, and to rebuild graphs in another precision or for other sizes.
/// </summary>
sealed class AttributeMap(string op, Func<string, OpAttribute, OpAttribute> map)
{
    /// <summary>Whether an attribute became another.</summary>
    public bool HasChanged { get; private set; }

    public int Of(string name, int value)
    {
        var number = Of(name, (long)value);
        return number is >= int.MinValue and <= int.MaxValue ? (int)number
            : throw new FunctionalException($"{op}: attribute {name} is {number}, beyond {int.MaxValue}. Give a smaller one.");
    }

    public long Of(string name, long value) => Mapped(name, new IntegerAttribute(value)).Value;

    public Axes Of(string name, Axes value) => (Axes)Mapped(name, new IntegersAttribute(value)).Values;

    public double Of(string name, double value) => Mapped(name, new NumberAttribute(value)).Value;

    public bool Of(string name, bool value) => Mapped(name, new TruthAttribute(value)).Value;

    public string Of(string name, string value) => Mapped(name, new TextAttribute(value)).Value;

    public DType Of(string name, DType value) => Mapped(name, new DTypeAttribute(value)).Value;

    public Dim Of(string name, Dim value) => Mapped(name, new DimAttribute(value)).Value;

    public Shape Of(string name, Shape value) => Mapped(name, new ShapeAttribute(value)).Value;

    public Tensor Of(string name, Tensor value) => Mapped(name, new TensorAttribute(value)).Value;

    public TensorType Of(TensorType value) => new(Of("dtype", value.DType), Of("shape", value.Shape));

    public Func<Expr[], Expr, Expr, Expr[]> Of(string name, Func<Expr[], Expr, Expr, Expr[]> value) =>
        Mapped(name, new RuleAttribute(value)).Value;

    public GraphAttribute Of(string name, GraphAttribute value)
    {
        var graph = Mapped(name, value);
        if (!ReferenceEquals(graph, value)) graph.Check(op);
        return graph;
    }

    T Mapped<T>(string name, T value) where T : OpAttribute
    {
        var mapped = map(name, value);
        if (mapped.Equals(value)) return value;
        HasChanged = true;
        return mapped as T ?? Widened<T>(mapped)
            ?? throw new FunctionalException(
                $"{op}: attribute {name} is {value.Kind}, such as {value}; given {mapped.Kind}, {mapped}. Give {value.Kind}.");
    }

    /// <summary>An integer where a number or a dimension is asked for, and integers where it is a shape.</summary>
    static T? Widened<T>(OpAttribute value) where T : OpAttribute => (value, typeof(T)) switch
    {
        (IntegerAttribute n, var kind) when kind == typeof(NumberAttribute) => new NumberAttribute(n.Value) as T,
        (IntegerAttribute n, var kind) when kind == typeof(DimAttribute) => new DimAttribute(Dim.Of(n.Value)) as T,
        (IntegersAttribute n, var kind) when kind == typeof(ShapeAttribute) => new ShapeAttribute([.. n.Values.Select(d => (Dim)d)]) as T,
        _ => null,
    };
}
