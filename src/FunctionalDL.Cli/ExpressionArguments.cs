using System.CommandLine;

namespace FunctionalDL.Cli;

/// <summary>The arguments the commands share: an expression, bodies for its abstract functions and values for its variables.</summary>
sealed class ExpressionArguments
{
    readonly Argument<string> expression = new("expression") { Description = "The function, such as \"sin(x^2)\"." };

    readonly Option<string[]> lets = new("--let")
    {
        Description = "A body for an abstract function: f1=tanh, or \"f1(u)=u^2 + 1\".",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    readonly Option<string[]> at = new("--at")
    {
        Description = "The variables' values: x=1.5 y=pi/2.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Add(expression);
        command.Add(lets);
        command.Add(at);
    }

    /// <summary>The bodies of abstract functions by name.</summary>
    public IReadOnlyDictionary<string, Func<Expr, Expr>> Functions(ParseResult result) =>
        result.GetValue(lets)!.Select(Definition).ToDictionary(d => d.Name, d => d.Body);

    /// <summary>The expression with its abstract functions left abstract.</summary>
    public Expr Abstract(ParseResult result) => Expr.Parse(result.GetValue(expression)!, [.. Functions(result).Keys]);

    /// <summary>The expression with the bodies put in.</summary>
    public Expr Concrete(ParseResult result) => Functions(result).Aggregate(Abstract(result), (e, f) => e.Define(f.Key, f.Value));

    /// <summary>The values, or null where none are given.</summary>
    public TensorSet? Point(ParseResult result, Expr function)
    {
        var values = result
            .GetValue(at)!
            .SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(Value)
            .ToArray();
        if (values.Length == 0)
            return null;
        if (values.CountBy(v => v.Item1).FirstOrDefault(v => v.Value > 1).Key is { } twice)
            throw new FunctionalException($"--at: {twice} is given twice. Leave one out.");
        var occurring = Graph.Variables(Concrete(result)).Select(v => v.VariableName!).ToArray();
        if (values.Select(v => v.Item1).Except(occurring).FirstOrDefault() is { } other)
            throw new FunctionalException(
                $"--at: {other} is not a variable of the function. "
                    + $"{(occurring.Length == 0 ? "It has none." : $"These are: {string.Join(", ", occurring)}.")}"
            );
        var point = TensorSet.Of(values);
        foreach (var variable in Graph.Variables(function))
            if (!point.ContainsKey(variable.VariableName!))
                throw new FunctionalException($"Variable {variable.VariableName} has no value. Add it to --at: {variable.VariableName}=1.");
        return point;
    }

    /// <summary>The values of all variables.</summary>
    public TensorSet Everywhere(ParseResult result, Expr function) =>
        Point(result, function)
        ?? (
            Graph.Variables(function) is [var first, ..]
                ? throw new FunctionalException($"Variable {first.VariableName} has no value. Add one: --at {first.VariableName}=1.")
                : TensorSet.Empty);

    /// <summary>A variable of the function, or one that does not occur in it.</summary>
    public static Expr Variable(string name) => Expr.Parse(name) is { VariableName: not null } variable ? variable
        : throw new FunctionalException($"{name} is not a variable. Give a name such as x to --wrt.");

    /// <summary>The variable asked for, or the only one there is.</summary>
    public static Expr VariableOrOnly(string? name, Expr function)
    {
        if (name is not null) return Variable(name);
        var variables = Graph.Variables(function);
        if (variables.Count == 0)
            throw new FunctionalException("The function has no variable. Name one, and the derivative is 0: --wrt x.");
        if (variables.Count > 1)
            throw new FunctionalException(
                $"The function has {variables.Count} variables. Say which one to differentiate with respect to: --wrt "
                    + $"{variables[0].VariableName}.");
        return variables[0];
    }

    static (string, Tensor) Value(string text)
    {
        if (text.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, { Length: > 0 } written])
            throw new FunctionalException($"\"{text}\" is not a value of a variable. Write name=number, such as x=1.5.");
        var value = Expr.Parse(written);
        return Graph.Variables(value).Count == 0 && AbstractFunctions.Names(value).Count == 0 && value.DType.IsFloat()
            ? (name, value.Evaluate())
            : throw new FunctionalException(
                $"--at: \"{written}\" is not a number. Write one for {name}, such as {name}=1.5 or {name}=pi/2.");
    }

    static (string Name, Func<Expr, Expr> Body) Definition(string text)
    {
        if (text.Split('=', 2, StringSplitOptions.TrimEntries) is not [var head, var body] || head.Length == 0 || body.Length == 0)
            throw new FunctionalException($"\"{text}\" is not a definition. Write f1=tanh or \"f1(u)=u^2 + 1\".");
        var (name, argument) = head.Split('(', 2) is [var f, var rest] ? (f, rest.TrimEnd(')').Trim()) : (head, "u");
        var value = Expr.Parse(body.All(char.IsLetterOrDigit) && head == name ? $"{body}({argument})" : body);
        return (name, x => value.Substitute((argument, x)));
    }
}
