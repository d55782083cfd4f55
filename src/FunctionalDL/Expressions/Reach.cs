namespace FunctionalDL;

/// <summary>
/// How far the inputs of an op may be from their given values: one distance for all, or one for each element of each input.
/// </summary>
readonly struct Reach
{
    readonly double everywhere;
    readonly Tensor<double>[]? each;

    Reach(double everywhere, Tensor<double>[]? each) => (this.everywhere, this.each) = (everywhere, each);

    public static implicit operator Reach(double everywhere) => new(everywhere, null);

    public static Reach OfEach(Tensor<double>[] inputs) => new(0, inputs);

    /// <summary>The distance of the same element of all inputs together; none at all where none of them moves.</summary>
    public double At(int element) => each is null ? everywhere : Together(each.Sum(input => input.Span[element]));

    /// <summary>The distance of two elements of the first input together; none at all where neither moves.</summary>
    public double Between(int a, int b) => each is null ? everywhere : Together(each[0].Span[a] + each[0].Span[b]);

    /// <summary>The distance of two elements of any inputs together; none at all where neither moves.</summary>
    public double Between((int Input, int Element) a, (int Input, int Element) b) =>
        each is null ? everywhere : Together(each[a.Input].Span[a.Element] + each[b.Input].Span[b.Element]);

    /// <summary>What does not move reaches no kink, even where it lies at one.</summary>
    static double Together(double distance) => distance > 0 ? distance : double.NegativeInfinity;
}
