namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>x repeated along each axis: <c>[a, b] → [a·r₁, b·r₂]</c>.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="repeats">How often, for each axis.</param>
    /// <exception cref="ShapeException">There is not one number for each axis, or one is negative.</exception>
    public static Expr Tile(Expr x, params int[] repeats) => Tile(x, [.. repeats.Select(n => (Dim)n)]);

    /// <inheritdoc cref="Tile(Expr, int[])"/>
    public static Expr Tile(Expr x, params Dim[] repeats)
    {
        if (repeats.Length != x.Rank)
            throw new ShapeException($"Tile: {repeats.Length} repeats for {x.Shape}. Give one number for each of its {x.Rank} axes.");
        Shape apart = [.. x.Shape.SelectMany(n => new[] { 1, n })];
        Shape repeated = [.. x.Shape.Zip(repeats).SelectMany(p => new[] { p.Second, p.First })];
        return Reshape(Broadcast(Reshape(x, apart), repeated), [.. x.Shape.Zip(repeats, (n, r) => n * r)]);
    }

    /// <summary>
    /// The lower triangle of the last two axes, and 0 above: x[…, i, j] where j ≤ i + diagonal, for any dtype.
    /// </summary>
    /// <param name="x">The tensor, <c>[…, n, m]</c>.</param>
    /// <param name="diagonal">The last diagonal that is kept: 0 the main one, 1 the one above it, −1 the one below.</param>
    /// <exception cref="ShapeException">x has fewer than two axes.</exception>
    public static Expr Tril(Expr x, int diagonal = 0)
    {
        var (rows, columns) = Places("Tril", x);
        return Select(Broadcast(columns <= rows + diagonal, x.Shape), x, ZerosLike(x));
    }

    /// <summary>
    /// The upper triangle of the last two axes, and 0 below: x[…, i, j] where j ≥ i + diagonal, for any dtype.
    /// </summary>
    /// <param name="x">The tensor, <c>[…, n, m]</c>.</param>
    /// <param name="diagonal">The first diagonal that is kept: 0 the main one, 1 the one above it, −1 the one below.</param>
    /// <exception cref="ShapeException">x has fewer than two axes.</exception>
    public static Expr Triu(Expr x, int diagonal = 0)
    {
        var (rows, columns) = Places("Triu", x);
        return Select(Broadcast(columns >= rows + diagonal, x.Shape), x, ZerosLike(x));
    }

    /// <summary>0, 1, … down the rows of matrices, <c>[n, 1]</c>, and along their columns, <c>[1, m]</c>.</summary>
    static (Expr Rows, Expr Columns) Places(string op, Expr x) => x.Rank >= 2
        ? (ExpandDims(Range(x.Shape[^2]), 1), ExpandDims(Range(x.Shape[^1]), 0))
        : throw new ShapeException($"{op}: {x.Shape} has fewer than two axes. Give matrices, […, n, m].");

    /// <summary>
    /// x with its elements moved along an axis, those beyond its end to its beginning: y[…, i + shift, …] = x[…, i, …].
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="shift">How far; negative moves towards the beginning.</param>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    public static Expr Roll(Expr x, int shift, int axis)
    {
        var at = x.Shape.Axis(axis, "Roll");
        if (x.Shape[at] == 0) return x;
        if (x.Shape[at].IsKnown)
        {
            var size = x.Shape[at].Size;
            var start = (int)((((long)size - shift) % size + size) % size);
            return start == 0 ? x : Concat(at, Slice(x, at, start, size), Slice(x, at, 0, start));
        }
        var (n, from) = (SizeOf(x.Shape[at], DType.Int64), Range(x.Shape[at]) - (double)shift);
        var rest = from - from / n * n;
        return Gather(x, Select(rest < 0, rest + n, rest), at);
    }

    /// <summary>
    /// Channels moved to places, as ONNX's DepthToSpace: <c>[batch, c·block², h, w] → [batch, c, h·block, w·block]</c>.
    /// </summary>
    /// <param name="x">Images, channels first.</param>
    /// <param name="block">How many rows and columns each place becomes.</param>
    /// <param name="columnFirst">
    /// Whether channels count up in c first and in a place's columns and rows last (ONNX's CRD, PyTorch's pixel shuffle), or in rows and
    /// columns first and in c last (ONNX's DCR).
    /// </param>
    /// <exception cref="ShapeException">x has other axes, or block² does not divide the channels.</exception>
    public static Expr DepthToSpace(Expr x, int block, bool columnFirst = false)
    {
        if (block < 1 || x.Rank != 4 || x.Shape[1].DivideExactly((Dim)block * block) is not { } channels)
            throw new ShapeException(
                $"DepthToSpace: blocks of {block} × {block} from {x.Shape}. Give [batch, c·block², h, w] and a block of 1 or more.");
        var (batch, height, width) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        var moved = columnFirst
            ? Transpose(Reshape(x, [batch, channels, block, block, height, width]), 0, 1, 4, 2, 5, 3)
            : Transpose(Reshape(x, [batch, block, block, channels, height, width]), 0, 3, 4, 1, 5, 2);
        return Reshape(moved, [batch, channels, height * block, width * block]);
    }

    /// <summary>
    /// Places moved to channels, as ONNX's SpaceToDepth: <c>[batch, c, h·block, w·block] → [batch, block²·c, h, w]</c>. It is what
    /// <see cref="DepthToSpace"/> undoes.
    /// </summary>
    /// <param name="x">Images, channels first.</param>
    /// <param name="block">How many rows and columns become one place.</param>
    /// <exception cref="ShapeException">x has other axes, or the block does not divide height and width.</exception>
    public static Expr SpaceToDepth(Expr x, int block)
    {
        if (
            block < 1
            || x.Rank != 4
            || x.Shape[2].DivideExactly(block) is not { } height
            || x.Shape[3].DivideExactly(block) is not { } width)
            throw new ShapeException(
                $"SpaceToDepth: blocks of {block} × {block} of {x.Shape}. Give [batch, c, h·block, w·block] and a block of 1 or more.");
        var (batch, channels) = (x.Shape[0], x.Shape[1]);
        var moved = Transpose(Reshape(x, [batch, channels, height, block, width, block]), 0, 3, 5, 1, 2, 4);
        return Reshape(moved, [batch, channels * block * block, height, width]);
    }
}
