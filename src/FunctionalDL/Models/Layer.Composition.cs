namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>x + f(x): a layer with a way around it (He et al. 2016).</summary>
    /// <param name="inner">f.</param>
    /// <param name="shortcut">What takes the place of x where f changes the shape, such as a convolution of size 1.</param>
    public static Layer Residual(Layer inner, Layer? shortcut = null) =>
        Of("residual", (scope, x) => inner.Apply(scope, x) is var y && shortcut is null ? x + y : shortcut.Apply(scope, x) + y);

    /// <summary>
    /// A layer whose inside is not kept for the gradient but computed anew on the way back (<see cref="Functions.Rematerialize"/>): less
    /// memory for more time.
    /// </summary>
    public static Layer Rematerialize(Layer inner) =>
        Of("rematerialize", (scope, x) => Functions.Rematerialize(e => inner.Apply(scope, e), x));

    /// <summary>Several layers on one input, and their results joined along an axis.</summary>
    /// <param name="axis">The axis: 1 for channels of images, −1 for features.</param>
    /// <param name="branches">The layers.</param>
    public static Layer Concat(int axis, params Layer[] branches) =>
        Parallel("concat", results => Functions.Concat(axis, results), branches);

    /// <summary>Several layers on one input, and their results combined.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="combine">The result from those of the branches, in their order.</param>
    /// <param name="branches">The layers.</param>
    /// <exception cref="FunctionalException">There are no branches.</exception>
    public static Layer Parallel(string name, Func<Expr[], Expr> combine, params Layer[] branches) => branches.Length > 0
        ? Of(name, (scope, x) => combine([.. branches.Select(branch => branch.Apply(scope, x))]))
        : throw new FunctionalException($"{name}: there are no branches. Give at least one layer.");

    /// <summary>
    /// In training each element is 0 with a probability and otherwise divided by 1 − rate, so that its mean stays; in prediction x itself
    /// (Srivastava et al. 2014). Which ones depends on the step's key alone.
    /// </summary>
    /// <param name="rate">The probability.</param>
    /// <exception cref="FunctionalException">The rate is outside 0 to 1, or 1.</exception>
    public static Layer Dropout(double rate) =>
        rate is >= 0 and < 1
            ? Of(
                "dropout",
                (scope, x) =>
                    scope.IsTraining && rate > 0
                        ? Functions.Select(scope.RandomUniform(x.Shape) >= rate, x / (1 - rate), Functions.ZerosLike(x))
                        : x)
            : throw new FunctionalException(
                FormattableString.Invariant($"Dropout: rate {rate} is not in [0, 1). It is the part of the elements dropped."));
}
