using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Loss
{
    /// <summary>
    /// Connectionist temporal classification (Graves et al. 2006) from logits z: Lᵢ is −ln of the probability that the steps of
    /// example i read as its labels, <see cref="CtcLoss"/> of <c>LogSoftmax(z)</c>: <c>[n, time, k], int64 [n, s]</c>. Rows with fewer
    /// labels than s end in numbers below 0, such as −1. The mean is over the examples, and not divided by the numbers of labels.
    /// </summary>
    /// <remarks>
    /// An example with too few steps for its labels has the loss ∞ and no part in the gradient; training refuses it. All steps are read:
    /// for sequences of different lengths in one batch take <see cref="CtcLoss"/> with <c>steps</c>, in a loss of your own.
    /// </remarks>
    /// <param name="blank">The class that stands for no label.</param>
    /// <exception cref="FunctionalException">The blank is below 0.</exception>
    public static Loss Ctc(int blank = 0) => blank >= 0
        ? new(
            FormattableString.Invariant($"ctc({blank})"),
            (z, labels) => CtcLoss(LogSoftmax(z), labels, blank: blank),
            new(LossPredictions.ClassLogits, LossTargets.LabelSequences))
        {
            Blank = blank,
        }
        : throw new FunctionalException(FormattableString.Invariant($"Ctc: blank {blank} is below 0. Give the number of a class."));
}
