using System.Collections.Immutable;

namespace FunctionalDL.Onnx;

/// <summary>
/// What a name of an ONNX graph stands for while it is read: an expression; the tensor of an initializer; whole numbers made of sizes,
/// as shapes are computed; or a list of values.
/// </summary>
sealed class OnnxValue
{
    readonly Func<Expr>? make;
    Expr? expression;

    OnnxValue(Func<Expr>? make, Expr? expression = null) => (this.make, this.expression) = (make, expression);

    /// <summary>An expression; of an integer constant with few elements, its numbers too.</summary>
    public static OnnxValue Of(Expr expression) => new(null, expression);

    /// <summary>An initializer, which becomes a parameter where it is used as one.</summary>
    public static OnnxValue Initializer(string name, Tensor value, Func<Expr> parameter) =>
        new(parameter) { Name = name, Tensor = value };

    /// <summary>Numbers made of sizes: a scalar, or a vector.</summary>
    public static OnnxValue Of(ImmutableArray<Dim> dims, bool isScalar, DType dtype = DType.Int64) =>
        new(() => ToExpression(dims, isScalar, dtype)) { dims = dims, IsScalar = isScalar, DType = dtype };

    /// <summary>A list of values, whose length is known.</summary>
    public static OnnxValue Of(IEnumerable<OnnxValue> list, DType dtype) => new(null) { List = [.. list], DType = dtype };

    /// <summary>The name of the initializer, where it is one.</summary>
    public string? Name { get; private init; }

    /// <summary>The value, where it is known: that of an initializer, or of a constant.</summary>
    public Tensor? Tensor
    {
        get => field ?? expression?.ConstantValue ?? (dims is { } known && known.All(d => d.IsKnown) ? Expression.ConstantValue : null);
        private init;
    }

    /// <summary>The values of a list; null where it is none.</summary>
    public ImmutableArray<OnnxValue>? List { get; private init; }

    DType DType { get; init; }

    /// <summary>Whether the numbers are one, without an axis.</summary>
    public bool IsScalar { get; private init; }

    /// <summary>Whether this is a constant of the graph and no parameter.</summary>
    public bool IsConstant => Name is null && Tensor is not null;

    public Expr Expression => expression ??= make?.Invoke()
        ?? throw new OnnxNodeException("a list of tensors stands where one tensor has to. Take one with SequenceAt.");

    /// <summary>The type, for which no parameter is made of an initializer.</summary>
    public TensorType Type
    {
        get
        {
            if (expression is not null) return expression.Type;
            return Name is not null && Tensor is { } value ? new(value.DType, value.Shape) : Expression.Type;
        }
    }

    /// <summary>The elements as numbers made of sizes, where they are known to be.</summary>
    public ImmutableArray<Dim>? Dims => dims ??= FromTensor();

    ImmutableArray<Dim>? dims;

    /// <summary>Whether its numbers are made of sizes that are not known yet.</summary>
    public bool IsSymbolic => dims is { } known && known.Any(d => !d.IsKnown);

    ImmutableArray<Dim>? FromTensor()
    {
        const int most = 4096;
        if (Tensor is not { Shape.Rank: <= 1, Count: <= most } value || value.DType == DType.Bool) return null;
        if (value.DType.IsFloat() && !Enumerable.Range(0, value.Count).All(i => IsWhole(value.GetDouble(i)))) return null;
        return [.. value.Cast(DType.Int64).ToArray<long>().Select(Dim.Of)];
    }

    static bool IsWhole(double x) => Math.Abs(x) < 1L << 53 && Math.Truncate(x) == x;

    static Expr ToExpression(ImmutableArray<Dim> dims, bool isScalar, DType dtype)
    {
        if (dims.All(d => d.IsKnown))
        {
            var numbers = Tensor.Vector([.. dims.Select(d => d.Polynomial().Sum(term => term.Coefficient))]).Cast(dtype);
            return Expr.Constant(isScalar ? numbers.Reshape(Shape.Scalar) : numbers);
        }
        Expr[] sizes = [.. dims.Select(d => Number(d, dtype))];
        return isScalar ? sizes[0] : Functions.Stack(0, sizes);
    }

    // A polynomial may have a value below 0, which is no size: each of its symbols is one.
    static Expr Number(Dim dim, DType dtype) =>
        dim.Polynomial().Select(term => term.Symbols.Aggregate(Expr.Constant(term.Coefficient, dtype), (product, symbol) =>
            product * Functions.SizeOf(symbol, dtype))).Aggregate((sum, term) => sum + term);
}
