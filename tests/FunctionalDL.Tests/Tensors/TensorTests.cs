using FsCheck.Xunit;
using FunctionalDL.Testing;
using MathNet.Numerics.LinearAlgebra;

namespace FunctionalDL.Tests.Tensors;

[Properties(Arbitrary = [typeof(TensorArbitrary)])]
public class TensorTests
{
    readonly struct Copy(Tensor x) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => Tensor.Of(x.Shape, x.ToArray<T>());
    }

    [Property]
    public void Arrays_and_back_is_the_same_bits(Tensor x) => Assert.True(x.BitEquals(x.DType.Visit<Copy, Tensor>(new(x))));

    [Property]
    public void A_tensor_owns_its_elements(float[] values)
    {
        var x = Tensor.Vector(values);
        var before = (float[])values.Clone();
        Array.Fill(values, 42);
        Assert.Equal(before, x.ToArray<float>());
        Array.Fill(x.ToArray<float>(), 42);
        Assert.Equal(before, x.Span.ToArray());
    }

    [Property]
    public void Matrices_and_back(float[,] values)
    {
        Tensor x = values;
        Assert.Equal(Shape.Of(values.GetLength(0), values.GetLength(1)), x.Shape);
        Assert.Equal(values, x.ToArray2D<float>());
        if (x.Count > 0)
            Assert.Equal(
                values[values.GetLength(0) - 1, values.GetLength(1) - 1],
                x.As<float>()[values.GetLength(0) - 1, values.GetLength(1) - 1]);
    }

    [Property]
    public void MathNet_matrices_and_back(FsCheck.PositiveInt rows, FsCheck.PositiveInt columns, int seed)
    {
        var matrix = Matrix<float>.Build.Random(rows.Get, columns.Get, seed);
        var tensor = matrix.ToTensor();
        Assert.Equal(matrix, tensor.ToMatrix<float>());
        Assert.Equal(matrix[rows.Get - 1, columns.Get - 1], tensor[rows.Get - 1, columns.Get - 1]);
        Assert.Equal(matrix.Transpose(), Transpose(Expr.Constant(tensor)).Evaluate().ToMatrix<float>());

        var vector = Vector<double>.Build.Random(rows.Get, seed);
        Assert.Equal(vector, vector.ToTensor().ToVector<double>());
    }

    [Property]
    public void Reshaping_keeps_the_elements_and_shares_them(Tensor x)
    {
        var flat = x.Reshape([x.Count]);
        Assert.True(flat.Reshape(x.Shape).BitEquals(x));
        Assert.Equal(Enumerable.Range(0, x.Count).Select(x.GetDouble), Enumerable.Range(0, x.Count).Select(flat.GetDouble));
    }

    /// <summary>Wider and back is the same; a cast to the own dtype is the tensor itself; each element is .NET's conversion.</summary>
    [Property]
    public void Casts(Tensor x, DType to)
    {
        var y = x.Cast(to);
        Assert.Equal((to, x.Shape), (y.DType, y.Shape));
        Assert.Same(x, x.Cast(x.DType));
        if (x.DType == DType.Bool || x.DType == DType.Float32 && to == DType.Float64) Assert.True(y.Cast(x.DType).BitEquals(x));
        for (var i = 0; i < x.Count; i++)
        {
            var v = x.GetDouble(i);
            if (to == DType.Bool) Assert.Equal(v != 0, y.As<bool>().Span[i]);
            else if (to == DType.Int64 && x.DType.IsFloat()) Assert.Equal((long)v, y.As<long>().Span[i]);
            else if (to == DType.Float32) Assert.Equal(x is Tensor<long> whole ? whole.Span[i] : (float)v, y.As<float>().Span[i]);
        }
    }

    [Property]
    public void Bits_compare_as_bits(Tensor x, Tensor y)
    {
        Assert.True(x.BitEquals(x));
        Assert.Equal(x.BitEquals(y), y.BitEquals(x));
        if (x.DType != y.DType || x.Shape != y.Shape) Assert.False(x.BitEquals(y));
    }

    [Fact]
    public void Zeros_differ_in_bits_and_NaN_equals_itself()
    {
        Assert.False(Tensor.Scalar(0.0).BitEquals(Tensor.Scalar(-0.0)));
        Assert.True(Tensor.Scalar(double.NaN).BitEquals(Tensor.Scalar(double.NaN)));
    }

    [Property]
    public void Text_begins_with_the_type_and_is_short(Tensor x)
    {
        Assert.StartsWith(x.Describe(), x.ToString());
        Assert.InRange(x.ToString().Length, 0, 300);
    }

    [Fact]
    public void Text_ends_in_dots_where_there_is_more()
    {
        Assert.Equal("int64[8] { 0, 1, 2, 3, 4, 5, 6, 7 }", Range(8).Evaluate().ToString());
        Assert.Equal("int64[9] { 0, 1, 2, 3, 4, 5, 6, 7, … }", Range(9).Evaluate().ToString());
    }

    /// <summary>Counting up the indices, the last the fastest, goes through the elements in their order.</summary>
    [Property]
    public void The_last_index_is_the_fastest(Shape shape)
    {
        var x = Range(shape.ElementCount).Evaluate().Reshape(shape).As<long>();
        var at = new int[shape.Rank];
        for (var i = 0; i < x.Count; i++)
        {
            Assert.Equal(i, x[at]);
            for (var axis = at.Length - 1; axis >= 0 && ++at[axis] == shape[axis]; axis--) at[axis] = 0;
        }
    }

    static readonly Dictionary<string, (Func<object> Build, string[] Says)> Wrong = new()
    {
        ["too few values"] = (() => Tensor.Of([2, 3], new float[5]), ["5 values", "[2, 3]", "6 elements"]),
        ["a type that is not supported"] = (() => Tensor.Vector('a', 'b'), ["Char", "Single, Double, Int64, Boolean"]),
        ["the wrong element type"] = (() => Tensor.Vector(1f).ToArray<double>(), ["float32", "float64", "Cast(Float64)"]),
        ["an index too many"] = (() => Tensor.Vector(1f)[0, 0], ["2 indices", "float32[1]", "Give 1"]),
        ["an index out of range"] = (() => Tensor.Vector(1f, 2)[2], ["index 2", "dimension 0", "0 to 1"]),
        ["a negative index"] = (() => Tensor.Vector(1f, 2)[-1], ["index -1", "0 to 1"]),
        ["a vector as a number"] = (() => Tensor.Vector(1f, 2).ToScalar(), ["float32[2]", "single number"]),
        ["a reshape that loses elements"] = (() => Tensor.Vector(1f, 2, 3).Reshape([2]), ["float32[3]", "[2]", "3"]),
        ["a shape with a name"] = (() => Tensor.Zeros(DType.Float32, ["batch"]), ["batch", "no size"]),
        ["a vector as a matrix"] = (() => Tensor.Vector(1f).ToMatrix<float>(), ["float32[1]", "rank 1, not 2"]),
        ["a vector as a table"] = (() => Tensor.Vector(1f).ToArray2D<float>(), ["float32[1]", "rank 1, not 2"]),
        ["a matrix as a vector"] = (() => Tensor.Matrix(new float[1, 1]).ToVector<float>(), ["float32[1, 1]", "rank 2, not 1"]),
    };

    public static TheoryData<string> Cases => [.. Wrong.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void Mistakes(string mistake)
    {
        var message = Assert.ThrowsAny<FunctionalException>(Wrong[mistake].Build).Message;
        Assert.All(Wrong[mistake].Says, part => Assert.Contains(part, message));
    }
}
