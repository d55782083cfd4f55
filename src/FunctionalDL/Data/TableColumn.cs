using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>A column of a table and the features a model is given of it.</summary>
/// <param name="Name">The column's name in the table.</param>
public abstract record TableColumn(string Name)
{
    /// <summary>The names of the features.</summary>
    public abstract ImmutableArray<string> Features { get; }

    /// <summary>From a cell to the number that stands for it in raw inputs; null for a cell that has no place in this column.</summary>
    internal abstract Func<string, double?> Reader(NumberNotation notation);

    /// <summary>The features of raw inputs: <c>[batch, 1] → [batch, features]</c>.</summary>
    internal abstract Expr Encode(Expr x);
}
