using static FunctionalDL.Functions;

namespace FunctionalDL.Testing;

/// <summary>
/// A random expression as a program: each instruction applies a function to earlier results and adds a result. Any list of instructions is a
/// program, so that a failing case shrinks by leaving instructions out.
/// </summary>
/// <param name="Rows">The size of the dimension <c>n</c>.</param>
/// <param name="Columns">The size of the other dimension.</param>
/// <param name="Seed">The seed of the variables' values.</param>
/// <param name="Instructions">A function and two operands each, taken modulo what there is.</param>
sealed record ExpressionProgram(int Rows, int Columns, long Seed, (int Function, int A, int B)[] Instructions)
{
    static readonly Shape Labels = ["n"];

    /// <summary>The expression of the program over a set of functions, in a precision.</summary>
    public ExpressionCase Build(IReadOnlyList<Func<Expr, Expr, Expr>> functions, DType dtype)
    {
        Expr[] variables =
        [
            Expr.Variable("x", ["n", Columns], dtype), Expr.Variable("y", ["n", Columns], dtype), Expr.Variable("row", [Columns], dtype),
            Expr.Variable("s", Shape.Scalar, dtype), Expr.Variable("w", [Columns, 3], dtype),
        ];
        var results = variables.ToList();
        foreach (var (function, a, b) in Instructions)
            if (Apply(functions[function % functions.Count], results[a % results.Count], results[b % results.Count]) is { } result) results.Add(result);
        return new(results[^1], Values(variables, dtype)) { Program = this };
    }

    /// <summary>The labels every program may use: indices of rows.</summary>
    public static Expr Index { get; } = Expr.Variable("index", Labels, DType.Int64);

    TensorSet Values(Expr[] variables, DType dtype)
    {
        var (key, sizes) = (Key.Of(Seed), Sizes.None.With("n", Rows));
        var floats = variables.Select((v, i) => (v.VariableName!,
            (Tensor)((Tensor<double>)key.Fold(i).Uniform(v.Shape.Resolve(sizes), DType.Float64)).Map(u => 4 * u - 2).Cast(dtype)));
        var index = ((Tensor<double>)key.Fold(-1).Uniform([Rows], DType.Float64)).Map(u => (long)(u * Rows));
        return TensorSet.Of([.. floats, (Index.VariableName!, index)]);
    }

    /// <summary>A function on two results, where their shapes fit and the result stays small.</summary>
    static Expr? Apply(Func<Expr, Expr, Expr> function, Expr a, Expr b)
    {
        try
        {
            var result = function(a, b);
            return result.Rank <= 4 && result.Shape.All(d => !d.IsKnown || d.Size <= 64) && result.Shape.Elements.Polynomial().All(term => term.Symbols.Length <= 2) ? result : null;
        }
        catch (ShapeException)
        {
            return null;
        }
    }

    /// <summary>Smooth functions whose values stay moderate, so that finite differences and other precisions can be compared with them.</summary>
    public static IReadOnlyList<Func<Expr, Expr, Expr>> Smooth { get; } =
    [
        (a, b) => a + b, (a, b) => a - b, (a, b) => Tanh(a) * Tanh(b), (a, b) => a / (1.5 + Square(b)), (a, _) => -a, (a, _) => 0.5 * a + 1,
        (a, _) => Sin(a), (a, _) => Cos(a), (a, _) => Tanh(a), (a, _) => Sigmoid(a), (a, _) => Softplus(a), (a, _) => Erf(a), (a, _) => Atan(a), (a, _) => Gelu(a),
        (a, _) => Exp(Tanh(a)), (a, _) => Expm1(Sin(a)), (a, _) => Log(1.5 + Square(a)), (a, _) => Log1P(Square(a)), (a, _) => Sqrt(1 + Square(a)),
        (a, b) => Power(1 + Square(Tanh(a)), Tanh(b)), (a, _) => Power(Tanh(a), 3),
        (a, _) => a.Rank > 0 ? Tanh(Sum(a, 0)) : a, (a, _) => a.Rank > 1 ? Mean(a, -1) : a, (a, _) => Sum(Tanh(a)), (a, _) => a.Rank > 1 ? LogSumExpKeep(a) : a, (a, _) => a.Rank > 1 ? Softmax(a) : a,
        (a, _) => a.Rank > 1 ? Transpose(a) : a, (a, b) => Tanh(MatMul(a, b)), (a, b) => Tanh(MatMul(a, Transpose(b))), (a, _) => Tanh(MatMul(Transpose(a), a)),
        (a, b) => Concat(-1, a, b), (a, b) => Concat(0, a, b), (a, _) => Slice(a, -1, 0, -1), (a, _) => Slice(a, -1, 0, a.Shape[^1].IsKnown ? a.Shape[^1].Size : 1, 2),
        (a, _) => Pad(a, -1, 1, 2, 0.5), (a, _) => a.Rank > 0 ? Dilate(a, -1, 1) : a, (a, _) => ExpandDims(a, 0), (a, _) => Reshape(a, [a.Shape.Elements]),
        (a, _) => Gather(a, Index), (a, _) => a.Rank > 0 && a.Shape[0] == "n" ? ScatterAdd(Index, a, "n") : a, (a, _) => a.Rank > 0 ? Reverse(a, 0) : a,
        (a, b) => Select(OneHot(Index, "n") > 0.5f, MatMul(a, Transpose(a)), a.Shape == b.Shape ? MatMul(b, Transpose(b)) : MatMul(a, Transpose(a))),
        (a, _) => a * SizeOf(a.Shape.Elements + 1, a.DType) / SizeOf(a.Shape.Elements + 2, a.DType),
    ];

    /// <summary>The smooth functions, and those with kinks, which are continuous all the same.</summary>
    public static IReadOnlyList<Func<Expr, Expr, Expr>> Continuous { get; } =
    [
        .. Smooth,
        (a, b) => Maximum(a, b), (a, b) => Minimum(a, b), (a, _) => Relu(a), (a, _) => Abs(a), (a, _) => a.Rank > 0 ? Maximum(Max(a, -1), -9) : a, (a, _) => Minimum(Min(a), 9),
        (a, _) => Select(Abs(a) <= 9, a, 9 * Sign(a)), (a, b) => Select(!((a > b) & (a > 0)) | Equal(a, b), Maximum(a, Maximum(b, 0)) - Maximum(b, 0), a - Maximum(b, 0)),
    ];
}
