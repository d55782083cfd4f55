using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// Reads the tree the C# compiler makes of a lambda. Calls to <see cref="Math"/> become the functions of the same meaning.
/// </summary>
sealed class LambdaReader
{
    static readonly Dictionary<string, string> Names = new()
    {
        [nameof(Math.Log)] = "ln",
        [nameof(Math.Max)] = "max",
        [nameof(Math.Min)] = "min",
        [nameof(Math.Pow)] = "pow",
    };

    readonly Dictionary<ParameterExpression, Expr> parameters = [];

    public static Expr Read(LambdaExpression lambda)
    {
        var reader = new LambdaReader();
        foreach (var parameter in lambda.Parameters)
            reader.parameters[parameter] =
                parameter.Type == typeof(double)
                    ? Expr.Variable(parameter.Name ?? $"x{reader.parameters.Count + 1}")
                    : throw new FunctionalException($"Expr.Of: parameter {parameter.Name} is of type {parameter.Type.Name}. Use double.");
        try
        {
            return reader.Read(lambda.Body);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new FunctionalException(
                "Expr.Of: the lambda is nested too deeply to be read. Build the expression with Functions instead.",
                e);
        }
    }

    Expr Read(Expression e)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return e switch
        {
            ParameterExpression p when parameters.TryGetValue(p, out var variable) => variable,
            ConstantExpression or MemberExpression => Number(Value(e)),
            UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.UnaryPlus } u => Read(u.Operand),
            UnaryExpression { NodeType: ExpressionType.Negate } u => -Read(u.Operand),
            UnaryExpression { NodeType: ExpressionType.Not } u => !Read(u.Operand),
            BinaryExpression b => Binary(b.NodeType, Read(b.Left), Read(b.Right)),
            ConditionalExpression c => Select(Read(c.Test), Read(c.IfTrue), Read(c.IfFalse)),
            MethodCallExpression { Object: null } call when call.Method.DeclaringType == typeof(Math) => Call(call),
            _ => throw Unknown(e.ToString()),
        };
    }

    static Expr Binary(ExpressionType type, Expr a, Expr b) => type switch
    {
        ExpressionType.Add => a + b,
        ExpressionType.Subtract => a - b,
        ExpressionType.Multiply => a * b,
        ExpressionType.Divide => a / b,
        ExpressionType.LessThan => a < b,
        ExpressionType.LessThanOrEqual => a <= b,
        ExpressionType.GreaterThan => a > b,
        ExpressionType.GreaterThanOrEqual => a >= b,
        ExpressionType.Equal => Equal(a, b),
        ExpressionType.NotEqual => !Equal(a, b),
        ExpressionType.AndAlso => a & b,
        ExpressionType.OrElse => a | b,
        _ => throw Unknown(type.ToString()),
    };

    Expr Call(MethodCallExpression call)
    {
        Expr[] x = [.. call.Arguments.Select(Read)];
        var name = Names.GetValueOrDefault(call.Method.Name, call.Method.Name.ToLowerInvariant());
        return NamedFunctions.TryGet(name, out var function) && function.Arity == x.Length
            ? function.Apply(x)
            : throw Unknown($"Math.{call.Method.Name}");
    }

    static Expr Number(object? value) => value switch
    {
        double or int or long or float => Expr.Constant(Convert.ToDouble(value), DType.Float64),
        bool truth => Expr.Constant(Tensor.Scalar(truth)),
        _ => throw Unknown(value?.ToString() ?? "null"),
    };

    /// <summary>The value of a constant, or of a variable the lambda has captured.</summary>
    static object? Value(Expression? e) => e switch
    {
        null => null,
        ConstantExpression c => c.Value,
        MemberExpression { Member: FieldInfo field } m => field.GetValue(Value(m.Expression)),
        MemberExpression { Member: PropertyInfo property } m => property.GetValue(Value(m.Expression)),
        _ => throw Unknown(e.ToString()),
    };

    static FunctionalException Unknown(string what) =>
        new(
            $"Expr.Of: {what} has no counterpart among the library's functions. Use arithmetic, comparisons, ?: and Math's functions of "
                + "that name."
        );
}
