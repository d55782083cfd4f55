namespace FunctionalDL;

/// <summary>LaTeX mathematics with the commands of amsmath, which KaTeX and MathJax know too.</summary>
sealed class LatexNotation : Notation
{
    const string Written =
        @"sin \sin|cos \cos|tan \tan|asin \arcsin|acos \arccos|atan \arctan|sinh \sinh|cosh \cosh|tanh \tanh|exp \exp|ln \ln|"
            + @"max \max|min \min|· \cdot|@ \,|− -|≤ \le|== =";

    static readonly Dictionary<string, string> Commands = Written
        .Split('|')
        .Select(pair => pair.Split(' '))
        .ToDictionary(pair => pair[0], pair => pair[1]);

    const string Greek =
        "αalpha βbeta γgamma δdelta εvarepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho σsigma "
            + "τtau υupsilon φvarphi χchi ψpsi ωomega ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΦPhi ΨPsi ΩOmega";

    static readonly Dictionary<char, string> Letters = Greek.Split(' ').ToDictionary(word => word[0], word => @"\" + word[1..]);

    public override Printed Function(string name, Printed[] x, params string[] attributes) =>
        new(
            name == "abs" ? $@"\left|{x[0]}\right|" : Name(name) + Parenthesize(string.Join(", ", x) + Attributes(attributes)),
            Precedence.Atom);

    static string Attributes(string[] attributes) =>
        attributes.Length > 0 ? @"; \text{" + Escape(string.Join(", ", attributes)) + "}" : "";

    public override Printed Fraction(Printed a, Printed b) => new($@"\frac{{{a}}}{{{b}}}", Precedence.Power);

    public override Printed Power(Printed a, Printed b) => new($"{Operand(a, Precedence.Atom)}^{{{b}}}", Precedence.Power);

    public override Printed Root(Printed x) => new($@"\sqrt{{{x}}}", Precedence.Atom);

    public override Printed Transpose(Printed x) => new($@"{Operand(x, Precedence.Atom)}^{{\top}}", Precedence.Power);

    public override Printed Derivative(string d, Printed y, Printed x)
    {
        var command = d == "∂" ? @"\partial " : @"\mathrm{d}";
        return new($@"\frac{{{command}{Operand(y, Precedence.Atom)}}}{{{command}{Operand(x, Precedence.Atom)}}}", Precedence.Atom);
    }

    public override string Operator(string symbol) => $" {Commands.GetValueOrDefault(symbol, symbol)} ";

    /// <summary>Ordinary text inside mathematics.</summary>
    public static string Escape(string text) => string.Concat(text.Select(c => c switch
    {
        '\\' => @"\textbackslash{}",
        '^' => @"\textasciicircum{}",
        '~' => @"\textasciitilde{}",
        '#' or '$' or '%' or '&' or '_' or '{' or '}' => @"\" + c,
        '·' => @"$\cdot$",
        '×' => @"$\times$",
        '−' => "$-$",
        '…' => @"\dots{}",
        _ when Letters.TryGetValue(c, out var letter) => $"${letter}$",
        _ => c.ToString(),
    }));

    protected override string Name(string name)
    {
        if (Commands.TryGetValue(name, out var command)) return command;
        var (stem, index, primes) = Split(name);
        var text = stem.Length == 1 ? Letter(stem) : $@"\mathrm{{{(stem.All(char.IsAsciiLetterOrDigit) ? stem : Quoted(stem))}}}";
        return text + (index.Length > 0 ? $"_{{{index}}}" : "") + new string('\'', primes);
    }

    static string Letter(string stem)
    {
        if (Letters.TryGetValue(stem[0], out var letter)) return letter;
        return char.IsAsciiLetter(stem[0]) ? stem : Quoted(stem);
    }

    static string Quoted(string text) => $@"\text{{{Escape(text)}}}";

    protected override Printed Numeral(string digits)
    {
        if (digits == "∞") return new(@"\infty", Precedence.Atom);
        if (digits.Split('e') is [var mantissa, var exponent])
            return new($@"{mantissa} \cdot 10^{{{exponent.Replace('−', '-')}}}", Precedence.Product);
        return new(digits == "NaN" ? @"\mathrm{NaN}" : digits, Precedence.Atom);
    }

    protected override string Join(string a, string symbol, string b) =>
        a.Length == 0 ? Operator(symbol).Trim() + b : a + Operator(symbol.Trim()) + b;

    protected override string Parenthesize(string text) => $@"\left({text}\right)";
}
