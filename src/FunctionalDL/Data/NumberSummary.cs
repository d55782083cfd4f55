namespace FunctionalDL;

/// <summary>
/// Numbers met one after another, in a fixed amount of memory: bins in order, with the exact moments of what is in each. Up to
/// <see cref="MostBins"/> different numbers have
/// a bin each; of more, neighbours share one that holds no more than a 1/<see cref="MostBins"/>th or two of all, and fewer the nearer they
/// are to either end, where numbers
/// lie that are far from each other (Dunning, Ertl: t-digests).
/// </summary>
sealed class NumberSummary
{
    public const int MostBins = 1 << 14;

    readonly record struct Bin(double Low, double High, Moments Moments);

    readonly List<double> fresh = [];
    List<Bin> bins = [];

    /// <summary>How many numbers were met.</summary>
    public long Count { get; private set; }

    public void Add(double number)
    {
        fresh.Add(number);
        Count++;
        if (fresh.Count == MostBins) Merge();
    }

    /// <summary>
    /// Bounds, and the moments of the numbers moved to the nearer bound where they are outside. The bounds are Tukey's outer fences, three
    /// interquartile ranges beyond the
    /// quartiles, so that a number that lost its decimal point does not drown the others; where the quartiles are equal, they are the
    /// smallest and largest number.
    /// </summary>
    public (double Low, double High, Moments Moments) WithinFences()
    {
        Merge();
        var (lower, upper) = (AtRank((Count - 1) / 4), AtRank(3 * (Count - 1) / 4));
        var reach = 3 * (upper - lower);
        var (low, high) = reach > 0 ? (lower - reach, upper + reach) : (bins[0].Low, bins[^1].High);
        // A bound inside a bin moves to its nearer side, so that no bin lies on both sides.
        foreach (var bin in bins)
        {
            if (bin.Low < low && low < bin.High) low = bin.High;
            if (bin.Low < high && high < bin.High) high = bin.Low;
        }
        return (low, high, bins.Aggregate(default(Moments), (sum, bin) => sum + Within(bin, low, high)));
    }

    static Moments Within(Bin bin, double low, double high)
    {
        if (bin.High <= low) return new(bin.Moments.Count, low, 0);
        return bin.Low >= high ? new(bin.Moments.Count, high, 0) : bin.Moments;
    }

    double AtRank(long rank)
    {
        foreach (var bin in bins)
            if ((rank -= bin.Moments.Count) < 0) return bin.Moments.Mean;
        return bins[^1].High;
    }

    void Merge()
    {
        fresh.Sort();
        var merged = new List<Bin>(bins.Count + fresh.Count);
        var next = 0;
        foreach (var bin in bins)
        {
            while (next < fresh.Count && fresh[next] < bin.Low) Put(merged, Single(fresh[next++]), 0);
            Put(merged, bin, 0);
            // What falls into a bin of several numbers belongs there.
            while (next < fresh.Count && fresh[next] <= bin.High)
                merged[^1] = merged[^1] with { Moments = merged[^1].Moments + new Moments(1, fresh[next++], 0) };
        }
        while (next < fresh.Count) Put(merged, Single(fresh[next++]), 0);
        fresh.Clear();
        bins = merged;
        if (bins.Count <= MostBins) return;
        bins = new(MostBins);
        var before = 0L;
        foreach (var bin in merged)
        {
            Put(bins, bin, MostAt(before / (double)Count));
            before += bin.Moments.Count;
        }
    }

    /// <summary>How many numbers a bin may hold that has a share of all below it.</summary>
    long MostAt(double share) => (long)(2.0 * Count / MostBins * Math.Min(1, 32 * Math.Min(share, 1 - share)));

    static Bin Single(double number) => new(number, number, new(1, number, 0));

    /// <summary>Adds a bin behind the others: to the last one where they hold the same number, or not too many together.</summary>
    static void Put(List<Bin> bins, Bin bin, long most)
    {
        if (bins.Count > 0 && bins[^1] is var last && (last.Low == bin.High || last.Moments.Count + bin.Moments.Count <= most))
            bins[^1] = new(last.Low, bin.High, last.Moments + bin.Moments);
        else bins.Add(bin);
    }
}
