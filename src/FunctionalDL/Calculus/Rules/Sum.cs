using FunctionalDL.Ops;

namespace FunctionalDL.Rules;

/// <summary>
/// A sum taken apart: c + k₁·t₁ + k₂·t₂ + … with numbers c, kᵢ and different terms tᵢ, in the order they are met.
/// </summary>
sealed class Sum
{
    readonly OrderedDictionary<Expr, Ratio> terms = [];

    /// <summary>The terms that are computed anyway, because they are needed elsewhere.</summary>
    readonly HashSet<Expr> free = [];
    readonly Builder builder;
    readonly Expr like;
    Ratio constant = 0;

    Sum(Expr like, Builder builder) => (this.like, this.builder) = (like, builder);

    int Parts => terms.Count + (constant.Above == 0 ? 0 : 1);

    /// <summary>An expression as a sum. Parts that are needed elsewhere are taken apart only where less is left of the whole.</summary>
    public static Sum Of(Expr e, Builder builder)
    {
        var sum = new Sum(e, builder);
        if (!sum.TakeApart(e, openShared: false)) return sum;
        var whole = new Sum(e, builder);
        whole.TakeApart(e, openShared: true);
        return whole.Parts < sum.Parts ? whole : sum;
    }

    /// <summary>Whether a part was left whole because it is needed elsewhere.</summary>
    bool TakeApart(Expr e, bool openShared)
    {
        var leftWhole = false;
        var parts = new Stack<(Expr Part, Ratio Factor)>([(e, 1)]);
        while (parts.TryPop(out var next))
        {
            var (x, k) = next;
            if (x.Number() is { } number) constant = Exact(constant + Exact(k * number));
            else if (x.Op is NegateOp) parts.Push((x.Inputs[0], -k));
            else if (x.Op is AddOp or SubtractOp && MayOpen(x))
            {
                parts.Push((x.Inputs[1], x.Op is AddOp ? k : -k));
                parts.Push((x.Inputs[0], k));
            }
            else
            {
                var (factor, term) = Scaled(x);
                Add(k * factor, term);
                if (builder.IsShared(x)) free.Add(term);
            }
        }
        return leftWhole;

        bool MayOpen(Expr x)
        {
            if (ReferenceEquals(x, e)) return true;
            if (terms.Count + parts.Count >= Product.MostParts) return false;
            leftWhole |= builder.IsShared(x);
            return openShared || !builder.IsShared(x);
        }
    }

    void Add(Ratio k, Expr term)
    {
        k = Exact(k);
        if (term.Number() is { } number)
        {
            constant = Exact(constant + Exact(k * number));
            return;
        }
        if (terms.TryGetValue(term, out var before)) k = Exact(k + before);
        if (k.Above == 0) terms.Remove(term);
        else terms[term] = k;
    }

    /// <summary>A number, or none where a whole one may have been rounded: what is added to it later does not make it right.</summary>
    Ratio Exact(Ratio x) => like.DType.IsFloat() || Math.Abs(x.Above) <= Ratio.LargestWhole ? x : double.NaN;

    /// <summary>An expression as a number times a rest: a·x, −x, a·x/(b·y), and x itself.</summary>
    (Ratio Factor, Expr Of) Scaled(Expr x, int depth = 0)
    {
        if (depth > Product.MostParts) return (1, x);
        if (x.Op is NegateOp) return Scaled(x.Inputs[0], depth + 1) is var (k, rest) ? (-k, rest) : default;
        if (x.Op is MultiplyOp && x.Inputs[0].Number() is { } a) return (a, x.Inputs[1]);
        if (x.Op is not DivideOp || !x.DType.IsFloat()) return (1, x);
        var ((above, numerator), (below, denominator)) = (Part(x.Inputs[0]), Part(x.Inputs[1]));
        if (below.Above == 0 || above == 1 && below == 1)
            return (1, x);
        return (
            above / below,
            denominator is null
                ? numerator ?? builder.Number(x, 1)
                : builder.Of(new DivideOp(), numerator ?? builder.Number(x, 1), denominator));

        (Ratio, Expr?) Part(Expr e)
        {
            if (e.Number() is { } number) return (number, null);
            return builder.IsShared(e) ? (1, e) : Scaled(e, depth + 1);
        }
    }

    /// <summary>The sum as an expression, with what it simplifies to: sin² + cos² = 1, and common factors outside.</summary>
    public Expr? ToExpr()
    {
        if (!like.DType.IsFloat()) return Written();
        while (Pythagoras()) ;
        return CommonFactor() ?? Written();
    }

    /// <summary>
    /// k·r·sin²u + k·r·cos²u = k·r, and k − k·sin²u = k·cos²u, likewise with sine and cosine exchanged. Whether there was
    /// such a pair.
    /// </summary>
    bool Pythagoras()
    {
        var squares = new Dictionary<(Expr Others, Expr Of, Type Function, Ratio Factor), Expr>();
        foreach (var (term, k) in terms)
        {
            if (Square(term) is not var (f, rest)) continue;
            var (u, other) = (f.Inputs[0], f.Op is SinOp ? (Op)new CosOp() : new SinOp());
            if (squares.TryGetValue((rest, u, other.GetType(), k), out var partner))
            {
                terms.Remove(term);
                terms.Remove(partner);
                Add(k, rest);
                return true;
            }
            if (rest.Number() == 1 && constant == -k)
            {
                terms.Remove(term);
                constant = 0;
                Add(-k, builder.Of(new PowerOp(), builder.Of(other, u), builder.Number(u, 2)));
                return true;
            }
            squares[(rest, u, f.Op.GetType(), k)] = term;
        }
        return false;
    }

    /// <summary>The sine or cosine of which a term has the square as a factor, and the rest of the term.</summary>
    (Expr Function, Expr Others)? Square(Expr term)
    {
        if (term.Op is not (PowerOp or MultiplyOp or DivideOp)) return null;
        var product = Product.Of(term, builder);
        if (product.Factors.FirstOrDefault(f => f is { Base.Op: SinOp or CosOp, Exponent.Value: 2 }).Base is not { } function) return null;
        product.Remove(function);
        return product.ToExpr() is { } others ? (function, others) : null;
    }

    /// <summary>x·y ± x·z = x·(y ± z), y/x ± z/x = (y ± z)/x, x ± x·z = x·(1 ± z), where that takes no more ops.</summary>
    Expr? CommonFactor()
    {
        if (terms.Count < 2 || constant.Above != 0 || terms.Keys.All(t => t.Op is not (MultiplyOp or DivideOp))) return null;
        Product[] products = [.. terms.Keys.Select(t => Product.Of(t, builder))];
        var common = products[0].Factors.Where(f => products.All(p => p.Has(f.Base, f.Exponent))).ToList();
        if (common.Count == 0) return null;

        var before = products.Zip(terms.Keys).Sum(p => free.Contains(p.Second) ? 0 : p.First.Ops);
        foreach (var product in products)
            foreach (var (b, _) in common) product.Remove(b);
        if (products.Sum(p => p.Ops) + common.Count > before) return null;

        var (inside, result) = (new Sum(like, builder), Product.One(like, builder));
        var sign = terms.Values.All(k => k.Above < 0) ? -1 : 1;
        foreach (var (product, k) in products.Zip(terms.Values))
        {
            if (product.ToExpr() is not { } rest) return null;
            inside.Add(sign * k, rest);
        }
        if (inside.Written() is not { } sum) return null;
        foreach (var (b, exponent) in common) result.Multiply(b, exponent);
        result.Number = sign;
        result.Multiply(sum, new(1));
        return result.ToExpr();
    }

    /// <summary>
    /// What is positive before what is negative, a positive number first of all; where nothing is positive, −x − y, or −(a·x + y).
    /// Null where a number does not fit the dtype.
    /// </summary>
    Expr? Written()
    {
        if (!constant.Fits(like.DType))
            return null;
        if (constant.Above <= 0 && terms.Count > 0 && terms.Values.All(k => k.Above < 0) && terms.Values.Any(k => k != -1))
            return Times(-1, Negated().Written());

        var parts = terms.Select(t => (Factor: t.Value, Term: t.Key)).ToList();
        var first = parts.FindIndex(t => t.Factor.Above > 0);
        var startsWithNumber = constant.Value > 0 || first < 0 && constant.Value < 0 || parts.Count == 0;
        if (!startsWithNumber && first > 0)
        {
            parts.Insert(0, parts[first]);
            parts.RemoveAt(first + 1);
        }
        var sum = startsWithNumber ? builder.Number(like, constant.Value) : null;
        foreach (var (k, term) in parts)
        {
            if (Times(sum is null || k.Above > 0 ? k : -k, term) is not { } part) return null;
            sum = sum is null ? part : builder.Of(k.Above > 0 ? new AddOp() : new SubtractOp(), sum, part);
        }
        return startsWithNumber || constant.Value == 0 ? sum : builder.Of(new SubtractOp(), sum!, builder.Number(like, -constant.Value));
    }

    Sum Negated()
    {
        var result = new Sum(like, builder) { constant = -constant };
        foreach (var (term, k) in terms) result.terms[term] = -k;
        return result;
    }

    Expr? Times(Ratio k, Expr? term)
    {
        if (term is null || k == 1) return term;
        if (!like.DType.IsFloat()) return k.Fits(like.DType) ? builder.Times(k.Value, term) : null;
        var product = builder.IsShared(term) ? Product.Whole(term, builder) : Product.Of(term, builder);
        product.Number *= k;
        return product.ToExpr();
    }
}
