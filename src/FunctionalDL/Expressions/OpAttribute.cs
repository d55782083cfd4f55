using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// The value of an attribute of an op, such as the axis of a slice: what an op is apart from its name and its inputs. It is of one of a
/// closed set of kinds, which are the records derived from this one, and compares by value.
/// </summary>
public abstract record OpAttribute
{
    private protected OpAttribute() { }

    /// <summary>The kind in words, such as <c>an integer</c>.</summary>
    internal abstract string Kind { get; }

    /// <summary>An integer.</summary>
    public static implicit operator OpAttribute(int value) => new IntegerAttribute(value);

    /// <summary>An integer.</summary>
    public static implicit operator OpAttribute(long value) => new IntegerAttribute(value);

    /// <summary>A list of integers.</summary>
    public static implicit operator OpAttribute(int[] values) => new IntegersAttribute(values);

    /// <summary>A real number.</summary>
    public static implicit operator OpAttribute(double value) => new NumberAttribute(value);

    /// <summary>A truth value.</summary>
    public static implicit operator OpAttribute(bool value) => new TruthAttribute(value);

    /// <summary>A text.</summary>
    public static implicit operator OpAttribute(string value) => new TextAttribute(value);

    /// <summary>A dtype.</summary>
    public static implicit operator OpAttribute(DType value) => new DTypeAttribute(value);

    /// <summary>A dimension.</summary>
    public static implicit operator OpAttribute(Dim value) => new DimAttribute(value);

    /// <summary>A shape.</summary>
    public static implicit operator OpAttribute(Shape value) => new ShapeAttribute(value);

    /// <summary>A tensor.</summary>
    public static implicit operator OpAttribute(Tensor value) => new TensorAttribute(value);
}

/// <summary>An integer, such as an axis or a step.</summary>
public sealed record IntegerAttribute(long Value) : OpAttribute
{
    internal override string Kind => "an integer";

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A list of integers, such as the axes of a sum or the sizes of a window.</summary>
public sealed record IntegersAttribute : OpAttribute
{
    /// <summary>A list of integers.</summary>
    public IntegersAttribute(params IReadOnlyList<int> values) => Values = values is Ops.Axes axes ? axes : Ops.Axes.Create([.. values]);

    /// <summary>The integers.</summary>
    public IReadOnlyList<int> Values { get; }

    internal override string Kind => "a list of integers";

    /// <inheritdoc/>
    public override string ToString() => Values.ToString()!;
}

/// <summary>A real number, such as what a pad fills with.</summary>
public sealed record NumberAttribute(double Value) : OpAttribute
{
    internal override string Kind => "a number";

    /// <summary>Whether both are the same number, −0 and 0 being two and NaN one.</summary>
    public bool Equals(NumberAttribute? other) =>
        other is not null && BitConverter.DoubleToInt64Bits(Value) == BitConverter.DoubleToInt64Bits(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.DoubleToInt64Bits(Value).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A truth value, such as whether a loop is reversed.</summary>
public sealed record TruthAttribute(bool Value) : OpAttribute
{
    internal override string Kind => "a truth value";

    /// <inheritdoc/>
    public override string ToString() => Value ? "true" : "false";
}

/// <summary>A text, such as the name of a variable.</summary>
public sealed record TextAttribute(string Value) : OpAttribute
{
    internal override string Kind => "a text";

    /// <inheritdoc/>
    public override string ToString() => $"\"{Value}\"";
}

/// <summary>A dtype, such as what a cast converts to.</summary>
public sealed record DTypeAttribute(DType Value) : OpAttribute
{
    internal override string Kind => "a dtype";

    /// <inheritdoc/>
    public override string ToString() => Value.Name();
}

/// <summary>A dimension, a number or made of symbols, such as the size of a slice.</summary>
public sealed record DimAttribute(Dim Value) : OpAttribute
{
    internal override string Kind => "a dimension";

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>A shape, such as what is broadcast to.</summary>
public sealed record ShapeAttribute(Shape Value) : OpAttribute
{
    internal override string Kind => "a shape";

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>A tensor: the value of a constant. Two are equal where they are one object, as comparing elements would take long.</summary>
public sealed record TensorAttribute(Tensor Value) : OpAttribute
{
    internal override string Kind => "a tensor";

    /// <inheritdoc/>
    public override string ToString() => Value is { Count: 1, Shape.Rank: 0 } ? Value.ToString() : Value.Describe();
}

/// <summary>The rule of a custom gradient: from the inputs, the value and the incoming gradient to the gradient of each input.</summary>
public sealed record RuleAttribute(Func<Expr[], Expr, Expr, Expr[]> Value) : OpAttribute
{
    internal override string Kind => "a gradient rule";

    /// <inheritdoc/>
    public override string ToString() => "rule";
}
