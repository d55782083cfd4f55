using System.Linq.Expressions;

namespace FunctionalDL;

public sealed partial class Expr
{
    /// <summary>
    /// The expression a C# lambda writes down, over a float64 scalar variable of the parameter's name: <c>x => Math.Sin(x * x)</c>.
    /// </summary>
    /// <exception cref="FunctionalException">The lambda uses something that is not a function of the library.</exception>
    public static Expr Of(Expression<Func<double, double>> function) => LambdaReader.Read(function);

    /// <summary>The expression a C# lambda of several parameters writes down: <c>(double w, double x) => Math.Tanh(w * x)</c>.</summary>
    /// <exception cref="FunctionalException">
    /// A parameter is not a double, or the lambda uses something that is not a function of the library.
    /// </exception>
    public static Expr Of(LambdaExpression function) => LambdaReader.Read(function);
}
