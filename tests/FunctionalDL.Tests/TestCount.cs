using System.Reflection;
using System.Runtime.CompilerServices;
using FsCheck.Xunit;
using FunctionalDL.Tests.LawRuns;

namespace FunctionalDL.Tests;

/// <summary>Says how many properties, random cases and other tests there are; the build prints the file after a run.</summary>
static class TestCount
{
    const int DefaultCases = 100;

    [ModuleInitializer]
    internal static void Write()
    {
        var methods = typeof(TestCount).Assembly.GetTypes().SelectMany(type => type.GetMethods()).ToArray();
        var properties = methods.Select(m => m.GetCustomAttribute<PropertyAttribute>()).OfType<PropertyAttribute>().ToArray();
        var cases = properties.Sum(p => p.MaxTest > 0 ? p.MaxTest : DefaultCases);
        cases += LawTests.Rows.Sum(row => (int)row[1]);
        var others = methods.Count(m => m.GetCustomAttribute<FactAttribute>() is not (null or PropertyAttribute));
        File.WriteAllText(
            Path.Combine(AppContext.BaseDirectory, "count.txt"),
            $"FunctionalDL.Tests holds {properties.Length + LawTests.Rows.Count()} properties, tried on {cases:N0} random cases, and "
                + $"{others} tests and tables of cases."
        );
    }
}
