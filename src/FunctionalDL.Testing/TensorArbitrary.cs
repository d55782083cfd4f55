using FsCheck;
using FsCheck.Fluent;

namespace FunctionalDL.Testing;

/// <summary>Arbitrary dimensions, shapes, tensors and keys: <c>[Property(Arbitrary = [typeof(TensorArbitrary)])]</c>.</summary>
public static class TensorArbitrary
{
    const int MostElements = 512;

    /// <summary>Tensors of every dtype, some with special values. They shrink to smaller shapes and plainer elements.</summary>
    public static Arbitrary<Tensor> Tensors() => Arb.From(
        from dtype in Gen.Elements(Enum.GetValues<DType>())
        from special in Gen.Elements(false, true)
        from tensor in Of(dtype, special).Generator
        select tensor, Shrink);

    /// <summary>
    /// Tensors of one dtype: floats in [−2, 2) and integers in −4 … 4; or, where special values are wanted, NaN, infinities, −0
    /// and the largest and smallest numbers among them.
    /// </summary>
    public static Arbitrary<Tensor> Of(DType dtype, bool specialValues = false) => Arb.From(
        from shape in Shapes().Generator
        from seed in Gen.Choose(0, int.MaxValue)
        select new Random(seed).Tensor(new(dtype, shape), specialValues), Shrink);

    /// <summary>Shapes of rank 0 to 4 with known sizes, among them 0, 1, odd ones and powers of two, and at most 512 elements.</summary>
    public static Arbitrary<Shape> Shapes() => Arb.From(
        (from rank in Gen.Choose(0, 4)
         from seed in Gen.Choose(0, int.MaxValue)
         select Sizes(new Random(seed), rank)).Where(shape => shape.ElementCount <= MostElements), Shrink);

    /// <summary>Polynomials with whole coefficients in the symbols a, b and batch.</summary>
    public static Arbitrary<Dim> Dims() =>
        Arb.From(
            from terms in Gen.Choose(0, 3)
            from seed in Gen.Choose(0, int.MaxValue)
            select Polynomial(new Random(seed), terms),
            dim => dim == 0 ? [] : [0, .. dim.Polynomial().Select(Term).Where(term => term != dim)]);

    /// <summary>Keys.</summary>
    public static Arbitrary<Key> Keys() => Arb.From(Gen.Choose(0, int.MaxValue).Select(seed => Key.Of(seed)));

    static Shape Sizes(Random random, int rank) => Shape.Of([.. Enumerable.Range(0, rank).Select(_ => (Dim)random.Size())]);

    static Dim Polynomial(Random random, int terms) =>
        Enumerable
            .Range(0, terms)
            .Aggregate(
                (Dim)random.Next(-3, 4),
                (sum, _) =>
                    sum
                    + Term(([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Of(["a", "b", "batch"]))], random.Next(-3, 4))));

    static Dim Term((string[] Symbols, long Coefficient) term) =>
        term.Symbols.Aggregate(Dim.Of(term.Coefficient), (product, symbol) => product * Dim.Symbol(symbol));

    static IEnumerable<Shape> Shrink(Shape shape)
    {
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            yield return shape.Remove(axis);
            foreach (var smaller in new[] { 1, shape[axis].Size / 2, shape[axis].Size - 1 })
                if (smaller >= 0 && smaller < shape[axis].Size) yield return shape.With(axis, smaller);
        }
    }

    static IEnumerable<Tensor> Shrink(Tensor tensor)
    {
        foreach (var shape in Shrink(tensor.Shape).Where(s => s.Rank == tensor.Shape.Rank)) yield return Rebuilding.Cut(tensor, shape);
        foreach (var simpler in ExpressionShrinker.Simpler(tensor)) yield return simpler;
    }
}
