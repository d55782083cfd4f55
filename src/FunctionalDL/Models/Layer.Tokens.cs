using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// A vector for each token: <c>integers [batch, time] → [batch, time, width]</c>, with <c>weight [vocabulary, width]</c>. A token
    /// outside the vocabulary is an error.
    /// </summary>
    /// <param name="vocabulary">The number of tokens.</param>
    /// <param name="width">The size of a vector.</param>
    /// <param name="initializer">The vectors' first values, normal with standard deviation 0.02 if not given.</param>
    /// <exception cref="FunctionalException">A number is below 1.</exception>
    public static Layer Embedding(int vocabulary, int width, Initializer? initializer = null)
    {
        Positive("Embedding", ("vocabulary", vocabulary), ("width", width));
        return Of(
            "embedding",
            (scope, x) =>
                x.DType.IsInteger()
                    ? Gather(scope.Parameter("weight", [vocabulary, width], initializer ?? Initializer.Normal(0.02)), x)
                    : throw new ShapeException(
                        $"Embedding: takes integers as tokens, given {x.Type}. Begin with Model.Input(DType.Int64, \"time\")."));
    }

    /// <summary>
    /// x plus a learned vector for each place: <c>[batch, time, width] → […]</c>, with <c>weight [length, width]</c>. A longer sequence
    /// is an error.
    /// </summary>
    /// <param name="length">The largest number of places.</param>
    /// <param name="initializer">The vectors' first values, normal with standard deviation 0.02 if not given.</param>
    /// <exception cref="FunctionalException">The length is below 1.</exception>
    public static Layer PositionEmbedding(int length, Initializer? initializer = null)
    {
        Positive("PositionEmbedding", ("length", length));
        return Of(
            "positions",
            (scope, x) =>
            {
                var time = CheckSequence("PositionEmbedding", x).Shape[1];
                if (time is { IsKnown: true } && time.Size > length)
                    throw new ShapeException(
                        $"PositionEmbedding: a sequence of {time} has more places than the {length} there are vectors for. Give a larger "
                            + "length, or shorter sequences."
                    );
                return x + SliceFrom(scope.Parameter("weight", [length, x.Shape[2]], initializer ?? Initializer.Normal(0.02)), 0, 0, time);
            });
    }

    /// <summary>
    /// x plus sines and cosines of its places, of wavelengths from 2π to 10000·2π: p[t, 2i] = sin(t/10000^(2i/width)), p[t, 2i + 1] =
    /// cos of it:
    /// <c>[batch, time, width] → […]</c> (Vaswani et al. 2017). Sequences may have any length.
    /// </summary>
    public static Layer SinusoidalPositions { get; } = Of("sinusoids", x =>
    {
        var (sine, cosine) = Waves("SinusoidalPositions", CheckSequence("SinusoidalPositions", x));
        return x + Functions.Reshape(Stack(-1, sine, cosine), [x.Shape[1], x.Shape[2]]);
    });

    static Expr CheckSequence(string layer, Expr x) =>
        x.Rank == 3 && x.Shape[2].IsKnown
            ? x
            : throw new ShapeException(
                $"{layer}: takes [batch, time, width] with a known width, given {x.Shape}. Tokens need an Embedding first.");
}
