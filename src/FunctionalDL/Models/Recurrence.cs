using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A recurrent network over time, with all it can take and give: <see cref="Layer.SimpleRnn"/>, <see cref="Layer.Lstm"/> and <see
/// cref="Layer.Gru"/> are its short forms. Run twice in a model, one value has one set of parameters.
/// </summary>
/// <example><code>
/// var (encoder, decoder) = (Recurrence.Lstm(32), Recurrence.Lstm(32));
/// var model = Model.Of([ModelInput.Of("source", "steps", 8), ModelInput.Of("lengths", DType.Int64), ModelInput.Of("target", "time", 8)],
/// (scope, x) => {
///     var seen = encoder.Run(scope, x["source"], mask: Recurrence.Mask(x["lengths"], x["source"]));
///     return [("next", Layer.Dense(8).Apply(scope, decoder.Run(scope, x["target"], initial: seen.State).Steps))];
/// });
/// </code></example>
public sealed class Recurrence
{
    readonly Layer identity;
    readonly int units, gates, carried;
    readonly Initializer bias;
    readonly Func<LayerScope, Expr, Func<Expr[], Expr, Expr[]>> step;

    Recurrence(string name, int units, int gates, int carried, Initializer bias, Func<LayerScope, Expr, Func<Expr[], Expr, Expr[]>> step)
    {
        if (units < 1) throw new FunctionalException($"{name}: units {units} is below 1.");
        (Name, identity) = (name, Layer.Of(name, x => x));
        (this.units, this.gates, this.carried, this.bias, this.step) = (units, gates, carried, bias, step);
    }

    /// <summary>The name, with which the parameters' names begin.</summary>
    public string Name { get; }

    /// <summary>The size of the state: <c>units</c>, of an LSTM twice as many.</summary>
    public int StateSize => carried * units;

    /// <summary>h ← tanh(x W + h U + b) (Elman 1990).</summary>
    /// <param name="units">The size of h.</param>
    /// <exception cref="FunctionalException">There are fewer than 1 units.</exception>
    public static Recurrence SimpleRnn(int units) =>
        new("simplernn", units, gates: 1, carried: 1, Initializer.Zeros, (scope, recurrent) => RnnStep(recurrent));

    /// <summary>
    /// The long short-term memory (Hochreiter, Schmidhuber 1997; Gers et al. 2000), see <see cref="Layer.Lstm"/>. The state is h and c
    /// one after the other.
    /// </summary>
    /// <inheritdoc cref="SimpleRnn"/>
    public static Recurrence Lstm(int units) =>
        new("lstm", units, gates: 4, carried: 2, ForgetBias(units), (scope, recurrent) => LstmStep(recurrent, units));

    /// <summary>The gated recurrent unit (Cho et al. 2014), see <see cref="Layer.Gru"/>.</summary>
    /// <inheritdoc cref="SimpleRnn"/>
    public static Recurrence Gru(int units) => new("gru", units, gates: 3, carried: 1, Initializer.Zeros, (scope, recurrent) =>
        GruStep(recurrent, scope.Parameter("recurrentbias", [3 * units], Initializer.Zeros), units));

    /// <summary>The next h from h and x W + b.</summary>
    internal static Func<Expr[], Expr, Expr[]> RnnStep(Expr recurrent) => (h, x) => [Tanh(x + MatMul(h[0], recurrent))];

    /// <summary>The next h and c from these and x W + b.</summary>
    internal static Func<Expr[], Expr, Expr[]> LstmStep(Expr recurrent, int units) => (h, x) =>
    {
        var gates = Gates(x + MatMul(h[0], recurrent), units);
        var c = Sigmoid(gates[1]) * h[1] + Sigmoid(gates[0]) * Tanh(gates[2]);
        return [Sigmoid(gates[3]) * Tanh(c), c];
    };

    /// <summary>The next h from h and x W + b, with the bias of h U.</summary>
    internal static Func<Expr[], Expr, Expr[]> GruStep(Expr recurrent, Expr bias, int units) => (h, x) =>
    {
        var (a, b) = (Gates(x, units), Gates(MatMul(h[0], recurrent) + bias, units));
        var (r, z) = (Sigmoid(a[0] + b[0]), Sigmoid(a[1] + b[1]));
        return [(1 - z) * Tanh(a[2] + r * b[2]) + z * h[0]];
    };

    /// <summary>Runs over a batch of sequences.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="x">The sequences, <c>[batch, time, n]</c>; time may be a name.</param>
    /// <param name="mask">
    /// Bool <c>[batch, time]</c>, true for steps that are there: at others the state stays. See <see cref="Mask"/> for lengths.
    /// </param>
    /// <param name="initial">The state before the first step, <c>[batch, StateSize]</c>; zeros if not given.</param>
    /// <param name="reverse">Whether time goes from the last step to the first.</param>
    /// <exception cref="ShapeException">What is given is of another shape.</exception>
    public RecurrenceResult Run(LayerScope scope, Expr x, Expr? mask = null, Expr? initial = null, bool reverse = false)
    {
        RecurrenceResult? result = null;
        scope.Use(identity, x, (inner, sequences) => (result = Computed(inner, sequences, mask, initial, reverse)).Steps);
        return result!;
    }

    /// <summary>The recurrence as a layer of sequences.</summary>
    internal Layer ToLayer(bool returnSequences, bool reverse) => Layer.Of(Name, (scope, x) =>
        Computed(scope, x, null, null, reverse) is var result && returnSequences ? result.Steps : result.Last);

    RecurrenceResult Computed(LayerScope scope, Expr x, Expr? mask, Expr? initial, bool reverse)
    {
        if (x.Rank != 3) throw new ShapeException($"{Name}: takes [batch, time, n], given {x.Shape}. Tokens need an Embedding first; "
            + "a single series an axis of features.");
        var weight = scope.Parameter("weight", [x.Shape[2], gates * units], Initializer.GlorotUniform);
        var recurrent = scope.Parameter("recurrent", [units, gates * units], Initializer.Uniform(1 / Math.Sqrt(units)));
        // The inputs' part of all steps is one product before the loop.
        var inputs = MatMul(Transpose(x, 1, 0, 2), weight) + scope.Parameter("bias", [gates * units], bias);
        var next = step(scope, recurrent);
        Expr[] present = mask is null ? [] : [ByStep(mask, x)];
        var loop = Scan(Start(x, initial), [inputs, .. present], (h, e) =>
        {
            var after = next(h, e[0]);
            return present.Length == 0 ? after : [.. after.Zip(h, (a, b) => Select(Broadcast(e[1], b.Shape), a, b))];
        }, reverse);
        return new(Transpose(loop.Steps[0], 1, 0, 2), loop.Last[0], carried == 1 ? loop.Last[0] : Concat(1, [.. loop.Last]));
    }

    Expr[] Start(Expr x, Expr? initial)
    {
        if (initial is null) return [.. Enumerable.Repeat(Broadcast(Expr.Constant(0, x.DType), [x.Shape[0], units]), carried)];
        if (initial.Shape != Shape.Of(x.Shape[0], StateSize) || initial.DType != x.DType)
            throw new ShapeException($"{Name}: the initial state is {initial.Type} for sequences {x.Type}. "
                + $"Give {x.DType.Name()}[{x.Shape[0]}, {StateSize}], such as another's State.");
        return carried == 1 ? [initial] : [.. Enumerable.Range(0, carried).Select(i => Slice(initial, 1, i * units, (i + 1) * units))];
    }

    Expr ByStep(Expr mask, Expr x) => mask.DType == DType.Bool && mask.Shape == x.Shape.Slice(0, 2)
        ? ExpandDims(Transpose(mask, 1, 0), 2)
        : throw new ShapeException($"{Name}: the mask is {mask.Type} for sequences {x.Type}. Give a bool for each step, [batch, time], "
            + "or Recurrence.Mask(lengths, x).");

    /// <summary>True for the first steps of each sequence, as many as its length: bool <c>[batch, time]</c>.</summary>
    /// <param name="lengths">The lengths, integers <c>[batch]</c>.</param>
    /// <param name="x">The sequences, <c>[batch, time, …]</c>.</param>
    /// <exception cref="ShapeException">There is not one length for each sequence.</exception>
    public static Expr Mask(Expr lengths, Expr x)
    {
        if (!lengths.DType.IsInteger() || x.Rank < 2 || lengths.Shape != x.Shape.Slice(0, 1))
            throw new ShapeException($"Recurrence.Mask: lengths are {lengths.Type} for sequences {x.Type}. "
                + $"Give int64[{(x.Rank > 0 ? x.Shape[0] : "batch")}].");
        var shape = x.Shape.Slice(0, 2);
        return Broadcast(ExpandDims(Functions.Range(x.Shape[1]), 0), shape) < Broadcast(ExpandDims(lengths.Cast(DType.Int64), 1), shape);
    }

    static Expr[] Gates(Expr x, int units) =>
        [.. Enumerable.Range(0, x.Shape[^1].Size / units).Select(i => Slice(x, -1, i * units, (i + 1) * units))];

    static Initializer ForgetBias(int units) => Initializer.Of("forget bias 1", (_, shape, dtype) =>
        Tensor.Of(shape, [.. Enumerable.Range(0, 4 * units).Select(i => i / units == 1 ? 1.0 : 0.0)]).Cast(dtype));
}

/// <summary>What a recurrence came to.</summary>
/// <param name="Steps">h after every step, <c>[batch, time, units]</c>; at a step that is not there, what it was before.</param>
/// <param name="Last">h after the last step that is there, <c>[batch, units]</c>.</param>
/// <param name="State">All of the state then, <c>[batch, StateSize]</c>: what another run may start from.</param>
public sealed record RecurrenceResult(Expr Steps, Expr Last, Expr State);
