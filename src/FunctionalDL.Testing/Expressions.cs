using FsCheck;
using FsCheck.Fluent;

namespace FunctionalDL.Testing;

/// <summary>
/// Random well-typed expressions with values for their variables, for FsCheck properties. A dimension <c>n</c> is named; sizes are 0, 1, odd and larger.
/// A failing case shrinks to fewer functions and smaller sizes.
/// </summary>
public static class Expressions
{
    static readonly int[] SizesTried = [1, 2, 3, 5, 7, 16, 33];

    /// <summary>Float64 expressions of smooth functions with moderate values: what derivatives can be checked on.</summary>
    public static Arbitrary<ExpressionCase> Smooth() => Of(ExpressionProgram.Smooth, DType.Float64, SizesTried[..5]);

    /// <summary>Float64 expressions of continuous functions, kinks and empty dimensions included.</summary>
    public static Arbitrary<ExpressionCase> Continuous() => Of(ExpressionProgram.Continuous, DType.Float64, [0, .. SizesTried]);

    /// <summary>Float32 expressions of continuous functions: what other runtimes can be compared on.</summary>
    public static Arbitrary<ExpressionCase> Continuous32() => Of(ExpressionProgram.Continuous, DType.Float32, SizesTried);

    static Arbitrary<ExpressionCase> Of(IReadOnlyList<Func<Expr, Expr, Expr>> functions, DType dtype, int[] sizes)
    {
        var instruction = from function in Gen.Choose(0, functions.Count - 1)
                          from a in Gen.Choose(0, 1000)
                          from b in Gen.Choose(0, 1000)
                          select (function, a, b);
        var program = from rows in Gen.Elements(sizes)
                      from columns in Gen.Elements(sizes.Where(s => s > 0).ToArray())
                      from seed in Gen.Choose(0, int.MaxValue)
                      from instructions in Gen.Sized(size => Gen.ArrayOf(instruction, 1 + size / 6))
                      select new ExpressionProgram(rows, columns, seed, instructions);
        return Arb.From(program, Shrink).Convert(p => p.Build(functions, dtype), c => c.Program!);
    }

    /// <summary>Fewer instructions first, then smaller sizes.</summary>
    static IEnumerable<ExpressionProgram> Shrink(ExpressionProgram program)
    {
        for (var i = 0; i < program.Instructions.Length; i++)
            yield return program with { Instructions = [.. program.Instructions[..i], .. program.Instructions[(i + 1)..]] };
        if (program.Rows > 1) yield return program with { Rows = program.Rows / 2 };
        if (program.Columns > 1) yield return program with { Columns = program.Columns / 2 };
    }
}
