using FunctionalDL.Testing;
using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Summation by labels: as OnnxRuntime has it, and as its definition, a loop over all labels.</summary>
public class EinsumTests
{
    public static TheoryData<string, string> Equations => new()
    {
        { "ij->ji", "23" }, { "ij", "23" }, { "ba", "23" }, { "ij->", "23" }, { "i j -> i", "23" }, { "ii", "33" }, { "ii->i", "33" },
        { "iij->j", "332" }, { "iji->ij", "323" }, { "iii->i", "333" }, { "...ii->...i", "233" }, { "...ij->...ji", "2324" },
        { "i,i", "3 3" }, { "i,i->i", "3 3" }, { "i,j->ij", "2 3" }, { "i,j->ji", "2 3" }, { "ij,jk", "23 34" }, { "ij,jk->ki", "23 34" },
        { "ij,jk->", "23 34" }, { "bij,bjk->bik", "223 234" }, { "bhid,bhjd->bhij", "2223 2243" },
        { "...ij,...jk", "223 234" }, { "i...,i...->...", "32 32" }, { "ij,i->j", "23 2" }, { "ij,kl->ik", "23 32" },
        { "ijj,j->i", "233 3" }, { "bn,anm,bm->ba", "23 432 22" }, { "ab,bc,cd->ad", "23 32 24" }, { "a,b,c->cab", "2 3 4" },
        { "ij,ij,ij->i", "23 23 23" },
        { "ij,jk->ik", "21 34" }, { "Ab,bC->CA", "23 34" }, { "ij,ij->ij", "13 23" },
    };

    static Shape[] Shapes(string sizes) => [.. sizes.Split(' ').Select(s => Shape.Of([.. s.Select(c => (Dim)(c - '0'))]))];

    [Theory, MemberData(nameof(Equations))]
    public void It_is_Einsum(string equation, string sizes)
    {
        var values = Shapes(sizes).Select((shape, i) => Numbers(i + 1, [.. shape])).ToArray();
        var at = TensorSet.Of(values.Select((value, i) => KeyValuePair.Create($"x{i}", value)));
        Expr[] x = [.. values.Select((value, i) => Expr.Variable($"x{i}", value.Shape))];
        Holds(equation, Einsum(equation, x), at, OneNode.Run("Einsum", 12, 1, values, ("equation", equation))[0]);

        // With a name in the place of every size of 2.
        Expr[] named = [.. values.Select((value, i) => Expr.Variable($"x{i}", [.. value.Shape.Select(d => d == 2 ? "n" : d)]))];
        Same($"{equation} with names", Einsum(equation, named), at, Einsum(equation, x).Evaluate(at));
    }

    /// <summary>As NumPy has it; OnnxRuntime takes as many axes in each.</summary>
    [Fact]
    public void Ellipses_broadcast_from_the_last_axis_on()
    {
        Tensor x = Numbers(1, 2, 2, 3), y = Numbers(2, 3, 4);
        var at = TensorSet.Of(("x", x), ("y", y));
        var (a, b) = (Expr.Variable("x", [2, 2, 3]), Expr.Variable("y", [3, 4]));
        Holds("products", Einsum("...ij,...jk->...ik", a, b), at, MatMul(Expr.Constant(x), Expr.Constant(y)).Evaluate());
        var sums = Einsum("i...,i...->...", Expr.Variable("x", [2, 2, 3]), Slice(Slice(b, 0, 0, 2), 1, 0, 3));
        var expected = Sum(Expr.Constant(x) * Reshape(Slice(Slice(Expr.Constant(y), 0, 0, 2), 1, 0, 3), [2, 1, 3]), 0).Evaluate();
        Holds("sums", sums, at, expected);
    }

    [Fact]
    public void Whole_numbers_are_summed_exactly()
    {
        Tensor x = Tensor.Of([2, 2], [1L << 60, 3, 5, 7]), y = Tensor.Of([2, 2], [16L, 1, 2, 3]);
        var product = Einsum("ij,jk->ik", Expr.Variable("x", [2, 2], DType.Int64), Expr.Variable("y", [2, 2], DType.Int64));
        Tensor expected = Tensor.Of([2, 2], [6L, (1L << 60) + 9, 94, 26]);
        Laws.SameValue("wholes", expected, product.Evaluate(("x", x), ("y", y)), 0);
        var values = TensorSet.Of(("x", x), ("y", y));
        Laws.SameValue("wholes in the engine", expected, product.Compile().Run(values)[0], 0);
    }

    [Theory]
    [InlineData("ij,jk", "23", "names 2 operands and 1 are given")]
    [InlineData("ijk", "23", "one label for each axis")]
    [InlineData("i", "23", "one label for each axis")]
    [InlineData("i...jk", "23", "one label for each axis")]
    [InlineData("i,i", "2 3", "\"i\" is 2 and 3")]
    [InlineData("...i,...i", "23 33", "an axis of \"...\" is 2 and 3")]
    [InlineData("ii", "13", "Only a square")]
    [InlineData("ii", "23", "\"i\" is 2 and 3")]
    [InlineData("ij->ik", "23", "\"k\" is a label of no operand")]
    [InlineData("ij->ii", "23", "\"i\" more than once")]
    [InlineData("...j->j", "23", "missing in the result")]
    [InlineData("i.j", "23", "\".\" is no label")]
    [InlineData("i1", "23", "\"1\" is no label")]
    [InlineData("......", "23", "more than one")]
    [InlineData("ij->i->j", "23", "more than once")]
    public void What_is_wrong_is_told(string equation, string sizes, string message)
    {
        Expr[] x = [.. Shapes(sizes).Select((shape, i) => Expr.Variable($"x{i}", shape))];
        Assert.Contains(message, Assert.ThrowsAny<FunctionalException>(() => Einsum(equation, x)).Message);
    }
}
