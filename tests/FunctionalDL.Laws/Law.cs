using FunctionalDL.Testing;

namespace FunctionalDL.LawRuns;

/// <summary>A law and the cases it is tried on.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Draw">The case of a seed.</param>
/// <param name="Shrink">Smaller cases, the boldest first.</param>
/// <param name="Check">Throws where the law does not hold.</param>
public sealed record Law(string Name, Func<int, ExpressionCase> Draw, Func<ExpressionCase, IEnumerable<ExpressionCase>> Shrink, Action<ExpressionCase> Check)
{
    const int MostMoves = 12;

    /// <summary>A law of random expressions.</summary>
    public static Law Of(string name, ExpressionOptions options, Action<ExpressionCase> check) => new(name,
        seed => new Random(seed) is var random ? ExpressionBuilder.Build(random, options, random.Next(1, MostMoves + 1)) : null!,
        c => ExpressionShrinker.Shrink(c, options), check);

    /// <summary>A law of random expressions as they stand in calculus.</summary>
    public static Law OfAlgebra(string name, Action<ExpressionCase> check) => new(name,
        seed => new Random(seed) is var random ? AlgebraicBuilder.Build(random, random.Next(1, MostMoves + 1)) : null!,
        c => ExpressionShrinker.Shrink(c, AlgebraicBuilder.Options), check);

    /// <summary>The seed of the i-th case of a run: the two mixed, so that neighbours have nothing in common.</summary>
    public static int SeedOf(int run, long i) => (int)(RandomValues.Mix(RandomValues.Mix((uint)run) + (ulong)i) >> 33);

    /// <summary>Tries the case of a seed; null where the law holds.</summary>
    public Finding? Try(int seed)
    {
        ExpressionCase c;
        try
        {
            c = Draw(seed);
        }
        catch (Exception e)
        {
            return new(Name, seed, $"the generator: {e}", "");
        }
        return Failure(c) is { } failure ? Narrowing.Smallest(this, seed, c, failure) : null;
    }

    /// <summary>What a case fails with; null where the law holds for it.</summary>
    public Exception? Failure(ExpressionCase c)
    {
        try
        {
            Check(c);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
