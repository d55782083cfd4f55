namespace FunctionalDL;

/// <summary>
/// Which examples a step of descent takes: the difference between gradient descent, stochastic gradient descent and mini-batch gradient
/// descent. A whole number stands for mini-batches of that size.
/// </summary>
public abstract record Batching
{
    private protected Batching() { }

    /// <summary>The number of examples in a batch, of n; the last batch of an epoch may be shorter.</summary>
    /// <exception cref="FunctionalException">The size is below 1 or above n.</exception>
    public abstract int BatchSize(int n);

    /// <summary>The order in which an epoch takes the n examples.</summary>
    public abstract int[] Order(int n, Key key);

    /// <summary>The number of steps in an epoch, ⌈n/B⌉, or ⌊n/B⌋ where a short last batch is left out.</summary>
    public int Steps(int n) => (n + (LeavesOutShort ? 0 : BatchSize(n) - 1)) / BatchSize(n);

    private protected virtual bool LeavesOutShort => false;

    /// <summary>Mini-batches of the given size.</summary>
    public static implicit operator Batching(int size) => new MiniBatchGradientDescent(size);
}

/// <summary>Gradient descent: each step takes the gradient of L(w) = 1/n Σ Lᵢ(w) over all n examples.</summary>
public sealed record GradientDescent : Batching
{
    /// <inheritdoc/>
    public override int BatchSize(int n) => n;

    /// <inheritdoc/>
    public override int[] Order(int n, Key key) => [.. Enumerable.Range(0, n)];
}

/// <summary>
/// Stochastic gradient descent: the examples are shuffled each epoch, and each step takes the gradient of Lᵢ(w) of one example.
/// </summary>
public sealed record StochasticGradientDescent : Batching
{
    /// <inheritdoc/>
    public override int BatchSize(int n) => 1;

    /// <inheritdoc/>
    public override int[] Order(int n, Key key) => key.Permutation(n);
}

/// <summary>
/// Mini-batch gradient descent: the examples are shuffled each epoch and taken B at a time, in ⌈n/B⌉ batches. Where B does not divide n
/// the last batch is short, and its gradient is the mean over the examples it has; a step on it moves the parameters as far as any other.
/// </summary>
/// <param name="Size">B, the number of examples in a batch.</param>
/// <param name="DropLast">Whether a short last batch is left out: other examples each epoch, as the order is.</param>
public sealed record MiniBatchGradientDescent(int Size, bool DropLast = false) : Batching
{
    private protected override bool LeavesOutShort => DropLast;

    /// <inheritdoc/>
    public override int BatchSize(int n) => DatasetChecks.BatchSize(Size, n);

    /// <inheritdoc/>
    public override int[] Order(int n, Key key) => DropLast ? key.Permutation(n)[..(Steps(n) * Size)] : key.Permutation(n);
}
