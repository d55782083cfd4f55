namespace FunctionalDL.Tests.Structure;

/// <summary>Source that a tired reader follows: no line is too long, and the map of the engine names every file.</summary>
public class FormTests
{
    const int Longest = 140;

    static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Documentation.Pages.Root, folder), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".fs" or ".fsx")
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [Theory]
    [InlineData("src"), InlineData("tests"), InlineData("examples")]
    public void No_line_is_too_long(string folder) => Assert.Empty(Files(folder).SelectMany(TooLong));

    static IEnumerable<string> TooLong(string file) =>
        File.ReadLines(file)
            .Index()
            .Where(line => line.Item.Length > Longest)
            .Select(line => $"{file}:{line.Index + 1}: {line.Item.Length} characters");

    [Fact]
    public void The_map_of_the_engine_names_every_file()
    {
        var folder = Path.Combine("src", "FunctionalDL", "Engine");
        var map = File.ReadAllText(Path.Combine(Documentation.Pages.Root, folder, "README.md"));
        var missing = Files(folder).Select(file => Path.GetFileName(file).Split('.')[0]).Distinct()
            .Where(name => !System.Text.RegularExpressions.Regex.IsMatch(map, $@"\b{name}\b"));
        Assert.Empty(missing);
    }
}
