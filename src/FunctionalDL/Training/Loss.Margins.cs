using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>The squared hinge loss of a score against yᵢ = ±1, Lᵢ = max(0, 1 − yᵢ f(xᵢ))².</summary>
    public static Loss SquaredHinge { get; } = Of(
        "squared hinge", (f, y) => Square(Maximum(1 - SameShape("SquaredHinge", f, y) * f, 0)), new(Targets: LossTargets.Signs));

    /// <summary>
    /// The hinge loss of scores of k classes (Crammer, Singer 2001) as PyTorch has it, Lᵢ = 1/k Σ max(0, margin − f(xᵢ)_y +
    /// f(xᵢ)ⱼ) over the classes j other than the label y: <c>[n…, k], int64 [n…]</c>.
    /// </summary>
    /// <exception cref="FunctionalException">The margin is not a number, 0 or more.</exception>
    public static Loss MultiMargin(double margin = 1) => WithMargin("multi-margin", margin, LossTargets.Classes, (f, target) =>
    {
        if (f.Rank < 2 || !target.DType.IsInteger() || target.Shape != f.Shape.Slice(0, f.Rank - 1) || f.Shape[^1] == 1)
            throw new ShapeException($"MultiMargin: predictions are {f.Type}, targets {target.Type}. Give scores of two classes or more, "
                + "[n, k], and int64 labels [n].");
        var isLabel = OneHot(target, f.Shape[^1], DType.Bool);
        var right = SumKeep(Select(isLabel, f, ZerosLike(f)), -1);
        return Sum(Select(isLabel, ZerosLike(f), Maximum(margin - right + f, 0)), -1) / SizeOf(f.Shape[^1], f.DType);
    });

    /// <summary>
    /// The loss of two scores a, b of an example against which is to be larger, yᵢ = 1 for a and −1 for b: Lᵢ = max(0, margin −
    /// yᵢ (a − b)), <c>[n…, 2], [n…]</c>.
    /// </summary>
    /// <exception cref="FunctionalException">The margin is not a number, 0 or more.</exception>
    public static Loss MarginRanking(double margin = 0) => WithMargin("margin ranking", margin, LossTargets.Signs, (f, target) =>
    {
        if (f.Rank < 2 || f.Shape[^1] != 2)
            throw new ShapeException($"MarginRanking: predictions are {f.Type}. Give [n, 2]: two scores of each example.");
        var (a, b) = (Index(f, -1, 0), Index(f, -1, 1));
        return Maximum(margin - SameShape("MarginRanking", a, target) * (a - b), 0);
    });

    /// <summary>
    /// The loss of two embeddings a, b by the cosine of their angle: Lᵢ = 1 − cos for yᵢ = 1, and max(0, cos − margin) for yᵢ =
    /// −1, <c>[n, 2, d], [n]</c>. A vector shorter than 10⁻⁶ counts as that long.
    /// </summary>
    /// <exception cref="FunctionalException">The margin is not from −1 to 1.</exception>
    public static Loss CosineEmbedding(double margin = 0) => margin is >= -1 and <= 1
        ? Of(
            FormattableString.Invariant($"cosine embedding({margin})"),
            (f, target) =>
            {
                var (a, b, isAlike) = Pair("CosineEmbedding", f, target);
                var cosine = Sum(Direction(a) * Direction(b), -1);
                return Select(isAlike, 1 - cosine, Maximum(cosine - margin, 0));
            },
            new(Targets: LossTargets.Signs))
        : throw new FunctionalException(FormattableString.Invariant($"CosineEmbedding: margin {margin} is not from −1 to 1."));

    /// <summary>
    /// The contrastive loss (Hadsell, Chopra, LeCun 2006) of two embeddings a, b with the distance d = ‖a − b‖: Lᵢ = d²/2 for
    /// yᵢ = 1, alike, and max(0, margin − d)²/2 for yᵢ = −1, <c>[n, 2, d], [n]</c>. Where a = b the derivative is 0.
    /// </summary>
    /// <exception cref="FunctionalException">The margin is not a number, 0 or more.</exception>
    public static Loss Contrastive(double margin = 1) => WithMargin("contrastive", margin, LossTargets.Signs, (f, target) =>
    {
        var (a, b, isAlike) = Pair("Contrastive", f, target);
        return 0.5 * Select(isAlike, Sum(Square(a - b), -1), Square(Maximum(margin - Norm(a - b, -1), 0)));
    });

    static Loss WithMargin(string name, double margin, LossTargets targets, Func<Expr, Expr, Expr> loss) =>
        margin >= 0 && double.IsFinite(margin)
            ? Of(FormattableString.Invariant($"{name}({margin})"), loss, new(Targets: targets))
            : throw new FunctionalException(FormattableString.Invariant($"Loss \"{name}\": margin {margin} is not a number, 0 or more."));

    /// <summary>Two embeddings of each example, and whether it is said that they are alike.</summary>
    static (Expr A, Expr B, Expr IsAlike) Pair(string loss, Expr f, Expr target)
    {
        if (f.Rank != 3 || f.Shape[1] != 2)
            throw new ShapeException($"{loss}: predictions are {f.Type}. Give [n, 2, d]: two embeddings of each example.");
        if (target.Shape != f.Shape.Slice(0, 1))
            throw new ShapeException($"{loss}: predictions are {f.Type}, targets {target.Type}. Give a sign for each example, [n].");
        return (Index(f, 1, 0), Index(f, 1, 1), target.Cast(f.DType) > 0);
    }
}
