using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class CsvTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

    static Table Csv(string text, CsvOptions? options = null) => CsvFile.Read(new StringReader(text), "table.csv", options);

    [Fact]
    public void Tables_have_a_header_or_none()
    {
        var named = Csv("species, length\nsetosa,5.1\n\"virginica\",6.3\nsetosa,4.9\n");
        Assert.Equal("species length", string.Join(" ", named.Columns));
        Assert.Equal([5.1f, 6.3f, 4.9f], named.Numbers("length").ToArray<float>());

        var plain = Csv("1,2\n3,4\n");
        Assert.Equal("0 1", string.Join(" ", plain.Columns));
        Assert.Equal([1f, 2, 3, 4], plain.Numbers("0", "1").ToArray<float>());

        Assert.Equal(2, Csv("a\nb\n", new() { HasHeader = false }).Count);
        Assert.Equal("2019 2020", string.Join(" ", Csv("2019,2020\n1,2\n", new() { HasHeader = true }).Columns));
    }

    [Fact]
    public void Delimiters_and_marks_of_missing_values_can_be_chosen()
    {
        var table = Csv("a;b\n1,5; x \n-;na\n", new() { Delimiter = ";", Missing = ["-"] });
        Assert.Equal(["1,5", ""], table.Text("a"));
        Assert.Equal(["x", "na"], table.Text("b"));
        Assert.Equal("Na null", string.Join(" ", Csv("Na,null\nx,?\n").Columns));
        Assert.Equal(["", "", "", "", "", "", "no"], Csv("a,b\n,1\nNA,1\nn/a,1\nnan,1\nNULL,1\n?,1\nno,1\n").Text("a"));
    }

    [Fact]
    public void Space_around_cells_is_left_out_and_that_in_quotes_is_kept()
    {
        var table = Csv("a , b\n x y\t, \" z \" \n\"\", \"w\"\n");
        Assert.Equal("a b", string.Join(" ", table.Columns));
        Assert.Equal(["x y", ""], table.Text("a"));
        Assert.Equal([" z ", "w"], table.Text("b"));
    }

    [Fact]
    public void Empty_lines_are_left_out_but_those_of_a_single_column_are_missing_values()
    {
        Assert.Equal(["1", "2"], Csv("\na,b\n\n1,x\n\n\n2,y\n\n").Text("a"));
        Assert.Equal(["1", "", "", "2"], Csv("\na\n1\n\n\n2\n\n\n").Text("a"));
        Assert.Equal(["1", ""], Csv("a\n1\n\"\"\n").Text("a"));
    }

    [Fact]
    public void Labels_are_the_places_of_texts_among_the_classes()
    {
        var table = Csv("a,b\nred,1\nblue,2\n?,3\nred,4\n");
        var classes = table.Categories("a");
        Assert.Equal("blue red", string.Join(" ", classes));
        var known = table.WithoutMissing("a");
        Assert.Equal([1, 0, 1], known.Labels("a", classes).ToArray<long>());
        Assert.Equal([1f, 2, 4], known.Numbers("b").ToArray<float>());
        Fails("line 4, column \"a\": the value is missing", () => table.Labels("a", classes));
        Fails("line 2, column \"a\": \"red\" is not one of the classes blue", () => table.Labels("a", ["blue"]));
    }

    [Property]
    public bool Shuffled_and_split_rows_keep_their_cells_together(PositiveInt n, long seed)
    {
        var table = Csv(string.Join("\n", Enumerable.Range(0, n.Get + 1).Select(i => $"{i},r{i}")), new() { HasHeader = false });
        var (first, second) = table.Shuffle(Key.Of(seed)).Split(0.51 / table.Count + 0.4);
        var numbers = new[] { first, second }.SelectMany(part => part.Text("0")).ToArray();
        return numbers.Length == table.Count && numbers.ToHashSet().Count == table.Count
            && new[] { first, second }.SelectMany(part => part.Text("1")).SequenceEqual(numbers.Select(i => $"r{i}"));
    }

    [Property]
    public bool A_file_in_parts_is_the_file(PositiveInt n, PositiveInt size)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.csv");
        File.WriteAllLines(path, Enumerable.Range(0, n.Get).Select(i => $"{i}").Prepend("number"));
        var parts = CsvFile.ReadParts(path, size.Get).ToArray();
        return parts.SkipLast(1).All(part => part.Count == size.Get) && parts.All(part => part.Columns is ["number"])
            && parts.SelectMany(part => part.Text("number")).SequenceEqual(CsvFile.Read(path).Text("number"));
    }

    [Fact]
    public void A_table_says_what_it_holds()
    {
        var text = Csv("name,weight,mixed,none\nUlm,1.5,1,\n,2,x,\n\"a long text\nof two lines\",3,y,\n").ToString();
        Assert.Equal("3 rows, 4 columns, named", text.Split(Environment.NewLine)[0]);
        Assert.Equal("  name    2 texts, 1 missing             Ulm, (missing), a long text of …", text.Split(Environment.NewLine)[1]);
        Assert.Equal("  weight  numbers                        1.5, 2, 3", text.Split(Environment.NewLine)[2]);
        Assert.Equal("  mixed   3 texts, 1 numbers among them  1, x, y", text.Split(Environment.NewLine)[3]);
        Assert.Equal("  none    nothing                        (missing), (missing), (missing)", text.Split(Environment.NewLine)[4]);

        var many = Csv(string.Join("\n", Enumerable.Range(0, 2000).Select(i => $"{i},r{i}"))).ToString();
        Assert.StartsWith(
            $"2,000 rows, 2 columns, without names; what they hold by the first 1,000 rows{Environment.NewLine}  0  numbers      0, 1, "
                + "2, 3, 4, …",
            many);
        Assert.EndsWith($"{Environment.NewLine}  1  1,000 texts  r0, r1, r2, r3, r4, …", many);
    }

    [Fact]
    public void Rows_may_come_from_anywhere()
    {
        var table = Table.Of(["a", "b"], [["1", "x"], [null, ""], ["3", "y"]]);
        Assert.Equal(["1", "", "3"], table.Text("a"));
        Assert.Equal(["x", "y"], table.WithoutMissing("a", "b").Text("b"));
        Assert.Equal(["1"], Table.Of(["a", "b"], [["1", "x"], [null, "y"], ["3", ""]]).WithoutMissing("a", "b").Text("a"));
        Fails("row 1, column \"a\": the value is missing", () => table.Numbers("a"));
        Fails("no rows", () => Table.Of(["a"], []));
        Fails("row 1 has 2 cells, there are 1 columns", () => Table.Of(["a"], [["1"], ["1", "2"]]));
        Fails("two columns of one name", () => Table.Of(["a", "a"], [["1", "2"]]));
    }

    [Fact]
    public void Bad_tables_name_the_line()
    {
        Fails("table.csv, line 3 has 3 cells, line 1 has 2", () => Csv("a,b\n1,2\n1,2,3\n"));
        Fails("line 2, column \"b\": \"x\" is not a finite number", () => Csv("a,b\n1,x\n").Numbers("a", "b"));
        Fails("line 2, column \"b\": \"1e999\" is not a finite number", () => Csv("a,b\n1,1e999\n").Numbers("b"));
        Fails("line 5, column \"b\": \"x\"", () => Csv("a,b\n\"1\n\n\",1\n2,x\n").Numbers("b"));
        Fails("line 3: a quote opens a cell and none closes it", () => Csv("a\n1\n\"2\n3\n"));
        Fails("line 2: a quote is out of place in \"\"x\"y\"", () => Csv("a,b\n1,\"x\"y\n"));
        Fails("line 2 holds a character 0", () => Csv("a\n\0b\0\n"));
        Fails("\"blue\" is twice among the classes", () => Csv("a\nblue\n").Labels("a", ["blue", "red", "blue"]));
        Fails("give CsvOptions.HasHeader = true", () => Csv("a,1\nb,2\n").Text("a"));
        Fails("line 2, column \"b\": the value is missing", () => Csv("a,b\n1,\n").Numbers("b"));
        Fails("no column \"c\". There are: a, b", () => Csv("a,b\n1,2\n").Numbers("c"));
        Fails("line 2: a quote is out of place", () => Csv("a,b\n1,x\"y\n"));
        Fails("no column \"lenght\". Did you mean \"length\"?", () => Csv("length,width\n1,2\n").Numbers("lenght"));
        Fails("is empty", () => Csv(""));
        Fails("no rows", () => Csv("a,b\n"));
        Fails("two columns of one name", () => Csv("a,a\n1,2\n"));
        Fails("Check the path", () => CsvFile.Read(Path.Combine(folder, "none.csv")));
        Fails("Check the path", () => CsvFile.Read(folder));
        Fails("the delimiter \"\" cannot stand", () => Csv("a\n1\n", new() { Delimiter = "" }));
        Fails("the delimiter \"\"\" cannot stand", () => Csv("a\n1\n", new() { Delimiter = "\"" }));
        Fails("0 rows", () => CsvFile.ReadParts("any", 0));
        Fails("no rows are chosen", () => Csv("a,b\n1,\n").WithoutMissing("b"));
    }
}
