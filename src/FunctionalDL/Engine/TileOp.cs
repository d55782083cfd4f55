namespace FunctionalDL.Engine;

/// <summary>
/// An operation inside a tile step, computed in lanes of <paramref name="Lane"/>. It gives a whole matrix, one number for each row, or a
/// reduction finished only when every tile is done. An operation <paramref name="Inner"/> may come first, on the first two inputs; its
/// result is then the first operand.
/// </summary>
sealed record TileOp(Code Code, DType Lane, View[] Inputs, Storage Output, Extent Extent, Code? Inner = null)
{
    public string Name => $"{Inner}{Code}";

    public int Cost => Code.Cost() + (Inner?.Cost() ?? 0);
}

/// <summary>How much of a tile step's rows × columns a value covers.</summary>
enum Extent
{
    /// <summary>An element for each row and column.</summary>
    Full,

    /// <summary>An element for each row.</summary>
    Row,

    /// <summary>An element for each column, reduced over all rows: known at the end.</summary>
    Column,

    /// <summary>One element, reduced over everything: known at the end.</summary>
    All,
}
