using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra;

namespace FunctionalDL;

/// <summary>Tensors from MathNet matrices and vectors, and back. Data is always copied.</summary>
public static class MathNetInterop
{
    /// <summary>A MathNet vector as a tensor of shape <c>[n]</c>.</summary>
    public static Tensor<T> ToTensor<T>(this Vector<T> vector) where T : unmanaged, IEquatable<T>, IFormattable =>
        Tensor.Vector(vector.ToArray());

    /// <summary>A MathNet matrix as a tensor of shape <c>[rows, columns]</c>.</summary>
    public static Tensor<T> ToTensor<T>(this Matrix<T> matrix) where T : unmanaged, IEquatable<T>, IFormattable =>
        Tensor<T>.Adopt(Shape.Of(matrix.RowCount, matrix.ColumnCount), matrix.ToRowMajorArray());

    /// <summary>A tensor of shape <c>[n]</c> as a MathNet vector.</summary>
    /// <exception cref="ShapeException">The rank is not 1.</exception>
    public static Vector<T> ToVector<T>(this Tensor tensor) where T : unmanaged, IEquatable<T>, IFormattable => tensor.Shape.Rank == 1
        ? Vector<T>.Build.DenseOfArray(tensor.ToArray<T>())
        : throw new ShapeException($"ToVector: {tensor.Describe()} has rank {tensor.Shape.Rank}, not 1. Reshape it first.");

    /// <summary>A tensor of shape <c>[rows, columns]</c> as a MathNet matrix.</summary>
    /// <exception cref="ShapeException">The rank is not 2.</exception>
    public static Matrix<T> ToMatrix<T>(this Tensor tensor) where T : unmanaged, IEquatable<T>, IFormattable => tensor.Shape.Rank == 2
        ? Matrix<T>.Build.DenseOfRowMajor(tensor.Shape[0].Size, tensor.Shape[1].Size, tensor.ToArray<T>())
        : throw new ShapeException($"ToMatrix: {tensor.Describe()} has rank {tensor.Shape.Rank}, not 2. Reshape it first.");

    /// <summary>The elements of a matrix tensor as a two-dimensional array.</summary>
    /// <exception cref="ShapeException">The rank is not 2.</exception>
    public static T[,] ToArray2D<T>(this Tensor tensor) where T : unmanaged
    {
        if (tensor.Shape.Rank != 2)
            throw new ShapeException($"ToArray2D: {tensor.Describe()} has rank {tensor.Shape.Rank}, not 2. Reshape it first.");
        var result = new T[tensor.Shape[0].Size, tensor.Shape[1].Size];
        if (result.Length > 0) tensor.As<T>().Span.CopyTo(MemoryMarshal.CreateSpan(ref result[0, 0], result.Length));
        return result;
    }
}
