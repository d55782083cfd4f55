namespace FunctionalDL.Tests.Tensors;

public class TensorSetTests
{
    static readonly TensorSet Set = TensorSet.Of(("w", new float[] { 1, 2 }), ("b", 3.0), ("a", 4L));

    [Fact]
    public void Names_keep_their_order()
    {
        Assert.Equal(["w", "b", "a"], Set.Names);
        Assert.Equal(["w", "b", "a"], Set.Select(t => t.Key));
        Assert.Equal(["w", "b", "a", "z"], Set.With("z", 0.0).With("w", 1.0).Names);
        Assert.Equal(["w", "b", "a", "d", "c"], Set.With(TensorSet.Of(("d", 0.0), ("a", 1.0), ("c", 2.0))).Names);
        Assert.Equal(["b", "a"], Set.Where((name, _) => name != "w").Names);
        Assert.Equal(Set.Names, Set.Map((_, t) => t.Cast(DType.Float64)).Names);
        Assert.Equal((3, 4L), (Set.Count, Set.Elements));
    }

    [Fact]
    public void A_set_does_not_change()
    {
        Set.With("w", 0.0);
        Assert.Equal(2, Set["w"].Count);
        Assert.Equal(0.0, Set.With(TensorSet.Of(("b", 0.0), ("c", 1.0)))["b"].ToScalar());
        Assert.False(Set.ContainsKey("c"));
    }

    [Fact]
    public void Sets_are_equal_in_bits_and_order()
    {
        Assert.True(Set.BitEquals(Set.Map((_, t) => t)));
        Assert.False(Set.BitEquals(TensorSet.Of(Set.Reverse())));
        Assert.False(Set.BitEquals(Set.With("b", 3.5)));
        Assert.True(TensorSet.Empty.BitEquals(TensorSet.Of()));
    }

    [Fact]
    public void Mistakes()
    {
        Assert.Contains("\"w\" is given twice", Assert.Throws<TensorException>(() => TensorSet.Of(("w", 1.0), ("w", 2.0))).Message);
        Assert.Contains("no \"x\". There are: w, b, a", Assert.Throws<TensorException>(() => Set["x"]).Message);
        Assert.Contains("The set is empty", Assert.Throws<TensorException>(() => TensorSet.Empty["x"]).Message);
        Assert.Equal("{ w: float32[2], b: float64[], a: int64[] }", Set.ToString());
    }
}
