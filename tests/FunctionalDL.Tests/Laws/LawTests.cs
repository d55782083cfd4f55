using FunctionalDL.LawRuns;

namespace FunctionalDL.Tests.LawRuns;

/// <summary>Every law of the table on some cases, the same each time; <c>tests/FunctionalDL.Laws</c> tries more and others.</summary>
public class LawTests
{
    public static TheoryData<string, int> Rows
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var law in LawTable.All) data.Add(law.Name, IsSlow(law.Name) ? 100 : 400);
            return data;
        }
    }

    static bool IsSlow(string law) => law is "onnxruntime" or "onnxruntime-gradient" or "gradient-second" or "branches";

    [Theory, MemberData(nameof(Rows))]
    public void Every_law_holds(string law, int cases)
    {
        const int run = 1;
        for (var i = 0; i < cases; i++)
            if (LawTable.Named(law)[0].Try(Law.SeedOf(run, i)) is { } finding) Assert.Fail(finding.ToString());
    }

    /// <summary>
    /// A wrong value, a process that dies and one that hangs are found and told with what shows them again; the first two are narrowed to
    /// the product they come from.
    /// </summary>
    [Theory]
    [InlineData("planted-value", "planted", @"(?m)^\w+(\[[\d, ]*\])? @ \w+(\[[\d, ]*\])? : ")]
    [InlineData("planted-death", "the process died", @"(?m)^\w+(\[[\d, ]*\])? @ \w+(\[[\d, ]*\])? : ")]
    [InlineData("planted-hang", "no end after 4 s", " @ ")]
    public void What_goes_wrong_is_found_and_narrowed(string law, string failure, string smallest)
    {
        var output = new StringWriter();
        string[] program = [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", typeof(LawTable).Assembly.Location];
        // The first case with a product is not far.
        bool HasProduct(int i) =>
            Graph.TopologicalOrder(LawTable.Named(law)[0].Draw(Law.SeedOf(7, i)).Output).Any(node => node.Op.Name == "MatMul");
        var first = Enumerable.Range(0, 1000).First(HasProduct);
        var findings = new Run(program, TimeSpan.FromSeconds(law == "planted-hang" ? 4 : 60), output).All(
            LawTable.Named(law),
            7,
            first,
            1,
            1);
        Assert.Equal(1, findings);
        Assert.Contains($"── {law}, case {Law.SeedOf(7, first)}: {failure}", output.ToString());
        Assert.Contains($"--law {law} --case {Law.SeedOf(7, first)}", output.ToString());
        Assert.Matches(smallest, output.ToString());
    }
}
