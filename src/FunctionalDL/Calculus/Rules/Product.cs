using System.Globalization;
using FunctionalDL.Ops;

namespace FunctionalDL.Rules;

/// <summary>
/// A product taken apart: c · b₁^e₁ · b₂^e₂ · … with a number c and different bases, in the order they are met.
/// </summary>
/// <remarks>Powers of one base are added up: xᵃ·xᵇ = xᵃ⁺ᵇ, √x·√x = x, x·y/y = x.</remarks>
sealed class Product
{
    /// <summary>A product of more parts is left in pieces, so that a long one does not take quadratic time.</summary>
    public const int MostParts = 16;

    readonly OrderedDictionary<Expr, Exponent> factors = [];
    readonly Builder builder;
    readonly Expr like;

    Product(Expr like, Builder builder) => (this.like, this.builder) = (like, builder);

    public Ratio Number { get; set; } = 1;

    public IEnumerable<(Expr Base, Exponent Exponent)> Factors => factors.Select(f => (f.Key, f.Value));

    /// <summary>How many factors, and how many of them are powers.</summary>
    int Parts => factors.Values.Sum(e => Math.Abs(e.Value) == 1 ? 1 : 2);

    /// <summary>How many multiplications and divisions the powers take, with that of 1 by a divisor if nothing is above it.</summary>
    public int Ops => Math.Max(0, factors.Count - (factors.Values.Any(e => e.Value > 0) ? 1 : 0));

    /// <summary>An exponent; of a root where some part of it is one.</summary>
    public readonly record struct Exponent(double Value, bool IsRoot = false)
    {
        public static Exponent operator +(Exponent x, Exponent y) => new(Rounded(x.Value + y.Value), x.IsRoot || y.IsRoot);

        /// <summary>0.1 + 0.2 is 0.3: the number of 15 digits, where it is one as well as floats can tell.</summary>
        static double Rounded(double sum) =>
            double.Parse(sum.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) is var near
            && Math.Abs(near - sum) <= 2 * (Math.BitIncrement(Math.Abs(sum)) - Math.Abs(sum))
                ? near
                : sum;
    }

    /// <summary>The product of no factors, of the type of an expression.</summary>
    public static Product One(Expr like, Builder builder) => new(like, builder);

    /// <summary>An expression as the only factor.</summary>
    public static Product Whole(Expr e, Builder builder)
    {
        var product = One(e, builder);
        product.Multiply(e, new(1));
        return product;
    }

    /// <summary>An expression as a product. Parts that are needed elsewhere are taken apart only where less is left of the whole.</summary>
    public static Product Of(Expr e, Builder builder)
    {
        var product = new Product(e, builder);
        if (!product.TakeApart(e, openShared: false)) return product;
        var whole = new Product(e, builder);
        whole.TakeApart(e, openShared: true);
        return whole.Parts < product.Parts ? whole : product;
    }

    /// <summary>Whether a part was left whole because it is needed elsewhere.</summary>
    bool TakeApart(Expr e, bool openShared)
    {
        var leftWhole = false;
        var parts = new Stack<(Expr Part, int Sign)>([(e, 1)]);
        while (parts.TryPop(out var next))
        {
            var (x, sign) = next;
            var inner = x.IsRepeatedScalar() || x.Op is BroadcastOp && IsNumberOverSomething(x.Inputs[0]) ? x.Inputs[0] : x;
            if (x.Number() is { } number) Number = sign > 0 ? Number * number : Number / number;
            else if (inner.Op is NegateOp or MultiplyOp or DivideOp && MayOpen(x, inner))
            {
                if (inner.Op is NegateOp) Number = -Number;
                else parts.Push((builder.Repeat(inner.Inputs[1], e.Shape), inner.Op is DivideOp ? -sign : sign));
                parts.Push((builder.Repeat(inner.Inputs[0], e.Shape), sign));
            }
            else if (x.Op is SqrtOp && MayOpen(x, x))
                Multiply(x.Inputs[0], new(sign * 0.5, IsRoot: true));
            else if (x.Powered() is var (b, n) && n != 1 && MayOpen(x, x))
                Multiply(b.Op is SqrtOp ? b.Inputs[0] : b, b.Op is SqrtOp ? new(sign * n / 2, IsRoot: true) : new(sign * n));
            else
                Multiply(x, new(sign));
        }
        return leftWhole;

        bool MayOpen(Expr x, Expr inner)
        {
            if (ReferenceEquals(x, e)) return true;
            if (factors.Count + parts.Count >= MostParts) return false;
            var isShared = builder.IsShared(x) || builder.IsShared(inner);
            leftWhole |= isShared;
            return openShared || !isShared;
        }
    }

    /// <summary>Multiplies by a power.</summary>
    public void Multiply(Expr b, Exponent exponent)
    {
        if (factors.TryGetValue(b, out var before)) exponent += before;
        if (exponent.Value == 0) factors.Remove(b);
        else factors[b] = exponent;
    }

    /// <summary>Whether the product has just this power among its factors.</summary>
    public bool Has(Expr b, Exponent exponent) => factors.TryGetValue(b, out var own) && own == exponent;

    /// <summary>Divides by a power that is among the factors.</summary>
    public void Remove(Expr b) => factors.Remove(b);

    /// <summary>
    /// The product as an expression: c·above/(d·below)/n, where n is what all elements are divided by alike. Null where the number does
    /// not fit the dtype.
    /// </summary>
    public Expr? ToExpr()
    {
        if (!Number.Fits(like.DType)) return null;
        if (Number.Above == 0) return builder.Number(like, 0);
        var above = Chain(factors.Where(f => f.Value.Value > 0));
        var below = Chain(factors.Where(f => f.Value.Value < 0 && !f.Key.IsRepeatedScalar()));
        var shared = Chain(factors.Where(f => f.Value.Value < 0 && f.Key.IsRepeatedScalar()));

        var isNegated = Number.Above == -1 && above is not null;
        Expr result;
        if (above is null) result = builder.Number(like, Number.Above);
        else result = isNegated ? above : builder.Times(Number.Above, above);
        if (below is not null) result = builder.Of(new DivideOp(), result, builder.Times(Number.Below, below));
        else if (Number.Below != 1) result = builder.Of(new DivideOp(), result, builder.Number(like, Number.Below));
        if (shared is not null) result = builder.Of(new DivideOp(), result, shared);
        return isNegated ? builder.Times(-1, result) : result;
    }

    /// <summary>
    /// The product of powers from the left, variables and their powers first; the numbers repeated over all elements are multiplied
    /// before they are repeated.
    /// </summary>
    Expr? Chain(IEnumerable<KeyValuePair<Expr, Exponent>> powers)
    {
        var all = powers.ToList();
        if (all.Count == 0) return null;
        Expr[] scalars = [.. all.Where(f => f.Key.IsRepeatedScalar()).SelectMany(f => Raised(f.Key.Inputs[0], f.Value))];
        Expr[] repeated = scalars.Length > 0 ? [builder.Repeat(builder.Multiply(scalars), like.Shape)] : [];
        var factors = repeated.Concat(all.Where(f => !f.Key.IsRepeatedScalar()).SelectMany(f => Raised(f.Key, f.Value)));
        return builder.Multiply(factors.OrderBy(Weight));
    }

    /// <summary>a, a/y, a/y/z, …</summary>
    static bool IsNumberOverSomething(Expr x)
    {
        while (x.Op is DivideOp) x = x.Inputs[0];
        return x.Number() is not null;
    }

    /// <summary>What stands first in a product: e and π, then variables, then their powers, then the rest.</summary>
    static int Weight(Expr x)
    {
        if (x.IsNamed() || x.Op is PowerOp && x.Inputs[0].IsNamed() && x.Inputs[1].Number() is not null) return -1;
        if (x.VariableName is not null) return 0;
        return x.Op is PowerOp && x.Inputs[0].VariableName is not null ? 1 : 2;
    }

    /// <summary>The power, without the sign of its exponent; x^(n + ½) of a root as xⁿ·√x.</summary>
    IEnumerable<Expr> Raised(Expr x, Exponent exponent)
    {
        var n = Math.Abs(exponent.Value);
        var isHalf = exponent.IsRoot && n % 1 == 0.5 || n == 0.5;
        if (isHalf) n -= 0.5;
        if (n == 1) yield return x;
        else if (n != 0) yield return builder.Of(new PowerOp(), x, builder.Number(x, n));
        if (isHalf) yield return builder.Of(new SqrtOp(), x);
    }
}
