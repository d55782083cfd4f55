using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Tensors;

/// <summary>Dimensions are polynomials: a commutative ring, and resolving them is a homomorphism to numbers.</summary>
[Properties(Arbitrary = [typeof(TensorArbitrary)])]
public class DimTests
{
    static readonly Sizes At = Sizes.None.With("a", 2).With("b", 3).With("batch", 5);

    [Property]
    public void Sums_and_products_are_those_of_a_ring(Dim x, Dim y, Dim z)
    {
        Assert.Equal(x + y, y + x);
        Assert.Equal((x + y) + z, x + (y + z));
        Assert.Equal(x * y, y * x);
        Assert.Equal((x * y) * z, x * (y * z));
        Assert.Equal(x * (y + z), x * y + x * z);
        Assert.Equal(x, x + 0);
        Assert.Equal(x, x * 1);
        Assert.Equal(0, x * 0);
        Assert.Equal(0, x - x);
        Assert.Equal((x + y).GetHashCode(), (y + x).GetHashCode());
    }

    /// <summary>The value of a polynomial, by its terms.</summary>
    static long Value(Dim dim) => dim.Polynomial().Sum(t => t.Symbols.Aggregate(t.Coefficient, (product, symbol) => product * At[symbol]));

    [Property]
    public void Resolving_is_a_homomorphism(Dim x, Dim y)
    {
        Assert.Equal(Value(x) + Value(y), Value(x + y));
        Assert.Equal(Value(x) - Value(y), Value(x - y));
        Assert.Equal(Value(x) * Value(y), Value(x * y));
        if (Value(x) >= 0) Assert.Equal(Value(x), x.Resolve(At).Size);
    }

    [Property]
    public void A_product_divided_by_a_monomial_factor_is_the_other_factor(Dim x, FsCheck.PositiveInt n)
    {
        Assert.Equal(x, (x * n.Get).DivideExactly(n.Get));
        if (x.Polynomial().All(term => term.Symbols.Length > 0)) Assert.Equal(x, (x * "a").DivideExactly("a"));
        if (x != 0) Assert.Equal(1, x.DivideExactly(x));
    }

    [Property]
    public void A_quotient_times_the_divisor_is_the_dividend(Dim x, Dim y)
    {
        if (y != 0 && x.DivideExactly(y) is { } quotient) Assert.Equal(x, quotient * y);
    }

    [Fact]
    public void What_does_not_divide_every_term_has_no_quotient()
    {
        Dim batch = "batch", time = "time";
        Assert.Null((batch * 3).DivideExactly(batch * 2));
        Assert.Null((batch * 2 + 3).DivideExactly(2));
        Assert.Null((batch * 3 + 2).DivideExactly(2));
        Assert.Null((batch * time + time).DivideExactly(batch));
        Assert.Null((batch + 1).DivideExactly(batch));
        Assert.Null(batch.DivideExactly(0));
        Assert.Equal(2 * time, (batch * time * 4).DivideExactly(batch * 2));
    }

    [Property]
    public void Text_tells_dimensions_apart(Dim x, Dim y) => Assert.Equal(x == y, x.ToString() == y.ToString());

    [Property]
    public void A_text_has_the_constant_in_it(Dim x, FsCheck.PositiveInt n) =>
        Assert.NotEqual((x - n.Get).ToString(), (x - n.Get - 1).ToString());

    [Fact]
    public void Texts()
    {
        Dim batch = "batch", time = "time";
        Assert.Equal("784", ((Dim)784).ToString());
        Assert.Equal("batch", batch.ToString());
        Assert.Equal("batch·time", (time * batch).ToString());
        Assert.Equal("2·batch + 1", (batch + 1 + batch).ToString());
        Assert.Equal("batch", batch.Name);
        Assert.Null((batch + 1).Name);
        Assert.Null((batch * 2).Name);
        Assert.Equal(["batch", "time"], (batch * time + batch).Symbols);
    }

    [Fact]
    public void Mistakes()
    {
        Assert.Contains("\"batch size\"", Assert.Throws<ShapeException>(() => Dim.Symbol("batch size")).Message);
        Assert.Throws<ShapeException>(() => Dim.Symbol(""));
        Assert.Throws<ShapeException>(() => Dim.Symbol("2n"));
        Assert.Contains("batch has no size yet", Assert.Throws<ShapeException>(() => ((Dim)"batch").Size).Message);
        Assert.Contains("negative", Assert.Throws<ShapeException>(() => ((Dim)"a" - 3).Resolve(At)).Message);
        Assert.Contains("\"time\"", Assert.Throws<ShapeException>(() => ((Dim)"time").Resolve(At)).Message);
        Assert.Null(((Dim)"a" + 1).DivideExactly("a"));
        Assert.Null(((Dim)7).DivideExactly(2));
        Assert.Null(((Dim)7).DivideExactly(0));
        Assert.Throws<ShapeException>(() => Dim.Of(long.MaxValue) + 1);
    }
}
