namespace FunctionalDL.Tests;

/// <summary>The real data sets, in a folder <c>shared/data</c> beside the checkout where they are present.</summary>
static class TestData
{
    /// <summary>The folder of a data set, or null where it is absent.</summary>
    public static string? Folder(string name) => Find(Directory.Exists, "data", name);

    /// <summary>The archive of a suite of conformance cases, or null where it is absent.</summary>
    public static string? Suite(string name) => Find(File.Exists, "suites", $"{name}.tar.gz");

    static string? Find(Func<string, bool> isThere, string kind, string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "shared", kind, name) is var path && isThere(path)) return path;
        return null;
    }
}

/// <summary>A test on a real data set; skipped, and said to be, where it is absent.</summary>
sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute(string name)
    {
        if (TestData.Folder(name) is null) Skip = $"the data set shared/data/{name} is not beside this checkout";
    }
}

/// <summary>A test on a suite of conformance cases; skipped, and said to be, where it is absent.</summary>
sealed class SuiteTheoryAttribute : TheoryAttribute
{
    public SuiteTheoryAttribute(string name)
    {
        if (TestData.Suite(name) is null) Skip = $"the suite shared/suites/{name}.tar.gz is not beside this checkout";
    }
}
