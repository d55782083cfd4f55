namespace FunctionalDL.Tests.Documentation;

/// <summary>What the comparison of pages with programs lets pass, and what it does not.</summary>
public class PrintedTextTests
{
    [Theory]
    [InlineData("loss 0.2402, 0.27 s", "loss 0.2403, 1.9 s")]
    [InlineData("a\n…\nz", "a\nb\nc\nz\n")]
    [InlineData("error 1.2e-8 at dense3", "error 3.1e-8 at dense3")]
    [InlineData("from … to 3", "from here to 3")]
    [InlineData("dx = −1.884520868", "dx = −1.884520868")]
    public void It_agrees(string shown, string printed) => Assert.Null(PrintedText.Difference(shown, printed));

    [Theory]
    [InlineData("loss 0.2402", "loss 0.2702")]
    [InlineData("4,000 images", "4,001 images")]
    [InlineData("error 1.2e-8", "error 1.3e-6")]
    [InlineData("dense3", "dense4")]
    [InlineData("a\nb", "a")]
    [InlineData("a", "a\nb")]
    [InlineData("dx = −1.88", "dx = 1.88")]
    [InlineData("f1 = sin(f2)", "f1 = cos(f2)")]
    public void It_does_not(string shown, string printed) => Assert.NotNull(PrintedText.Difference(shown, printed));
}
