using System.Globalization;
using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// Reads an expression by precedence climbing. Each statement but the last names a part: <c>t = x²; sin(t) + t</c>.
/// </summary>
sealed class Parser(string text, IReadOnlyCollection<string> functions)
{
    const int DeepestNesting = 300;

    readonly List<Token> tokens = Tokenizer.Tokens(text);
    readonly Dictionary<string, Expr> known = [];
    int at;
    int depth;

    Token Next => tokens[at];

    public Expr Parse()
    {
        while (true)
        {
            while (Next.Kind == TokenKind.NewStatement) at++;
            var name = Next.Kind == TokenKind.Name && tokens[at + 1].Is("=") ? Next : (Token?)null;
            if (name is not null) at += 2;
            var value = Comparison();
            if (name is { } defined && !known.TryAdd(defined.Text, value))
                throw Error($"{defined.Text} already has a meaning", defined, "Choose another name for this part.");
            if (Next.Kind is not (TokenKind.NewStatement or TokenKind.End)) throw Unexpected();
            while (Next.Kind == TokenKind.NewStatement) at++;
            if (Next.Kind == TokenKind.End) return value;
            if (name is null) throw Error("Two expressions follow one another", Next, "Only the last line is the expression; the lines before it name parts: t = x².");
        }
    }

    Expr Comparison()
    {
        if (++depth > DeepestNesting) throw Error($"The nesting is deeper than {DeepestNesting}", Next, "Name inner parts on lines of their own: t = …");
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
        var start = at;
        var product = Signed();
        while (true)
        {
            if (Next.Is("·") || Next.Is("/"))
            {
                var divides = tokens[at++].Text == "/";
                start = divides ? -1 : at;
                product = divides ? product / Signed() : product * Signed();
            }
            else if (IsImplied())
            {
                // After a written division or a power with ^, what follows may belong below the line or in the exponent, or not.
                if (start < 0 || tokens.Slice(start, at - start).Any(t => t.Is("^")) && !tokens[at - 1].Is(")"))
                    throw Error("This product is ambiguous", Next, $"Write · and parentheses: a/(b·{Next.Text}) or (a/b)·{Next.Text}, x^(n·{Next.Text}) or x^n·{Next.Text}.");
                product *= Power();
            }
            else return product;
        }
    }

    /// <summary>Whether a product is meant without a sign: a number, a closed parenthesis or a superscript, then a name, a parenthesis or a root.</summary>
    bool IsImplied() => (Next.Kind == TokenKind.Name || Next.Is("(") || Next.Is("√"))
        && (tokens[at - 1].Kind is TokenKind.Number or TokenKind.Superscript || tokens[at - 1].Is(")"));

    Expr Signed()
    {
        var negative = false;
        for (; Next.Is("−") || Next.Is("+"); at++)
        {
            if (negative && Next.Is("−")) throw Error("Two signs stand side by side", Next, "Put the inner one in parentheses: −(−x).");
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
            if (Next.Is("^") || Next.Kind == TokenKind.Superscript) throw Error("This root is ambiguous", Next, "Write (√x)² or √(x²).");
            return Sqrt(x);
        }
        if (Next.Kind == TokenKind.Superscript) x = Functions.Power(x, double.Parse(tokens[at++].Text, CultureInfo.InvariantCulture));
        if (!Next.Is("^")) return x;
        if (tokens[at - 1].Kind == TokenKind.Superscript) throw Error("This power is ambiguous", Next, "Write (x²)^n or x^(2^n).");
        at++;
        if (++depth > DeepestNesting) throw Error($"The nesting is deeper than {DeepestNesting}", Next, "Name inner parts on lines of their own: t = …");
        var exponent = Signed();
        depth--;
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
                return Next.Is("(") ? Call(token) : Named(token);
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
            return x.Count == function.Arity ? function.Apply([.. x])
                : throw Error($"{name.Text} takes {function.Arity} argument{(function.Arity == 1 ? "" : "s")}, not {x.Count}", name, "Separate arguments by commas.");
        if (IsAbstract(name.Text) && x.Count == 1)
            return new(new AbstractFunctionOp(name.Text.TrimEnd('′'), name.Text.Length - name.Text.TrimEnd('′').Length), x[0]);
        if (known.ContainsKey(name.Text) || name.Text.Length == 1)
            throw Error($"{name.Text}(…) is ambiguous: a product or a function?", name, $"Write {name.Text}·(…) for a product. Unknown functions of one argument are named f, g or h, with a number if need be.");
        throw Error($"There is no function {name.Text}", name, NamedFunctions.Nearest(name.Text) is { } near ? $"Did you mean {near}?"
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
            throw Next.Kind is TokenKind.End or TokenKind.NewStatement ? Error("This parenthesis is not closed", open, "Add the missing ).") : Unexpected();
        at++;
    }

    static Expr Number(double value) => Expr.Constant(value, DType.Float64);

    static double Value(Token number) => double.Parse(number.Text, CultureInfo.InvariantCulture);

    ParseException Unexpected() => Next switch
    {
        { Kind: TokenKind.End or TokenKind.NewStatement } => Error("The expression ends too early", Next, "Add what is missing: a number, a variable or a function."),
        { Text: ")" } when depth <= 1 => Error("This parenthesis was never opened", Next, "Remove it, or add the missing (."),
        { Kind: TokenKind.Name } => Error($"{Next.Text} follows without an operator", Next, "Write · for a product."),
        _ => Error($"{Next.Text} is not expected here", Next, "Add the missing operand or operator."),
    };

    ParseException Error(string problem, Token token, string repair) => new(problem, text, token.Position, repair);
}
