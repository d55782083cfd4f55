using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class DatasetTests
{
    static Dataset Numbered(int n) =>
        new(Tensor.Of(Shape.Of(n, 2), Enumerable.Range(0, 2 * n).Select(i => (float)i).ToArray()), Range(n).Evaluate());

    static long[] Rows(Dataset data) => data.Targets.ToArray<long>();

    [Property]
    public bool Batches_part_the_examples_in_order(PositiveInt n, PositiveInt size)
    {
        var batch = (size.Get - 1) % n.Get + 1;
        var batches = Numbered(n.Get).Batches(batch).ToArray();
        return batches.Length == (n.Get + batch - 1) / batch
            && batches.SkipLast(1).All(b => b.Count == batch)
            && batches.SelectMany(Rows).SequenceEqual(Enumerable.Range(0, n.Get).Select(i => (long)i));
    }

    [Property]
    public bool A_shuffle_is_a_permutation_that_the_key_determines(PositiveInt n, long seed)
    {
        var (data, key) = (Numbered(n.Get), Key.Of(seed));
        var shuffled = data.Shuffle(key);
        return Rows(shuffled).Order().SequenceEqual(Rows(data))
            && Rows(shuffled).SequenceEqual(Rows(data.Shuffle(key)))
            && Rows(shuffled).Select((row, i) => shuffled.Inputs.GetDouble(2 * i) == 2 * row).All(same => same);
    }

    [Property]
    public bool A_split_keeps_every_example_once(PositiveInt n, byte share)
    {
        var data = Numbered(n.Get + 1);
        var first = Math.Clamp(share / 256.0, 0.51 / data.Count, 1 - 0.51 / data.Count);
        var (a, b) = data.Split(first);
        return Rows(a).Concat(Rows(b)).SequenceEqual(Rows(data));
    }

    [Fact]
    public void A_normalizer_gives_mean_0_and_deviation_1_and_is_the_same_as_a_layer()
    {
        var data = new Dataset(Key.Of(1).Uniform([50, 3]), Range(50).Evaluate());
        var normalizer = Normalizer.Fit(data.Inputs);
        var inputs = Expr.Constant(normalizer.Apply(data).Inputs);

        Assert.All(Mean(inputs, 0).Evaluate().ToArray<float>(), m => Assert.Equal(0, m, 1e-6));
        Assert.All(Mean(Square(inputs), 0).Evaluate().ToArray<float>(), v => Assert.Equal(1, v, 1e-5));
        var model = Model.Input(3).Then(normalizer.ToLayer());
        Assert.Equal(
            normalizer.Apply(data).Inputs.ToArray<float>(),
            model.Predict(data.Inputs).ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Bad_data_is_refused_by_name_and_place()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        var labels = Range(3).Evaluate();

        Fails("no examples", () => _ = new Dataset(Tensor.Zeros(DType.Float32, [0, 2]), Tensor.Zeros(DType.Int64, [0])));
        Fails("3 inputs and 2 targets", () => _ = new Dataset(Tensor.Zeros(DType.Float32, [3, 2]), Tensor.Zeros(DType.Int64, [2])));
        Fails("NaN in row 1, column 0", () => _ = new Dataset(new float[,] { { 1, 2 }, { float.NaN, 3 }, { 1, 1 } }, labels));
        Fails("label 2 in row 2 is outside 0 to 1", () => Numbered(3).CheckLabels(2));
        Fails("batch size 0 with 3 examples", () => Numbered(3).Batches(0));
        Fails("batch size 4 with 3 examples", () => Numbered(3).Batches(4));
        Fails("4 rows. Take 1 to 3", () => Numbered(3).Take(4));
        Fails("Take 1 to 3", () => Numbered(3).Take(int.MaxValue));
        Fails("leaves one part empty", () => Numbered(3).Split(1));
    }
}
