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

    /// <summary>A 6 has its ring below and is open to the right, a 3 is open to the left, a 9 has its ring above.</summary>
    [Fact]
    public void Digits_stand_upright_and_are_no_mirror_images()
    {
        var digits = Digits.Draw(1000, 4);
        var (images, labels) = (digits.Inputs.As<float>(), digits.Targets.As<long>());
        (double Row, double Column) Centre(int digit)
        {
            var (row, column, ink) = (0.0, 0.0, 0.0);
            for (var i = 0; i < digits.Count; i++)
                for (var y = 0; y < Digits.Size && labels[i] == digit; y++)
                    for (var x = 0; x < Digits.Size; x++)
                    {
                        var grey = images[i, y, x];
                        (row, column, ink) = (row + y * grey, column + x * grey, ink + grey);
                    }
            return (row / ink, column / ink);
        }
        Assert.InRange(Centre(6).Row - Centre(9).Row, 1, 10);
        Assert.InRange(Centre(3).Column - Centre(6).Column, 0.5, 10);
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
