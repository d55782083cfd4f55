using System.Diagnostics;
using FunctionalDL.Testing;

namespace FunctionalDL.LawRuns;

/// <summary>From a case that fails to a small one that fails alike.</summary>
static class Narrowing
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public static Finding Smallest(Law law, int seed, ExpressionCase c, Exception failure)
    {
        var watch = Stopwatch.StartNew();
        bool FailsAlike(ExpressionCase smaller, out Exception with) =>
            (with = law.Failure(smaller)!)?.GetType() == failure.GetType() && watch.Elapsed < Longest;
        for (var found = true; found && watch.Elapsed < Longest;)
        {
            found = false;
            foreach (var smaller in law.Shrink(c).TakeWhile(_ => watch.Elapsed < Longest))
                if (FailsAlike(smaller, out var with))
                {
                    (c, failure, found) = (smaller, with, true);
                    break;
                }
        }
        return new(law.Name, seed, failure is LawException ? failure.Message : failure.ToString(), c.ToString());
    }

    /// <summary>The case that is reached from that of a seed by taking the smaller ones of these numbers.</summary>
    public static ExpressionCase Follow(Law law, int seed, IEnumerable<int> path) =>
        path.Aggregate(law.Draw(seed), (c, number) => law.Shrink(c).ElementAt(number));
}
