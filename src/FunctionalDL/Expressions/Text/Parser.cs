using System.Globalization;
using FunctionalDL.Ops;
using static FunctionalDL.Functions;
using static FunctionalDL.ParseException;

namespace FunctionalDL;

/// <summary>
/// Reads an expression by precedence climbing. Each statement but the last names a part: <c>t = x²; sin(t) + t</c>.
/// </summary>
sealed class Parser(string text, IReadOnlyCollection<string> functions)
{
    const int DeepestNesting = 300;

    readonly List<Token> tokens = Tokenizer.Tokens(text);
    readonly Dictionary<string, Expr> known = [];
    readonly Dictionary<string, Token> variables = [];
    int at;
    int depth;

    /// <summary>Where the last power written with ^ ends, and the last root.</summary>
    int powerEnd = -1, rootEnd = -1;

    Token Next => tokens[at];

    public Expr Parse()
    {
        if (tokens.TrueForAll(token => token.Kind is TokenKind.NewStatement or TokenKind.End))
            throw Error("There is no expression", tokens[^1], "Write one, such as sin(x²).");
        var result = Statements();
        if (ImpliedNames.Glued(variables.Keys) is not { } name)
            return result;
        throw Error(
            $"{name} is ambiguous: one name or a product?",
            variables[name],
            $"Write {string.Join("·", ImpliedNames.Parts(name))} for a product, or choose another name.");
    }

    Expr Statements()
    {
        while (true)
        {
            while (Next.Kind == TokenKind.NewStatement) at++;
            var name = Next.Kind == TokenKind.Name && tokens[at + 1].Is("=") ? Next : (Token?)null;
            if (name is not null) at += 2;
            var value = Comparison();
            if (name is { } defined && !known.TryAdd(defined.Text, value))
                throw Error($"{defined.Text} already has a meaning", defined, "Choose another name for this part.");
            if (Next.Kind is not (TokenKind.NewStatement or TokenKind.End))
                throw Unexpected();
            while (Next.Kind == TokenKind.NewStatement)
                at++;
            if (Next.Kind == TokenKind.End)
                return value;
            if (name is null)
                throw Error(
                    "Two expressions follow one another",
                    Next,
                    "Only the last line is the expression; the lines before it name parts: t = x².");
        }
    }

    Expr Comparison()
    {
        if (++depth > DeepestNesting)
            throw Error($"The nesting is deeper than {DeepestNesting}", Next, "Name inner parts on lines of their own: t = …");
        var a = Sum();
        var result = Next is { Kind: TokenKind.Symbol, Text: "<" or "≤" or ">" or "≥" or "==" } ? (tokens[at++].Text, Sum()) switch
        {
            ("<", var b) => Less(a, b),
            ("≤", var b) => LessOrEqual(a, b),
            (">", var b) => Less(b, a),
            ("≥", var b) => LessOrEqual(b, a),
            (_, var b) => Equal(a, b),
        } : a;
        depth--;
        return result;
    }

    Expr Sum()
    {
        var sum = Product();
        while (Next.Is("+") || Next.Is("−"))
            sum = tokens[at++].Text == "+" ? sum + Product() : sum - Product();
        return sum;
    }

    Expr Product()
    {
        var divides = false;
        var product = Signed();
        while (true)
        {
            if (Next.Is("·") || Next.Is("/"))
            {
                divides = tokens[at++].Text == "/";
                product = divides ? product / Signed() : product * Signed();
            }
            else if (IsImplied())
            {
                CheckImplied(divides);
                product *= Power();
            }
            else return product;
        }
    }

    /// <summary>
    /// Whether a product is meant without a sign: a number, π, a closed parenthesis or a superscript, then a name, a parenthesis or a
    /// root.
    /// </summary>
    bool IsImplied() =>
        (Next.Kind == TokenKind.Name || Next.Is("(") || Next.Is("√"))
        && (
            tokens[at - 1] is { Kind: TokenKind.Number or TokenKind.Superscript } or { Kind: TokenKind.Name, Text: "π" }
            || tokens[at - 1].Is(")"));

    /// <summary>Refuses products without a sign that may mean something else.</summary>
    void CheckImplied(bool divides)
    {
        // After a written division, a power with ^ or a root, what follows may belong below the line, in the exponent or under the root,
        // or not.
        var (name, isClosed) = (Next.Text, tokens[at - 1].Is(")"));
        if (divides || powerEnd == at && !isClosed)
            throw Error(
                "This product is ambiguous",
                Next,
                $"Write · and parentheses: a/(b·{Shown(name)}) or (a/b)·{Shown(name)}, x^(n·{Shown(name)}) or x^n·{Shown(name)}.");
        if (rootEnd == at && !isClosed)
            throw Error("This root is ambiguous", Next, $"Write √(2·{Shown(name)}) or (√2)·{Shown(name)}.");
        if (
            Next.Kind != TokenKind.Name
            || tokens[at + 1].Is("(")
            || known.ContainsKey(name)
            || NamedFunctions.TryGetConstant(name, out _)
            || ImpliedNames.IsOne(name))
            return;
        throw Error(
            $"{Shown(name)} is ambiguous: one name or a product?",
            Next,
            $"Write · between factors: 2·x·y, or 2·{Shown(name)} for one name.");
    }

    Expr Signed()
    {
        var negative = false;
        for (; Next.Is("−") || Next.Is("+"); at++)
        {
            if (negative && Next.Is("−"))
                throw Error("Two signs stand side by side", Next, "Put the inner one in parentheses: −(−x).");
            negative |= Next.Is("−");
        }
        if (!negative) return Power();
        if (Next.Kind != TokenKind.Number || tokens[at + 1].Is("^") || tokens[at + 1].Kind == TokenKind.Superscript) return -Power();
        return Number(-Value(tokens[at++]));
    }

    Expr Power()
    {
        var root = Next.Is("√") ? Next : (Token?)null;
        if (root is not null) at++;
        var x = Atom();
        if (root is not null)
        {
            if (Next.Is("^") || Next.Kind == TokenKind.Superscript)
                throw Error("This root is ambiguous", Next, "Write (√x)² or √(x²).");
            rootEnd = at;
            return Sqrt(x);
        }
        if (Next.Kind == TokenKind.Superscript) x = Functions.Power(x, Value(tokens[at++]));
        if (!Next.Is("^")) return x;
        if (tokens[at - 1].Kind == TokenKind.Superscript) throw Error("This power is ambiguous", Next, "Write (x²)^n or x^(2^n).");
        at++;
        if (++depth > DeepestNesting)
            throw Error($"The nesting is deeper than {DeepestNesting}", Next, "Name inner parts on lines of their own: t = …");
        var exponent = Signed();
        depth--;
        powerEnd = at;
        return Functions.Power(x, exponent);
    }

    Expr Atom()
    {
        var token = Next;
        switch (token.Kind)
        {
            case TokenKind.Number:
                at++;
                return Number(Value(token));
            case TokenKind.Name:
                at++;
                return Next.Is("(") && token.Text != "π" ? Call(token) : Named(token);
            case TokenKind.Symbol when token.Is("∞"):
                at++;
                return Number(double.PositiveInfinity);
            case TokenKind.Symbol when token.Is("("):
                at++;
                var inner = Comparison();
                Close(token);
                return inner;
            default:
                throw Unexpected();
        }
    }

    Expr Named(Token token)
    {
        if (known.TryGetValue(token.Text, out var value)) return value;
        if (NamedFunctions.TryGetConstant(token.Text, out var number)) return Number(number);
        if (NamedFunctions.TryGet(token.Text, out _) || functions.Contains(token.Text))
            throw Error($"{token.Text} is a function and has no argument", token, $"Put its argument in parentheses: {token.Text}(x).");
        variables.Add(token.Text, token);
        return known[token.Text] = Expr.Variable(token.Text);
    }

    Expr Call(Token name)
    {
        var open = tokens[at++];
        var x = new List<Expr>();
        if (!Next.Is(")"))
        {
            x.Add(Comparison());
            while (Next.Is(","))
            {
                at++;
                x.Add(Comparison());
            }
        }
        Close(open);
        if (NamedFunctions.TryGet(name.Text, out var function))
            return x.Count == function.Arity
                ? function.Apply([.. x])
                : throw Error(
                    $"{name.Text} takes {function.Arity} argument{(function.Arity == 1 ? "" : "s")}, not {x.Count}",
                    name,
                    "Separate arguments by commas.");
        if (IsAbstract(name.Text) && x.Count == 1)
            return new(new AbstractFunctionOp(name.Text.TrimEnd('′'), name.Text.Length - name.Text.TrimEnd('′').Length), x[0]);
        if (known.ContainsKey(name.Text) || name.Text.Length == 1)
            throw Error(
                $"{Shown(name.Text)}(…) is ambiguous: a product or a function?",
                name,
                $"Write {Shown(name.Text)}·(…) for a product. Unknown functions of one argument are named f, g or h, with a number if "
                    + "need be."
            );
        throw Error(
            $"There is no function {Shown(name.Text)}",
            name,
            NamedFunctions.Nearest(name.Text) is { } near
                ? $"Did you mean {near}?"
                : "Unknown functions of one argument are named f, g or h, with a number if need be, or declared: --let name=tanh.");
    }

    bool IsAbstract(string name)
    {
        var stem = name.TrimEnd('′');
        return functions.Contains(stem) || stem[0] is 'f' or 'g' or 'h' && stem.Skip(1).All(char.IsAsciiDigit);
    }

    void Close(Token open)
    {
        if (!Next.Is(")"))
            throw Next.Kind is TokenKind.End or TokenKind.NewStatement
                ? Error("This parenthesis is not closed", open, "Add the missing ).")
                : Unexpected();
        at++;
    }

    static Expr Number(double value) => Expr.Constant(value, DType.Float64);

    double Value(Token number)
    {
        var value = double.Parse(number.Text, CultureInfo.InvariantCulture);
        var digits = number.Text.AsSpan(0, number.Text.AsSpan().IndexOfAny('e', 'E') is >= 0 and var end ? end : number.Text.Length);
        return double.IsFinite(value) && (value != 0 || !digits.ContainsAnyInRange('1', '9'))
            ? value
            : throw Error(
                $"The number {Shown(number.Text)} is too {(value == 0 ? "small" : "large")}",
                number,
                "A number is between 5e−324 and 1.797e308 in size. Write ∞ for infinity.");
    }

    ParseException Unexpected() =>
        Next switch
        {
            { Kind: TokenKind.End or TokenKind.NewStatement } => Error(
                "The expression ends too early",
                Next,
                "Add what is missing: a number, a variable or a function."),
            { Text: ")" } when depth <= 1 => Error("This parenthesis was never opened", Next, "Remove it, or add the missing (."),
            { Kind: TokenKind.Name } => Error($"{Shown(Next.Text)} follows without an operator", Next, "Write · for a product."),
            _ => Error($"{Shown(Next.Text)} is not expected here", Next, "Add the missing operand or operator."),
        };

    ParseException Error(string problem, Token token, string repair) => new(problem, text, token.Position, repair);
}
