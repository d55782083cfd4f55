using System.Globalization;
using System.Text;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class CsvNotationTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(byte[] bytes)
    {
        var path = Path.Combine(folder, "table.csv");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static string Refusal(Action action) => Assert.Throws<DataException>(action).Message;

    static Table Csv(string text, CsvOptions? options = null) => CsvFile.Read(new StringReader(text), "table.csv", options);

    static double[] Numbers(CsvOptions options, params string[] cells) =>
        Csv("x\n" + string.Join("\n", cells.Select(cell => $"\"{cell}\"")), options with { HasHeader = true })
            .Numbers(DType.Float64, "x")
            .ToArray<double>();

    [Fact]
    public void Numbers_are_read_in_the_notation_that_is_given()
    {
        Assert.Equal(
            [12.5, -0.25, 1250.75, 1e6, 0.5],
            Numbers(new() { DecimalMark = ',', ThousandsMark = '.' }, "12,5", "-0,25", "1.250,75", "1.000.000", ",5"));
        Assert.Equal([1250, 1250000.5, 12, -999], Numbers(new() { ThousandsMark = ',' }, "1,250", "1,250,000.5", "12", "\u2212999"));
        Assert.Equal([12500, 1.5], Numbers(new() { ThousandsMark = ' ', DecimalMark = ',' }, "12 500", "1,5"));
        Assert.Equal(
            [12, -5, 1200.5, 7],
            Numbers(new() { Units = ["€", "%"], ThousandsMark = ',' }, "€12", "-€5", "€ 1,200.5", "7 %"));
        Assert.Equal([0, 19723.5], Numbers(new() { DateFormat = "yyyy-MM-dd HH:mm" }, "1970-01-01 00:00", "2024-01-01 12:00"));
        Assert.Equal([1.5e3, 2], Numbers(new(), "1.5e3", "+2"));
        Assert.Equal([9007199254740994, -9007199254740994], Numbers(new(), "9007199254740994", "-9007199254740994"));
    }

    /// <summary>Where a mark stands at a place where it cannot, the cell is no number: none is made of other digits than it has.</summary>
    [Theory]
    [
        InlineData("12,5"),
        InlineData("1,25,000"),
        InlineData("1250,000"),
        InlineData(",250"),
        InlineData("1,250,"),
        InlineData("1.5,000"),
        InlineData("1,2500"),
        InlineData("1,250e3,000")
    ]
    public void Thousands_marks_stand_before_three_digits(string cell) =>
        Assert.Contains("is not a finite number", Refusal(() => Numbers(new() { ThousandsMark = ',' }, cell)));

    [Fact]
    public void A_decimal_point_is_none_where_the_mark_is_another() =>
        Assert.Contains("DecimalMark = '.'", Refusal(() => Numbers(new() { DecimalMark = ',' }, "1.5")));

    /// <summary>Any number is read as what a culture writes it.</summary>
    [Property]
    public bool What_a_culture_writes_is_read_with_its_options(int whole, byte fraction)
    {
        var format = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };
        var culture = new CultureInfo("") { NumberFormat = format };
        var number = whole / 4 + fraction / 256.0;
        return Numbers(CsvOptions.Of(culture), number.ToString("N8", format)).Single() == number;
    }

    /// <summary>Cells that look like numbers or dates are never categories, and the error names the line and the option to read them
    /// with.</summary>
    [Theory]
    [InlineData("DecimalMark = ','", "12,5", "7,75")]
    [InlineData("ThousandsMark = ','", "1,250", "2,300")]
    [InlineData("ThousandsMark = ','", "1,250,000", "7")]
    [InlineData("ThousandsMark = ','", "1,250.5", "3,125.25")]
    [InlineData("DecimalMark = ',' and CsvOptions.ThousandsMark = '.'", "1.250,5", "3.125,25")]
    [InlineData("ThousandsMark = '.'", "1.250.000", "2.500.000")]
    [InlineData("ThousandsMark = ' '", "12 500", "13 000")]
    [InlineData("ThousandsMark = '''", "12'500", "13'000")]
    [InlineData("Units = [\"€\"]", "€12", "€15")]
    [InlineData("Units = [\"€\"], and CsvOptions.DecimalMark = ','", "12,5 €", "15,3 €")]
    [InlineData("Units = [\"USD\"]", "USD 12", "USD 15")]
    [InlineData("Units = [\"%\"]", "12 %", "15 %")]
    [InlineData("Units = [\"kg\"]", "12 kg", "13.5 kg", "9 kg")]
    [InlineData("DateFormat", "2024-01-31", "2024-02-01")]
    [InlineData("DateFormat", "31.12.2024", "1.1.2025")]
    [InlineData("DateFormat", "12/31/2024 14:30", "1/1/2025 9:00")]
    [InlineData("DateFormat", "2024-01-31T12:00:00Z", "2024-01-31T12:00:00+01:00")]
    [InlineData("DateFormat", "31 Jan 2024", "1 Feb 2024")]
    [InlineData("DateFormat", "2024-01", "2024-12")]
    [InlineData("DateFormat", "14:30", "15:45:10")]
    [InlineData("Write it with a minus", "(12.50)", "(3.25)")]
    [InlineData("its sign before it", "12-", "13-")]
    [InlineData("CsvOptions.Missing", "None", "None", "None", "5")]
    [InlineData("CsvOptions.Missing", "-", "5", "6", "-")]
    [InlineData("CsvOptions.Missing", "inf", "-Infinity")]
    [InlineData("Numbers(DType.Int64", "1234567890123456789", "1234567890123456788")]
    public void What_looks_like_a_number_is_never_a_category(string repair, params string[] cells)
    {
        var text = "y,x\n" + string.Join("\n", cells.Select((cell, i) => $"r{i},\"{cell}\""));
        var message = Refusal(() => TableEncoder.Fit(Csv(text, new() { HasHeader = true }), ["x"]));
        Assert.Contains(repair, message);
        Assert.Contains($"table.csv, line 2, column \"x\": \"{cells[0]}\"", message);
        Assert.Equal(
            cells.Distinct().Count(),
            TableEncoder.Fit(Csv(text, new() { HasHeader = true }), ["x"], categorical: ["x"]).Features.Length);
    }

    [Theory]
    [
        InlineData("S", "M", "L"),
        InlineData("1st", "2nd", "3rd"),
        InlineData("C85", "B2"),
        InlineData("18-25", "26-40"),
        InlineData("2 doors", "4 doors"),
        InlineData("10+", "<5")
    ]
    [
        InlineData("BMW 320", "VW 1"),
        InlineData("192.168.1.1", "10.0.0.1"),
        InlineData("4x4", "2x2"),
        InlineData("info", "e5"),
        InlineData("None", "some")
    ]
    public void Texts_with_digits_in_them_are_categories(params string[] cells) =>
        Assert.Equal(
            cells.Length,
            TableEncoder.Fit(Csv("x\n" + string.Join("\n", cells), new() { HasHeader = true }), ["x"]).Features.Length);

    [Theory]
    [InlineData("a;b;c\n1;2;3\n", "';': give CsvOptions.Delimiter = \";\"")]
    [InlineData("a;b;c\n1,5;2,5;3,5\n", "';': give CsvOptions.Delimiter = \";\"")]
    [InlineData("a\tb\n1\t2\n", "tab(s): give CsvOptions.Delimiter = \"\\t\"")]
    [InlineData("a|b\n1|2\n", "give CsvOptions.Delimiter = \"|\"")]
    [InlineData("\"a\";\"b\"\n1;2\n", "CsvOptions.Delimiter")]
    public void A_file_with_other_marks_between_cells_says_so(string text, string repair) =>
        Assert.Contains(repair, Refusal(() => Csv(text)));

    [Fact]
    public void A_single_column_may_hold_other_marks()
    {
        Assert.Contains("\",\"", Refusal(() => Csv("a,b\n1,2\n", new() { Delimiter = ";" })));
        Assert.Equal(["1;2"], Csv("\"a;b\"\n1;2\n").Text("a;b"));
        Assert.Equal(["1;2", "x"], Csv("a\n1;2\nx\n").Text("a"));
        Assert.Equal([1.5, 2.5], Numbers(new() { Delimiter = ";", DecimalMark = ',' }, "1,5", "2,5"));
        Assert.Equal("0", Csv("1,5\n2,5\n", new() { Delimiter = ";", DecimalMark = ',' }).Columns[0]);
    }

    [Theory]
    [InlineData("1,5\n", ';'), InlineData("2024-01-31;x\n", ';'), InlineData("€5;x\n", ';')]
    public void What_looks_like_data_is_no_header(string text, char delimiter)
    {
        Assert.False(Csv(text, new() { Delimiter = delimiter.ToString() }).HasHeader);
        Assert.True(Csv("a" + delimiter + "b\n" + "x" + delimiter + "y", new() { Delimiter = delimiter.ToString() }).HasHeader);
    }

    /// <summary>What is read at once are 16,384 characters, wherever a delimiter of several lies.</summary>
    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void A_delimiter_may_lie_across_what_is_read_at_once(int before)
    {
        var table = Csv($"{new string('a', (1 << 14) - before)}:::b\nc:::d\n", new() { Delimiter = ":::", HasHeader = false });
        Assert.Equal(["b", "d"], table.Text("1"));
    }

    [Fact]
    public void Bytes_that_are_not_of_the_encoding_are_named()
    {
        var latin = Write(Encoding.Latin1.GetBytes("name,n\nJena,1\nBär,2\nBör,3\n"));
        var message = Refusal(() => CsvFile.Read(latin));
        Assert.Contains("line 3: the byte E4 at 15 is not UTF-8. Give the file's encoding, CsvOptions.Encoding", message);
        Assert.Equal(["Jena", "Bär", "Bör"], CsvFile.Read(latin, new() { Encoding = Encoding.Latin1 }).Text("name"));

        var late = Encoding.Latin1.GetBytes("x\n" + string.Concat(Enumerable.Repeat("a line\n", 30_000)) + "é\n");
        Assert.Contains($"line 30002: the byte E9 at {late.Length - 2:N0} is not UTF-8", Refusal(() => CsvFile.Read(Write(late))));
        Assert.Contains(
            "the byte C3 at 5 is not UTF-8",
            Refusal(() => CsvFile.Read(Write([0xEF, 0xBB, 0xBF, .. "x\n"u8, 0xC3, (byte)'\n']))));
        Assert.Contains("is not UTF-8", Refusal(() => CsvFile.Read(Write([.. "x\ny"u8, 0xE2, 0x82]))));
        Assert.Contains("is not UTF-16", Refusal(() => CsvFile.Read(Write([0xFF, 0xFE, (byte)'x', 0, 10, 0, 0, 0xD8, 10, 0]))));
        Assert.Contains(
            "CsvOptions.Encoding = Encoding.Unicode",
            Refusal(() => CsvFile.Read(Write(new UnicodeEncoding(false, byteOrderMark: false).GetBytes("x\ny\n")))));
    }

    [Fact]
    public void Marks_of_two_meanings_are_refused()
    {
        static void Fails(string part, CsvOptions options) =>
            Assert.Contains(part, Assert.Throws<FunctionalException>(() => Csv("a\n1\n", options)).Message);
        Fails("cannot be told apart", new() { DecimalMark = ',', ThousandsMark = ',' });
        Fails("cannot be told apart", new() { DecimalMark = '5' });
        Fails("cannot be told apart", new() { ThousandsMark = 'e' });
    }

    [Fact]
    public void Whole_numbers_keep_their_digits_or_are_refused()
    {
        var table = Csv("time,id\n1750000000,1234567890123456789\n1750000020,1234567890123456788\n");
        Assert.Contains(
            "\"1750000020\" is a number that float32 does not keep. Take it in float64",
            Refusal(() => table.Numbers("time")).Replace("1750000000", "1750000020"));
        Assert.Equal([1750000000, 1750000020], table.Numbers(DType.Float64, "time").ToArray<double>());
        Assert.Contains("has more digits than float64 keeps", Refusal(() => table.Numbers(DType.Float64, "id")));
        Assert.Equal([1234567890123456789, 1234567890123456788], table.Numbers(DType.Int64, "id").ToArray<long>());
        Assert.Contains("is not a whole number of int64", Refusal(() => Csv("x\n1.5\n").Numbers(DType.Int64, "x")));
        Assert.Equal([0.1f, 16777216, 1e30f], Csv("x\n0.1\n16777216\n1e30\n").Numbers("x").ToArray<float>());
        Assert.Contains("does not keep", Refusal(() => Csv("x\n1e39\n").Numbers("x")));
        Assert.Throws<DTypeException>(() => table.Numbers(DType.Bool, "time"));
    }
}
