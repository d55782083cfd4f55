using System.Reflection;
using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace FunctionalDL.Tests.PublicApi;

/// <summary>
/// What each package offers is a text that is reviewed. Run the tests with <c>ACCEPT_API=1</c> to take a change over into it.
/// </summary>
public class PublicApiTests
{
    static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        ExcludeAttributes = [typeof(TupleElementNamesAttribute).FullName!, "System.Runtime.CompilerServices.ParamCollectionAttribute"],
    };

    [Theory]
    [
        InlineData("FunctionalDL"),
        InlineData("FunctionalDL.OnnxRuntime"),
        InlineData("FunctionalDL.Testing"),
        InlineData("FunctionalDL.FSharp")
    ]
    [InlineData("FunctionalDL.Plots"), InlineData("FunctionalDL.Logging"), InlineData("FunctionalDL.Images"), InlineData("FunctionalDL.ML")]
    public void The_public_surface_is_the_reviewed_one(string package)
    {
        var actual = Assembly.Load(package).GeneratePublicApi(Options).ReplaceLineEndings("\n") + "\n";
        var file = Path.Combine(Folder(), package + ".txt");
        if (Environment.GetEnvironmentVariable("ACCEPT_API") == "1") File.WriteAllText(file, actual);

        var reviewed = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        var (gone, added) = (Lines(reviewed).Except(Lines(actual)), Lines(actual).Except(Lines(reviewed)));
        Assert.True(reviewed == actual,
            $"The public surface of {package} changed. Where that is meant, run the tests with ACCEPT_API=1 and commit "
                + $"{Path.GetFileName(file)}.\n"
            + string.Join("\n", gone.Select(l => "- " + l.Trim()).Concat(added.Select(l => "+ " + l.Trim())).Take(60)));
    }

    static string[] Lines(string text) => text.Split('\n');

    static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
