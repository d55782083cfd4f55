using System.Collections.Immutable;
using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// A node of an immutable expression graph: an operation, the expressions it is applied to, and the dtype and shape of its
/// value, inferred and checked where the node is built.
/// </summary>
/// <remarks>
/// Nodes are shared by reference: an expression used twice is evaluated, differentiated, printed and exported once.
/// Nodes compare by identity, and everything that walks a graph does so without recursion.
/// </remarks>
public sealed partial class Expr
{
    internal Expr(Op op, params ReadOnlySpan<Expr> inputs)
    {
        if (op.Arity is { } arity && inputs.Length != arity)
            throw new FunctionalException($"{op.Name}: takes {arity} inputs, given {inputs.Length}. Give one expression for each.");
        var types = new TensorType[inputs.Length];
        for (var i = 0; i < types.Length; i++) types[i] = inputs[i].Type;
        (Op, Inputs, Type) = (op, [.. inputs], op.Infer(types));
    }

    /// <summary>What the node computes.</summary>
    public Op Op { get; }

    /// <summary>What it computes it from.</summary>
    public ImmutableArray<Expr> Inputs { get; }

    /// <summary>The dtype and shape of the value.</summary>
    public TensorType Type { get; }

    /// <summary>The dtype of the value.</summary>
    public DType DType => Type.DType;

    /// <summary>The shape of the value.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>The number of dimensions of the value.</summary>
    public int Rank => Type.Shape.Rank;

    /// <summary>The name, where this node is a variable; otherwise null.</summary>
    public string? VariableName => (Op as VariableOp)?.Symbol;

    /// <summary>The value, where this node is a constant; otherwise null.</summary>
    public Tensor? ConstantValue => (Op as ConstantOp)?.Value;

    /// <summary>The number that every element is, where this is one constant repeated.</summary>
    internal double? RepeatedNumber
    {
        get
        {
            var x = this;
            while (x.Op is BroadcastOp or ReshapeOp) x = x.Inputs[0];
            return x.ConstantValue is { Count: 1 } value ? value.GetDouble(0) : null;
        }
    }

    /// <summary>
    /// A variable: a value given when the expression is evaluated. Variables of one name and type are the same variable.
    /// </summary>
    /// <exception cref="FunctionalException">The name is empty.</exception>
    public static Expr Variable(string name, Shape shape, DType dtype = DType.Float32) => new(new VariableOp(name, new(dtype, shape)));

    /// <summary>A float64 scalar variable, as in calculus on paper.</summary>
    public static Expr Variable(string name) => Variable(name, Shape.Scalar, DType.Float64);

    /// <summary>A constant.</summary>
    public static Expr Constant(Tensor value) => new(new ConstantOp(value));

    /// <summary>A scalar constant of the given dtype.</summary>
    /// <exception cref="DTypeException">The value is not a number of that dtype.</exception>
    public static Expr Constant(double value, DType dtype) =>
        dtype.IsFloat() || Math.Truncate(value) == value
            ? Constant(Tensor.Full(dtype, Shape.Scalar, value))
            : throw new DTypeException(
                FormattableString.Invariant($"Constant: {value} is not an {dtype.Name()}. Cast the other side to a float first."));

    /// <summary>An op applied to inputs: a new node, whose dtype and shape are inferred and checked.</summary>
    /// <exception cref="FunctionalException">The op does not take inputs of these types, or not as many.</exception>
    public static Expr Apply(Op op, params Expr[] inputs) => new(op, inputs);

    /// <summary>The same op on other inputs; the node itself where these are its own.</summary>
    /// <exception cref="FunctionalException">The op does not take inputs of these types, or not as many.</exception>
    public Expr WithInputs(params Expr[] inputs) => Inputs.AsSpan().SequenceEqual(inputs) ? this : new(Op, inputs);

    /// <summary>This expression in another dtype. Gradients pass between floats and stop at integers and truth values.</summary>
    public Expr Cast(DType dtype) => DType == dtype ? this : new(new CastOp(dtype), this);

    /// <summary>
    /// The expression as text, with shared parts named once; long ones are cut (<see cref="Printer"/> prints them whole).
    /// </summary>
    public override string ToString() => Printer.Print(this, Printer.ShownLines);
}
