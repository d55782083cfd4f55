namespace FunctionalDL;

/// <summary>
/// An immutable sequence of rows that can be chosen, shuffled, split and taken in batches; each gives another of its kind.
/// </summary>
public abstract class RowSet<TSelf> where TSelf : RowSet<TSelf>
{
    /// <summary>A sequence of rows.</summary>
    protected RowSet() { }

    /// <summary>The number n of rows.</summary>
    public abstract int Count { get; }

    /// <summary>The rows at indices known to be in range, of which there is at least one.</summary>
    protected abstract TSelf Choose(ReadOnlySpan<int> rows);

    /// <summary>The rows at the given indices, in that order.</summary>
    /// <exception cref="FunctionalException">There are no indices, or one is out of range.</exception>
    public TSelf Rows(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) throw new FunctionalException($"{typeof(TSelf).Name}: no rows are chosen. Choose at least one.");
        foreach (var row in rows)
            if ((uint)row >= (uint)Count) throw new FunctionalException($"{typeof(TSelf).Name}: row {row} is outside 0 to {Count - 1}.");
        return Choose(rows);
    }

    /// <summary>The first <paramref name="count"/> rows.</summary>
    /// <exception cref="FunctionalException">There are not as many.</exception>
    public TSelf Take(int count) => count >= 1 && count <= Count ? Range(0, count)
        : throw new FunctionalException($"{typeof(TSelf).Name}: {count} rows. Take 1 to {Count}.");

    /// <summary>The rows in an order that the key determines.</summary>
    public TSelf Shuffle(Key key) => Rows(key.Permutation(Count));

    /// <summary>The first share of the rows and the others, each at least one. Shuffle first, unless the order is that of time.</summary>
    /// <param name="first">The share of the first part, above 0 and below 1.</param>
    /// <exception cref="FunctionalException">The share leaves one part empty.</exception>
    public (TSelf First, TSelf Second) Split(double first)
    {
        var count = (int)Math.Round(first * Count);
        return count > 0 && count < Count
            ? (Take(count), Range(count, Count - count))
            : throw new FunctionalException(
                FormattableString.Invariant(
                    $"{typeof(TSelf).Name}: a share of {first} of {Count} rows leaves one part empty. Use a share that "
                ) + "leaves at least one in each.");
    }

    /// <summary>The rows in order, ⌈n/size⌉ batches of which the last may be short.</summary>
    /// <exception cref="FunctionalException">The size is below 1 or above n.</exception>
    public IEnumerable<TSelf> Batches(int size)
    {
        DatasetChecks.BatchSize(size, Count);
        return Enumerable.Range(0, (Count + size - 1) / size).Select(i => Range(i * size, Math.Min(size, Count - i * size)));
    }

    TSelf Range(int start, int count) => Rows([.. Enumerable.Range(start, count)]);
}
