namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The elements along an axis in ascending order, or in descending order: <c>[…, n, …] → […, n, …]</c>. NaN is larger than
    /// all. The gradient of an element goes to where it was.
    /// </summary>
    /// <param name="x">Numbers.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="descending">Whether the largest comes first.</param>
    public static Expr Sort(Expr x, int axis = -1, bool descending = false) =>
        TopK(x, x.Shape[x.Shape.Axis(axis, "Sort")], axis, descending).Values;

    /// <summary>
    /// Where the elements of <see cref="Sort"/> are along the axis: int64 <c>[…, n, …]</c>. Of equal elements the first comes first.
    /// </summary>
    /// <inheritdoc cref="Sort"/>
    public static Expr ArgSort(Expr x, int axis = -1, bool descending = false) =>
        TopK(x, x.Shape[x.Shape.Axis(axis, "ArgSort")], axis, descending).Indices;

    /// <summary>
    /// The index of the smallest element along an axis, the first of equal ones, as int64; NaN counts as smallest.
    /// </summary>
    /// <exception cref="DTypeException">x holds truth values.</exception>
    public static Expr ArgMin(Expr x, int axis = -1) => x.DType.IsNumeric()
        ? ArgMax(Opposite(x), axis)
        : throw new DTypeException($"ArgMin: takes numbers, given {x.Type}. Cast the input to a number.");

    /// <summary>
    /// Numbers in the opposite order: −x, and −1 − x of whole ones, which are as many below 0 as from 0 on.
    /// </summary>
    static Expr Opposite(Expr x) => x.DType.IsFloat() ? -x : -1 - x.Cast(DType.Int64);
}
