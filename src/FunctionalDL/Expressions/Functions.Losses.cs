namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The negative log-likelihood of target classes, −w[y]·x[y], and what each weighs, w[y], as ONNX and PyTorch have it: <c>[n,
    /// classes, d…], integers [n, d…] → [n, d…] and [n, d…]</c>. Both are 0 where the target is ignored. The weighted mean is
    /// the sum of the first divided by that of the second. Of logits z it is the softmax cross-entropy where x is <c>LogSoftmax(z, 1)</c>.
    /// </summary>
    /// <example>
    /// <code>
    /// var (losses, weights) = Functions.NegativeLogLikelihood(Functions.LogSoftmax(z, 1), labels);
    /// var mean = Functions.Sum(losses) / Functions.Sum(weights);
    /// </code>
    /// </example>
    /// <param name="logProbabilities">x. A class of weight 0 has the loss 0, also where x is −∞.</param>
    /// <param name="target">y, from 0 on. Another class than there are is an error where it is computed.</param>
    /// <param name="weights">w of each class, <c>[classes]</c>; 1 if not given.</param>
    /// <param name="ignoredLabel">The target that does not count.</param>
    /// <exception cref="ShapeException">The shapes do not fit together.</exception>
    public static (Expr Losses, Expr Weights) NegativeLogLikelihood(
        Expr logProbabilities, Expr target, Expr? weights = null, long? ignoredLabel = null)
    {
        var x = logProbabilities;
        if (x.Rank < 2 || !target.DType.IsInteger() || target.Shape != x.Shape.Remove(1))
            throw new ShapeException($"NegativeLogLikelihood: takes logarithms of probabilities [n, classes, d…] and integers [n, d…], "
                + $"given {x.Type} and {target.Type}. Classes are along axis 1.");
        if (weights is not null && weights.Shape != Shape.Of(x.Shape[1]))
            throw new ShapeException($"NegativeLogLikelihood: weights are {weights.Type} for {x.Shape[1]} classes. Give one for each.");
        var counts = ignoredLabel is { } ignored ? Not(Equal(target, Full(target, ignored))) : null;
        if (counts is not null) target = Select(counts, target, ZerosLike(target));
        var last = Transpose(x, [0, .. Enumerable.Range(2, x.Rank - 2), 1]);
        var taken = Sum(Select(OneHot(target, x.Shape[1], DType.Bool), last, ZerosLike(last)), -1);
        var each = weights is null ? Full(taken, 1) : Gather(weights.Cast(x.DType), target);
        if (counts is not null) each = Select(counts, each, ZerosLike(each));
        return (-each * Select(Equal(each, ZerosLike(each)), ZerosLike(taken), taken), each);
    }

    /// <summary>
    /// Connectionist temporal classification (Graves et al. 2006): −ln of the probability that a sequence of steps, each a class or the
    /// blank, reads as the labels when repeats are joined and blanks left out. <c>[n, time, classes], integers [n, s] → [n]</c>.
    /// Computed in logarithms over the states blank, label, blank, …, step by step: α[t, s] = x[t, s] + ln(e^α[t−1, s] + e^α[t−1,
    /// s−1] + e^α[t−1, s−2]), the last where s is a label other than that at s − 2.
    /// </summary>
    /// <remarks>
    /// Where no sequence reads so, because there are fewer steps than labels and blanks between equal ones, the loss is ∞ and its
    /// gradient 0.
    /// </remarks>
    /// <param name="logProbabilities">x, such as <c>LogSoftmax(z)</c>.</param>
    /// <param name="labels">
    /// The labels of each example, and after them numbers below 0 up to the longest. A blank among them, a label that there is no class
    /// for, or padding before a label is an error where it is computed.
    /// </param>
    /// <param name="steps">How many of the steps of each example there are, integers <c>[n]</c>; all if not given.</param>
    /// <param name="blank">The class that stands for no label.</param>
    /// <exception cref="ShapeException">The shapes do not fit together, or there is no such class as the blank.</exception>
    public static Expr CtcLoss(Expr logProbabilities, Expr labels, Expr? steps = null, int blank = 0)
    {
        var x = logProbabilities;
        if (x.Rank != 3 || labels.Rank != 2 || labels.Shape[0] != x.Shape[0] || !labels.DType.IsInteger())
            throw new ShapeException($"CtcLoss: takes logarithms of probabilities [n, time, classes] and integers [n, labels], given "
                + $"{x.Type} and {labels.Type}. Pad shorter rows of labels with −1.");
        if (steps is not null && (!steps.DType.IsInteger() || steps.Shape != Shape.Of(x.Shape[0])))
            throw new ShapeException($"CtcLoss: steps are {steps.Type} for {x.Shape[0]} examples. Give an integer for each.");
        if (blank < 0 || (x.Shape[2].IsKnown && blank >= x.Shape[2].Size))
            throw new ShapeException($"CtcLoss: blank {blank} is none of {x.Shape[2]} classes. Give 0 to {x.Shape[2]} − 1.");
        labels = labels.Cast(DType.Int64);
        var length = SumKeep((labels >= 0).Cast(DType.Int64), -1);
        var states = CtcStates(labels, length, x.Shape[2], blank);
        var previous = Shifted(states, 2, blank);
        var mayLeap = Not(Equal(states, previous) | Equal(states, Full(states, blank)));

        var (n, count) = (x.Shape[0], states.Shape[1]);
        var place = Range(count);
        // Before the first step the first state is taken, so that the step itself may stay there or go on to the first label.
        var zeros = ZerosLike(place.Cast(x.DType));
        var start = Broadcast(Select(Equal(place, ZerosLike(place)), zeros, Full(zeros, double.NegativeInfinity)), [n, count]);
        Expr[] sequences = [CtcEmissions(x, states)];
        if (steps is not null)
        {
            var time = Range(x.Shape[1]);
            sequences = [.. sequences, ExpandDims(time, 1) < ExpandDims(steps.Cast(DType.Int64), 0)];
        }
        var alpha = Scan([start], sequences, (h, now) =>
        {
            var never = Full(h[0], double.NegativeInfinity);
            Expr From(int before) => Shifted(h[0], before, double.NegativeInfinity);
            var next = now[0] + LogSumExp(Stack(0, h[0], From(1), Select(mayLeap, From(2), never)), 0);
            return [now.Length == 1 ? next : Select(ExpandDims(now[1], 1), next, h[0])];
        }).Last[0];
        var isEnd = Equal(place, 2 * length) | Equal(place, 2 * length - 1);
        return -LogSumExp(Select(isEnd, alpha, Full(alpha, double.NegativeInfinity)), -1);
    }

    /// <summary>Blank, label, blank, …, label, blank; a label that is none is −1, which no place is found for.</summary>
    static Expr CtcStates(Expr labels, Expr length, Dim classes, int blank)
    {
        var (n, s) = (labels.Shape[0], labels.Shape[1]);
        var isInside = Range(s) < length;
        var isWrong = Not(Equal(labels >= 0, isInside)) | Equal(labels, Full(labels, blank)) | (labels >= SizeOf(classes, DType.Int64));
        var gaps = Full(labels, blank);
        var known = Select(isWrong, Full(labels, -1), Select(isInside, labels, gaps));
        return Concat(1, Reshape(Stack(2, gaps, known), [n, 2 * s]), Full(length, blank));
    }

    /// <summary>What each state gives at each step: <c>[n, time, classes], [n, states] → [time, n, states]</c>.</summary>
    static Expr CtcEmissions(Expr x, Expr states)
    {
        var (n, time, classes) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var rows = Reshape(Transpose(x, 1, 0, 2), [time, n * classes]);
        var found = ExpandDims(Range(n) * SizeOf(classes, DType.Int64), 1) + states;
        return Gather(rows, Select(states < 0, states, found), 1);
    }

    /// <summary>x moved along axis 1, with a value in the places that become free.</summary>
    static Expr Shifted(Expr x, int by, double value) => SliceFrom(Pad(x, 1, by, 0, value), 1, 0, x.Shape[1]);
}
