namespace FunctionalDL.Tests.Examples;

public class TabularExampleTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    string Model => Path.Combine(folder, "tabular.onnx");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        Example.Run("Tabular", [.. arguments, "--out", Model, "--json"]);

    static string Csv(string header, int rows, Func<int, string> row) =>
        string.Join("\n", Enumerable.Range(0, rows).Select(row).Prepend(header));

    [Fact]
    public void It_predicts_prices_alike_on_any_number_of_threads()
    {
        var runs = new[] { "1", "2" }.Select(threads => Run("--epochs", "20", "--threads", threads)).ToArray();
        Assert.All(runs, run => Assert.Equal(0, run.ExitCode));
        Assert.Contains("to predict: price, a regression", runs[0].Output);

        var figures = Example.Figures(runs[0].Output);
        // Prices deviate from their mean by 222.
        Assert.InRange(figures.GetProperty("rmse").GetDouble(), 20, 60);
        Assert.InRange(figures.GetProperty("r2").GetDouble(), 0.9, 1);
        Assert.InRange(figures.GetProperty("onnxMaxDifference").GetDouble(), 0, 1e-4);
        Assert.Equal(runs[0].Output, runs[1].Output);
        Assert.Equal([Model, ModelProof.PathOf(Model)], Directory.GetFiles(folder).Order());
    }

    [Fact]
    public void It_tells_districts_apart_and_the_export_says_what_is_what()
    {
        var (code, output, _) = Run("--epochs", "20", "--target", "district");
        Assert.Equal(0, code);
        Assert.Contains("to predict: district, a classification", output);
        // A quarter of the flats are in each.
        Assert.InRange(Example.Figures(output).GetProperty("testAccuracy").GetDouble(), 0.7, 1);
        Assert.Contains("""["Altstadt","Hafen","Nordend","Westhof"]""", System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(Model)));
    }

    [Fact]
    public void A_file_without_a_header_has_columns_by_number()
    {
        var path = Path.Combine(folder, "numbers.csv");
        File.WriteAllText(path, Csv("0,a,0", 40, i => $"{i},{(i % 2 == 0 ? "a" : "b")},{i % 2}"));
        var (code, output, _) = Run("--data", path, "--target", "1", "--epochs", "60");
        Assert.Equal(0, code);
        Assert.Contains("no header, columns are numbered from 0: 0, 1, 2", output);
        Assert.Equal(1, Example.Figures(output).GetProperty("testAccuracy").GetDouble());
    }

    [RealDataFact("tabular")]
    public void Red_wine_is_rated_within_two_thirds_of_a_point()
    {
        var (code, output, _) = Run("--data", Path.Combine(TestData.Folder("tabular")!, "winequality-red.csv"));
        Assert.Equal(0, code);
        Assert.InRange(Example.Figures(output).GetProperty("rmse").GetDouble(), 0.5, 0.66);
    }

    [RealDataFact("tabular")]
    public void Irises_are_told_apart()
    {
        var (code, output, _) = Run("--data", Path.Combine(TestData.Folder("tabular")!, "iris.csv"), "--target", "species");
        Assert.Equal(0, code);
        Assert.InRange(Example.Figures(output).GetProperty("testAccuracy").GetDouble(), 0.95, 1);
    }

    public static TheoryData<string, string, string[]> Bad => new()
    {
        { "is empty", "", [] },
        { "of the first rows has 1 ';'", "a;b\n1;2\n2;3", [] },
        { "no column \"prise\". Did you mean \"price\"?", "price,b\n1,2", ["--target", "prise"] },
        { "\"x\" holds texts such as \"r\"", "x,y\nr,1\ns,2", ["--target", "x", "--task", "regression"] },
        { "column \"e\" has no values", Csv("e,y", 20, i => $",{i}"), [] },
        { "the target \"y\" has no values", Csv("x,y", 20, i => $"{i},"), [] },
        { "is \"one\" in all 20 rows", Csv("x,y", 20, i => $"{i},one"), [] },
        { "is \"5\" in all 20 rows", Csv("x,y", 20, i => $"{i},5{(i == 1 ? ".0" : "")}"), ["--task", "regression"] },
        { "20 different values in 20 rows", Csv("x,y", 20, i => $"{i},r{i}"), [] },
        { "9 rows are too few", Csv("x,y", 9, i => $"{i},{i}"), [] },
        { "9 rows are too few", Csv("x,y", 12, i => $"{i},{(i < 9 ? $"{i}" : "")}"), [] },
        { "line 3 has 1 cells", "a,b\n1,2\n3", [] },
        { "\"?!\" is not a number", Csv("x,y", 20, i => $"{i},{(i == 7 ? "?!" : i)}"), [] },
    };

    [Theory, MemberData(nameof(Bad))]
    public void A_bad_table_ends_in_an_error_that_says_what(string part, string csv, string[] arguments)
    {
        var path = Path.Combine(folder, "bad.csv");
        File.WriteAllText(path, csv);
        var (code, _, error) = Run(["--data", path, .. arguments]);
        Assert.Equal(1, code);
        Assert.StartsWith("error: ", error);
        Assert.Contains(part, error);
        Assert.False(File.Exists(Model));
    }
}
