namespace FunctionalDL.Tests.Examples;

public class CharactersExampleTests
{
    static readonly string[] Small = ["--width", "16", "--blocks", "1", "--length", "16", "--epochs", "3", "--batch", "8", "--rate", "0.01", "--json"];

    [Theory]
    [InlineData("lstm")]
    [InlineData("transformer")]
    public void It_learns_the_text_and_writes(string model)
    {
        var (code, output, _) = Example.Run("Characters", ["--model", model, .. Small]);
        Assert.Equal(0, code);
        Assert.Contains("\nShall I ", output.ReplaceLineEndings("\n"));

        // 50 characters at random cost ln 50 = 3.9 nats each.
        Assert.InRange(Example.Figures(output).GetProperty("validationLoss").GetDouble(), 1, 3.5);
    }

    [Theory]
    [InlineData("cannot be cut", "--length", "1000")]
    [InlineData("/no/such/text", "--text", "/no/such/text")]
    public void Bad_arguments_end_in_an_error_that_says_what(string part, params string[] arguments)
    {
        var (code, _, error) = Example.Run("Characters", arguments);
        Assert.Equal(1, code);
        Assert.Contains(part, error);
    }
}
