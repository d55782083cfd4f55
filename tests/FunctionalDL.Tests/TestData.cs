namespace FunctionalDL.Tests;

/// <summary>The real data sets, in a folder <c>shared/data</c> beside the checkout where they are present.</summary>
static class TestData
{
    /// <summary>The folder of a data set, or null where it is absent.</summary>
    public static string? Folder(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "shared", "data", name) is var folder && Directory.Exists(folder)) return folder;
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
