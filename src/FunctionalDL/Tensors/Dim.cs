using System.Collections.Immutable;
using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// One dimension of a shape: a number, a symbol such as <c>batch</c>, or a polynomial of symbols with whole
/// coefficients, such as <c>batch·time</c> or <c>time + 2</c>, as reshaping and padding make them.
/// </summary>
/// <remarks>
/// Two dimensions are equal when their polynomials are: <c>batch</c> equals <c>batch</c>, never a number.
/// The constant term is kept apart, and the other terms are sorted by monomial, so that equality is structural.
/// </remarks>
public readonly struct Dim : IEquatable<Dim>
{
    const char Times = '·';

    readonly long constant;
    readonly ImmutableArray<(string Monomial, long Coefficient)> terms;

    Dim(long constant, ImmutableArray<(string, long)> terms) => (this.constant, this.terms) = (constant, terms);

    ImmutableArray<(string Monomial, long Coefficient)> Terms => terms.IsDefault ? [] : terms;

    /// <summary>A dimension of a known size.</summary>
    public static Dim Of(long size) => new(size, []);

    /// <summary>A named dimension whose size is known when the expression runs.</summary>
    /// <exception cref="ShapeException">The name is empty or not made of letters, digits and underscores.</exception>
    public static Dim Symbol(string name) =>
        name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c == '_') && !char.IsDigit(name[0])
            ? new(0, [(name, 1)])
            : throw new ShapeException($"Dim: \"{name}\" is not a name. Use letters, digits and underscores, such as \"batch\".");

    /// <summary>A number as a dimension.</summary>
    public static implicit operator Dim(int size) => Of(size);

    /// <summary>A name as a dimension.</summary>
    public static implicit operator Dim(string name) => Symbol(name);

    /// <summary>Whether the size is a number.</summary>
    public bool IsKnown => Terms.IsEmpty;

    /// <summary>The size, where it is a number.</summary>
    /// <exception cref="ShapeException">The dimension has symbols in it, or more elements than an array can have.</exception>
    public int Size
    {
        get
        {
            if (!IsKnown) throw new ShapeException($"Dim: {this} has no size yet. Bind its symbols first: shape.Resolve(sizes).");
            if (constant is < int.MinValue or > int.MaxValue)
                throw new ShapeException(
                    $"Dim: {this} is beyond the {int.MaxValue} elements an axis can have. Split the axis, or make its factors smaller.");
            return (int)constant;
        }
    }

    /// <summary>Whether the size is a number below 0, which no array has.</summary>
    internal bool IsNegative => IsKnown && constant < 0;

    /// <summary>The names in this dimension, each once.</summary>
    public IEnumerable<string> Symbols => Terms.SelectMany(t => t.Monomial.Split(Times)).Distinct();

    /// <summary>The name, where the dimension is exactly one symbol; otherwise null.</summary>
    public string? Name => constant == 0 && Terms is [(var m, 1)] && !m.Contains(Times) ? m : null;

    /// <summary>The dimension's terms: each a product of symbols (none for the constant) and its coefficient.</summary>
    public IEnumerable<(string[] Symbols, long Coefficient)> Polynomial()
    {
        foreach (var (monomial, coefficient) in Terms) yield return (monomial.Split(Times), coefficient);
        if (constant != 0 || IsKnown) yield return ([], constant);
    }

    /// <summary>The size once every symbol has one.</summary>
    /// <exception cref="ShapeException">A symbol has no size in <paramref name="sizes"/>, or the result is negative.</exception>
    public Dim Resolve(Sizes sizes)
    {
        if (IsKnown) return this;
        var sum = constant;
        foreach (var (monomial, coefficient) in Terms)
            sum = Sum(sum, monomial.Split(Times).Aggregate(coefficient, (product, symbol) => Product(product, sizes[symbol])));
        return sum >= 0 ? Of(sum) : throw new ShapeException($"Dim: {this} is {sum} with {sizes}. Sizes cannot be negative.");
    }

    static Dim Normal(long constant, IEnumerable<(string Monomial, long Coefficient)> terms) => new(constant,
        [.. terms.GroupBy(t => t.Monomial, (m, same) => (m, same.Aggregate(0L, (sum, t) => Sum(sum, t.Coefficient))))
                 .Where(t => t.Item2 != 0).OrderBy(t => t.m, StringComparer.Ordinal)]);

    static long Sum(long a, long b) => (Int128)a + b is var sum && sum == (long)sum ? (long)sum : throw TooLarge(sum);

    static long Product(long a, long b) =>
        (Int128)a * b is var product && product == (long)product ? (long)product : throw TooLarge(product);

    static ShapeException TooLarge(Int128 size) =>
        new($"Dim: a size of {size} elements is beyond every array. Look at the sizes it is made of.");

    static string Join(string a, string b) =>
        string.Join(Times, a.Split(Times).Concat(b.Split(Times)).Order(StringComparer.Ordinal));

    /// <summary>The sum of two dimensions.</summary>
    public static Dim operator +(Dim a, Dim b) => Normal(Sum(a.constant, b.constant), a.Terms.Concat(b.Terms));

    /// <summary>The difference of two dimensions.</summary>
    public static Dim operator -(Dim a, Dim b) => a + Of(-1) * b;

    /// <summary>The product of two dimensions.</summary>
    public static Dim operator *(Dim a, Dim b)
    {
        if (a.IsKnown && b.IsKnown) return Of(Product(a.constant, b.constant));
        var products = from s in a.Terms from t in b.Terms select (Join(s.Monomial, t.Monomial), Product(s.Coefficient, t.Coefficient));
        return Normal(Product(a.constant, b.constant), products
            .Concat(a.Terms.Select(t => (t.Monomial, Product(t.Coefficient, b.constant))))
            .Concat(b.Terms.Select(t => (t.Monomial, Product(t.Coefficient, a.constant)))));
    }

    /// <summary>The quotient, where <paramref name="b"/> divides every term of this dimension; otherwise null.</summary>
    public Dim? DivideExactly(Dim b)
    {
        if (Equals(b)) return 1;
        if (b.IsKnown)
        {
            var d = b.constant;
            if (d == 0 || constant % d != 0 || Terms.Any(t => t.Coefficient % d != 0)) return null;
            return new(constant / d, [.. Terms.Select(t => (t.Monomial, t.Coefficient / d))]);
        }
        if (constant != 0 || b.constant != 0 || b.Terms is not [var divisor]) return null;
        Dim quotient = 0;
        foreach (var (monomial, coefficient) in Terms)
        {
            var left = monomial.Split(Times).ToList();
            if (coefficient % divisor.Coefficient != 0 || !divisor.Monomial.Split(Times).All(left.Remove)) return null;
            var term = Of(coefficient / divisor.Coefficient);
            quotient += left.Aggregate(term, (product, symbol) => product * Symbol(symbol));
        }
        return quotient;
    }

    /// <inheritdoc/>
    public bool Equals(Dim other) => constant == other.constant && Terms.AsSpan().SequenceEqual(other.Terms.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Terms.Aggregate(constant.GetHashCode(), HashCode.Combine);

    /// <summary>Whether two dimensions are the same polynomial.</summary>
    public static bool operator ==(Dim a, Dim b) => a.Equals(b);

    /// <summary>Whether two dimensions differ.</summary>
    public static bool operator !=(Dim a, Dim b) => !a.Equals(b);

    /// <summary>The dimension as it is written, such as <c>784</c>, <c>batch</c> or <c>2·batch + 1</c>.</summary>
    public override string ToString()
    {
        if (IsKnown) return constant.ToString(CultureInfo.InvariantCulture);
        var parts = Terms.Select(t => t.Coefficient == 1 ? t.Monomial : $"{t.Coefficient}{Times}{t.Monomial}").ToList();
        if (constant != 0) parts.Add(constant.ToString(CultureInfo.InvariantCulture));
        return string.Join(" + ", parts);
    }
}
