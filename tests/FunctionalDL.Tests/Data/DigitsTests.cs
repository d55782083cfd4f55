namespace FunctionalDL.Tests.Data;

public class DigitsTests
{
    [Fact]
    public void The_same_seed_draws_the_same_images_and_more_of_them_begin_with_the_same()
    {
        var (few, many, other) = (Digits.Draw(20, 1), Digits.Draw(50, 1), Digits.Draw(20, 2));
        Assert.True(few.Inputs.BitEquals(many.Take(20).Inputs));
        Assert.True(few.Targets.BitEquals(many.Take(20).Targets));
        Assert.False(few.Inputs.BitEquals(other.Inputs));
    }

    [Fact]
    public void Images_are_ink_on_paper_and_every_digit_occurs()
    {
        var digits = Digits.Draw(1000, 3);
        Assert.All(digits.Inputs.ToArray<float>(), grey => Assert.InRange(grey, 0, 1));
        var counts = digits.Targets.ToArray<long>().CountBy(label => label).ToDictionary();
        Assert.Equal(10, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 60, 145));

        var ink = Mean(Expr.Constant(digits.Inputs), 1, 2).Evaluate().ToArray<float>();
        Assert.All(ink, share => Assert.InRange(share, 0.01f, 0.4f));
    }

    [RealDataFact("mnist")]
    public void Mnist_is_read_from_its_folder()
    {
        var (train, test) = Digits.Load(TestData.Folder("mnist")!);
        Assert.Equal((60_000, 10_000), (train.Count, test.Count));
        Assert.Equal([5, 0, 4, 1, 9], train.Targets.ToArray<long>()[..5]);
        Assert.Equal(33.3184f, 255 * train.Inputs.ToArray<float>().Average(), 0.01f);
    }
}
