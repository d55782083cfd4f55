using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// h ← tanh(x W + h U + b) over time (Elman 1990): <c>[batch, time, n] → [batch, time, units]</c>, or <c>[batch, units]</c> after the last step;
    /// time may be a name. Parameters <c>weight [n, units]</c>, <c>recurrent [units, units]</c>, <c>bias [units]</c>.
    /// </summary>
    /// <param name="units">The size of h.</param>
    /// <param name="returnSequences">Whether the result is h after every step, or only after the last.</param>
    /// <param name="reverse">Whether time goes from the last element to the first.</param>
    /// <exception cref="FunctionalException">There are fewer than 1 units.</exception>
    public static Layer SimpleRnn(int units, bool returnSequences = false, bool reverse = false) =>
        Recurrent("simplernn", units, gates: 1, carried: 1, returnSequences, reverse, Initializer.Zeros, (scope, recurrent) => (h, x) => [Functions.Tanh(x + MatMul(h[0], recurrent))]);

    /// <summary>
    /// The long short-term memory (Hochreiter, Schmidhuber 1997; Gers et al. 2000) over time: with i, f, g, o the four parts of x W + h U + b,
    /// c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c): <c>[batch, time, n] → [batch, time, units]</c>, or <c>[batch, units]</c>. The bias of f starts at 1.
    /// Parameters <c>weight [n, 4·units]</c>, <c>recurrent [units, 4·units]</c>, <c>bias [4·units]</c>.
    /// </summary>
    /// <inheritdoc cref="SimpleRnn"/>
    public static Layer Lstm(int units, bool returnSequences = false, bool reverse = false) =>
        Recurrent("lstm", units, gates: 4, carried: 2, returnSequences, reverse, ForgetBias(units), (scope, recurrent) => (h, x) =>
        {
            var gates = Gates(x + MatMul(h[0], recurrent), units);
            var c = Functions.Sigmoid(gates[1]) * h[1] + Functions.Sigmoid(gates[0]) * Functions.Tanh(gates[2]);
            return [Functions.Sigmoid(gates[3]) * Functions.Tanh(c), c];
        });

    /// <summary>
    /// The gated recurrent unit (Cho et al. 2014, in the form that resets after the product): with r, z, n the three parts of x W + b and r', z', n' those
    /// of h U + b', h ← (1 − σ(z + z'))·tanh(n + σ(r + r')·n') + σ(z + z')·h: <c>[batch, time, n] → [batch, time, units]</c>, or <c>[batch, units]</c>.
    /// Parameters <c>weight [n, 3·units]</c>, <c>recurrent [units, 3·units]</c>, <c>bias [3·units]</c>, <c>recurrentbias [3·units]</c>.
    /// </summary>
    /// <inheritdoc cref="SimpleRnn"/>
    public static Layer Gru(int units, bool returnSequences = false, bool reverse = false) =>
        Recurrent("gru", units, gates: 3, carried: 1, returnSequences, reverse, Initializer.Zeros, (scope, recurrent) =>
        {
            var bias = scope.Parameter("recurrentbias", [3 * units], Initializer.Zeros);
            return (h, x) =>
            {
                var (a, b) = (Gates(x, units), Gates(MatMul(h[0], recurrent) + bias, units));
                var (r, z) = (Functions.Sigmoid(a[0] + b[0]), Functions.Sigmoid(a[1] + b[1]));
                return [(1 - z) * Functions.Tanh(a[2] + r * b[2]) + z * h[0]];
            };
        });

    /// <summary>A loop over time that starts at zeros. The inputs' part of all steps is one product before the loop.</summary>
    static Layer Recurrent(
        string name, int units, int gates, int carried, bool returnSequences, bool reverse, Initializer bias, Func<LayerScope, Expr, Func<Expr[], Expr, Expr[]>> step)
    {
        Positive(name, ("units", units));
        return Of(name, (scope, x) =>
        {
            if (x.Rank != 3) throw new ShapeException($"{name}: takes [batch, time, n], given {x.Shape}. Tokens need an Embedding first; a single series an axis of features.");
            var weight = scope.Parameter("weight", [x.Shape[2], gates * units], Initializer.GlorotUniform);
            var recurrent = scope.Parameter("recurrent", [units, gates * units], Initializer.Uniform(1 / Math.Sqrt(units)));
            var inputs = MatMul(Transpose(x, 1, 0, 2), weight) + scope.Parameter("bias", [gates * units], bias);
            var zeros = Functions.Broadcast(Expr.Constant(0, x.DType), [x.Shape[0], units]);
            var next = step(scope, recurrent);
            var loop = Scan([.. Enumerable.Repeat(zeros, carried)], [inputs], (h, e) => next(h, e[0]), reverse);
            return returnSequences ? Transpose(loop.Steps[0], 1, 0, 2) : loop.Last[0];
        });
    }

    static Expr[] Gates(Expr x, int units) => [.. Enumerable.Range(0, x.Shape[^1].Size / units).Select(i => Slice(x, -1, i * units, (i + 1) * units))];

    static Initializer ForgetBias(int units) => Initializer.Of("forget bias 1", (_, shape, dtype) =>
        Tensor.Of(shape, [.. Enumerable.Range(0, 4 * units).Select(i => i / units == 1 ? 1.0 : 0.0)]).Cast(dtype));
}
