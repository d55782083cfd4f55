namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// h ← tanh(x W + h U + b) over time (Elman 1990): <c>[batch, time, n] → [batch, time, units]</c>, or <c>[batch, units]</c> after
    /// the last step; time may be a name. Parameters <c>weight [n, units]</c>, <c>recurrent [units, units]</c>, <c>bias [units]</c>.
    /// </summary>
    /// <param name="units">The size of h.</param>
    /// <param name="returnSequences">Whether the result is h after every step, or only after the last.</param>
    /// <param name="reverse">Whether time goes from the last element to the first.</param>
    /// <exception cref="FunctionalException">There are fewer than 1 units.</exception>
    public static Layer SimpleRnn(int units, bool returnSequences = false, bool reverse = false) =>
        Recurrence.SimpleRnn(units).ToLayer(returnSequences, reverse);

    /// <summary>
    /// The long short-term memory (Hochreiter, Schmidhuber 1997; Gers et al. 2000) over time: with i, f, g, o the four parts of x W + h U
    /// + b, c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c): <c>[batch, time, n] → [batch, time, units]</c>, or <c>[batch,
    /// units]</c>. The bias of f starts at 1. Parameters <c>weight [n, 4·units]</c>, <c>recurrent [units, 4·units]</c>, <c>bias
    /// [4·units]</c>.
    /// </summary>
    /// <inheritdoc cref="SimpleRnn"/>
    public static Layer Lstm(int units, bool returnSequences = false, bool reverse = false) =>
        Recurrence.Lstm(units).ToLayer(returnSequences, reverse);

    /// <summary>
    /// The gated recurrent unit (Cho et al. 2014, in the form that resets after the product): with r, z, n the three parts of x W + b and
    /// r', z', n' those of h U + b', h ← (1 − σ(z + z'))·tanh(n + σ(r + r')·n') + σ(z + z')·h: <c>[batch, time, n] → [batch,
    /// time, units]</c>, or <c>[batch, units]</c>. Parameters <c>weight [n, 3·units]</c>, <c>recurrent [units, 3·units]</c>, <c>bias
    /// [3·units]</c>, <c>recurrentbias [3·units]</c>.
    /// </summary>
    /// <inheritdoc cref="SimpleRnn"/>
    public static Layer Gru(int units, bool returnSequences = false, bool reverse = false) =>
        Recurrence.Gru(units).ToLayer(returnSequences, reverse);

    /// <summary>
    /// Two recurrent layers over the same sequences, one from the first step on and one from the last, and their results side by side
    /// (Schuster, Paliwal 1997): <c>[batch, time, n] → [batch, time, a + b]</c>, or <c>[batch, a + b]</c>.
    /// </summary>
    /// <example>
    /// <code>
    /// var model = Model.Input("time", 8).Bidirectional(
    ///     Layer.Lstm(16, returnSequences: true),
    ///     Layer.Lstm(16, returnSequences: true, reverse: true));
    /// </code>
    /// </example>
    /// <param name="forward">The layer from the first step on.</param>
    /// <param name="backward">The layer from the last step on, which is one with <c>reverse: true</c>.</param>
    public static Layer Bidirectional(Layer forward, Layer backward) =>
        Parallel("bidirectional", results => Functions.Concat(-1, results), forward, backward);
}
