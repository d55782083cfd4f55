using System.Text.RegularExpressions;

namespace FunctionalDL.Tests.Tensors;

/// <summary>The table of dtypes is whole, and nothing beside it lists dtypes.</summary>
public partial class ElementTypeTests
{
    [Fact]
    public void Every_dtype_is_a_row() => Assert.Empty(Gaps(ElementType.Table));

    [Fact]
    public void A_missing_or_misplaced_row_is_seen()
    {
        foreach (var row in ElementType.Table) Assert.NotEmpty(Gaps([.. ElementType.Table.Where(r => r != row)]));
        Assert.NotEmpty(Gaps([.. ElementType.Table.Reverse()]));
        Assert.NotEmpty(Gaps([.. ElementType.Table.SkipLast(1), ElementType.Table[0]]));
    }

    [Fact]
    public void A_number_that_is_no_dtype_is_an_error() =>
        Assert.Contains("is not one of the", Assert.Throws<DTypeException>(() => ((DType)99).Name()).Message);

    [Fact]
    public void A_type_that_is_no_element_is_an_error() =>
        Assert.Contains("Char", Assert.Throws<TensorException>(() => DTypes.Of<char>()).Message);

    /// <summary>What a table lacks, or has twice, or says otherwise in two places.</summary>
    static IEnumerable<string> Gaps(IReadOnlyList<ElementType> table)
    {
        foreach (var dtype in Enum.GetValues<DType>())
        {
            if (table.ElementAtOrDefault((int)dtype) is not { } row || row.DType != dtype)
                yield return $"{dtype} has no row in its place";
            else if (row.Visit<Seen, (Type, int, DType)>(new()) != (row.Type, row.Size, dtype))
                yield return $"{dtype} is visited as another";
            else if (row.Kind != ElementKind.Truth && row.VisitNumbers<Computed, DType>(new()) != row.Lane)
                yield return $"{dtype} is computed as another";
            else if (row.Kind == ElementKind.Float && row.VisitReals<Computed, DType>(new()) != row.Lane)
                yield return $"{dtype} is computed as another";
            else if (row.Lane.Lane() != row.Lane)
                yield return $"{row.Lane} is not computed in itself";
        }
        if (table.Count != Enum.GetValues<DType>().Length) yield return $"{table.Count} rows";
        if (table.Select(r => r.Name).Distinct().Count() != table.Count) yield return "a name stands twice";
        if (table.Select(r => r.OnnxCode).Distinct().Count() != table.Count) yield return "a number of ONNX stands twice";
        if (table.Select(r => r.SafetensorsCode).Distinct().Count() != table.Count) yield return "a name of safetensors stands twice";
    }

    readonly struct Seen : IElementVisitor<(Type, int, DType)>
    {
        public (Type, int, DType) Visit<T, TElement>()
            where T : unmanaged
            where TElement : IElement<T> => (typeof(T), System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), DTypes.Of<T>());
    }

    readonly struct Computed : INumberVisitor<DType>, IRealVisitor<DType>
    {
        DType INumberVisitor<DType>.Visit<T>() => DTypes.Of<T>();

        DType IRealVisitor<DType>.Visit<T>() => DTypes.Of<T>();
    }

    [GeneratedRegex(@"case Tensor<\w+>|Tensor<(float|double|long|bool)> \w+ =>|DType\.\w+ =>|case DType\.")]
    private static partial Regex Ladder();

    /// <summary>Only the generator of random numbers has a form for each of two dtypes, and refuses the others.</summary>
    [Fact]
    public void No_code_lists_dtypes()
    {
        var source = Path.Combine(Documentation.Pages.Root, "src");
        var ladders = Directory
            .EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}") && Ladder().IsMatch(File.ReadAllText(file))
            );
        Assert.Equal(["Key.cs"], ladders.Select(Path.GetFileName));
        Assert.Matches(Ladder(), "DType.Float32 => 1");
    }
}
