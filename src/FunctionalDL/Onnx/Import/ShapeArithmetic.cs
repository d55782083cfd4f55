using System.Collections.Immutable;

namespace FunctionalDL.Onnx;

/// <summary>
/// What becomes of sizes: a graph that takes a shape apart and puts one together (Shape, Gather, Concat, Reshape) is read with named
/// dimensions instead of numbers, so that it stays one for all sizes. What has no form as a polynomial of names is left to expressions.
/// </summary>
static class ShapeArithmetic
{
    /// <summary>The node's value as numbers made of sizes, where it has one.</summary>
    public static OnnxValue[]? Read(OnnxNode node)
    {
        if (node.Operator == "Split") return Split(node);
        return Rule(node) is { } value ? [value] : null;
    }

    static OnnxValue? Rule(OnnxNode node) => node.Operator switch
    {
        "Identity" or "Floor" or "Ceil" or "Round" => node.Value(0),
        "Add" => Combine(node, (a, b) => a + b),
        "Sub" => Combine(node, (a, b) => a - b),
        "Mul" => Combine(node, (a, b) => a * b),
        "Div" => Combine(node, (a, b) => a.DivideExactly(b)),
        "Neg" => Map(node, d => -1 * d),
        "Cast" => Cast(node),
        "Gather" => Gather(node),
        "Concat" => Concat(node),
        "Slice" => Slice(node),
        "Squeeze" => node.Value(0).Dims is { Length: 1 } one ? Like(node, one, isScalar: true) : null,
        "Unsqueeze" => node.Value(0) is { IsScalar: true, Dims: { } one } ? Like(node, one, isScalar: false) : null,
        "Reshape" => Reshape(node),
        "ReduceProd" => Reduce(node, (a, b) => a * b, 1),
        "ReduceSum" => Reduce(node, (a, b) => a + b, 0),
        "Equal" => Equal(node),
        "Where" => Where(node),
        _ => null,
    };

    static OnnxValue Like(OnnxNode node, ImmutableArray<Dim> dims, bool isScalar) => OnnxValue.Of(dims, isScalar, node.Value(0).Type.DType);

    static OnnxValue? Map(OnnxNode node, Func<Dim, Dim> map) =>
        node.Value(0) is { Dims: { } dims } x ? Like(node, [.. dims.Select(map)], x.Type.Shape.Rank == 0) : null;

    static OnnxValue? Combine(OnnxNode node, Func<Dim, Dim, Dim?> combine)
    {
        var (x, y) = (node.Value(0), node.Value(1));
        if (x.Dims is not { } a || y.Dims is not { } b || a.Length != b.Length && a.Length != 1 && b.Length != 1) return null;
        var length = a.Length == 1 ? b.Length : a.Length;
        Dim?[] dims = [.. Enumerable.Range(0, length).Select(i => combine(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]))];
        if (dims.Any(d => d is null)) return null;
        return Like(node, [.. dims.Select(d => d!.Value)], x.Type.Shape.Rank == 0 && y.Type.Shape.Rank == 0);
    }

    static OnnxValue? Cast(OnnxNode node)
    {
        var to = node.DTypeAttribute("to", DType.Int64);
        // Halves do not hold every size.
        var holds = to is DType.Int64 or DType.Int32 or DType.Float32 or DType.Float64;
        return holds && node.Value(0) is { Dims: { } dims } x ? OnnxValue.Of(dims, x.Type.Shape.Rank == 0, to) : null;
    }

    static OnnxValue? Gather(OnnxNode node)
    {
        if (node.Value(0) is not { Dims: { } dims } x || x.Type.Shape.Rank != 1) return null;
        if (node.Value(1).Tensor is not { Shape.Rank: <= 1 } at) return null;
        var indices = at.Cast(DType.Int64).ToArray<long>();
        if (indices.Any(i => i < -dims.Length || i >= dims.Length)) return null;
        return Like(node, [.. indices.Select(i => dims[(int)(i < 0 ? i + dims.Length : i)])], at.Shape.Rank == 0);
    }

    static OnnxValue? Concat(OnnxNode node)
    {
        var parts = node.Values.Select(v => v?.Dims).ToArray();
        if (parts.Any(p => p is null) || node.Values.Any(v => v!.Type.Shape.Rank != 1)) return null;
        return Like(node, [.. parts.SelectMany(p => p!.Value)], isScalar: false);
    }

    static OnnxValue? Slice(OnnxNode node)
    {
        if (node.Value(0) is not { Dims: { } dims } x || x.Type.Shape.Rank != 1) return null;
        var starts = node.NumbersOf("starts", 1, "starts");
        var ends = node.NumbersOf("ends", 2, "ends");
        if (starts is not [var start] || ends is not [var end]) return null;
        var step = node.Has(4) ? node.Number(4, "steps") : 1;
        return Like(node, [.. Slicing.Places(dims.Length, start, end, step).Select(i => dims[i])], isScalar: false);
    }

    static OnnxValue? Reshape(OnnxNode node)
    {
        if (node.Value(0).Dims is not { } dims || node.Value(1).Tensor is not { } shape) return null;
        return shape.Cast(DType.Int64).ToArray<long>() switch
        {
            [] when dims.Length == 1 => Like(node, dims, isScalar: true),
            [var n] when n is -1 or 0 || n == dims.Length => Like(node, dims, isScalar: false),
            _ => null,
        };
    }

    static OnnxValue? Reduce(OnnxNode node, Func<Dim, Dim, Dim> join, Dim empty)
    {
        if (node.Value(0) is not { Dims: { } dims } x || x.Type.Shape.Rank != 1) return null;
        return Like(node, [dims.Aggregate(empty, join)], isScalar: !node.Flag("keepdims", true));
    }

    /// <summary>Whether sizes equal numbers, where that is known: no size is below 0, and equal names are equal.</summary>
    static OnnxValue? Equal(OnnxNode node)
    {
        if (node.Value(0).Dims is not { } a || node.Value(1).Dims is not { } b || a.Length != b.Length && a.Length != 1 && b.Length != 1)
            return null;
        var length = a.Length == 1 ? b.Length : a.Length;
        bool?[] equal = [.. Enumerable.Range(0, length).Select(i => Same(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]))];
        if (equal.Any(e => e is null)) return null;
        var isScalar = node.Value(0).Type.Shape.Rank == 0 && node.Value(1).Type.Shape.Rank == 0;
        var truths = Tensor.Vector([.. equal.Select(e => e!.Value)]);
        return OnnxValue.Of(Expr.Constant(isScalar ? truths.Reshape(Shape.Scalar) : truths));
    }

    static bool? Same(Dim a, Dim b)
    {
        if (a == b) return true;
        if (a.IsKnown && b.IsKnown) return false;
        bool IsSize(Dim d) => d.Polynomial().All(term => term.Coefficient >= 0);
        bool IsBelow(Dim d) => d.IsKnown && d.IsNegative;
        return IsSize(a) && IsBelow(b) || IsSize(b) && IsBelow(a) ? false : null;
    }

    static OnnxValue? Where(OnnxNode node)
    {
        if (node.Value(0).Tensor is not { } condition || node.Value(1).Dims is not { } a || node.Value(2).Dims is not { } b) return null;
        var length = Math.Max(condition.Count, Math.Max(a.Length, b.Length));
        if (new[] { condition.Count, a.Length, b.Length }.Any(n => n != 1 && n != length)) return null;
        Dim Pick(int i) => condition.GetDouble(condition.Count == 1 ? 0 : i) != 0 ? a[a.Length == 1 ? 0 : i] : b[b.Length == 1 ? 0 : i];
        var isScalar = node.Values.All(v => v!.Type.Shape.Rank == 0);
        return OnnxValue.Of([.. Enumerable.Range(0, length).Select(Pick)], isScalar, node.Value(1).Type.DType);
    }

    static OnnxValue[]? Split(OnnxNode node)
    {
        if (node.Value(0).Dims is not { } dims) return null;
        var sizes = node.NumbersOf("split", 1, "split")
            ?? [.. Enumerable.Repeat((long)dims.Length / Math.Max(1, node.OutputCount), node.OutputCount)];
        if (sizes.Sum() != dims.Length || sizes.Any(n => n < 0)) return null;
        var (parts, at) = (new List<OnnxValue>(), 0);
        foreach (var size in sizes)
        {
            parts.Add(Like(node, dims.Slice(at, (int)size), isScalar: false));
            at += (int)size;
        }
        return [.. parts];
    }
}
