using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FunctionalDL;

/// <summary>An immutable list of dimensions, outermost first. A scalar has none.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<Dim>, IEquatable<Shape>
{
    readonly ImmutableArray<Dim> dims;

    Shape(ImmutableArray<Dim> dims) => this.dims = dims;

    /// <summary>The shape of a single number: <c>[]</c>.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>A shape of the given dimensions: numbers and names.</summary>
    /// <exception cref="ShapeException">A dimension is negative.</exception>
    public static Shape Of(params Dim[] dims) => Create(dims);

    /// <summary>A shape of the given dimensions.</summary>
    /// <exception cref="ShapeException">A dimension is negative.</exception>
    public static Shape Create(ReadOnlySpan<Dim> dims)
    {
        foreach (var d in dims)
            if (d.IsNegative)
                throw new ShapeException($"Shape: dimension {d} is negative. Sizes are 0 or more.");
        return dims.IsEmpty && Scalar is not null ? Scalar : new([.. dims]);
    }

    /// <summary>The number of dimensions.</summary>
    public int Rank => dims.Length;

    /// <summary>The i-th dimension.</summary>
    /// <exception cref="ShapeException">There is no such dimension.</exception>
    public Dim this[int i] => (uint)i < (uint)Rank ? dims[i]
        : throw new ShapeException($"Shape: {this} has {Rank} dimensions; there is none at {i}. Reshape or check the rank first.");

    int IReadOnlyCollection<Dim>.Count => Rank;

    /// <summary>Whether every dimension is a number.</summary>
    public bool IsKnown => dims.All(d => d.IsKnown);

    /// <summary>The number of elements, Π dims: 1 for a scalar.</summary>
    public Dim Elements => dims.Aggregate((Dim)1, (product, d) => product * d);

    /// <summary>The number of elements as a number.</summary>
    /// <exception cref="ShapeException">A dimension is a symbol, or the product does not fit an array.</exception>
    public int ElementCount
    {
        get
        {
            var count = 1L;
            foreach (var d in dims)
                count = Math.Min(count * d.Size, Array.MaxLength + 1L);
            return count <= Array.MaxLength
                ? (int)count
                : throw new ShapeException(
                    $"Shape: {this} has more than the {Array.MaxLength} elements a tensor can hold. Take fewer at a time, such as a "
                        + "smaller batch."
                );
        }
    }

    /// <summary>The sizes as numbers.</summary>
    /// <exception cref="ShapeException">A dimension is a symbol.</exception>
    public int[] ToSizes() => [.. dims.Select(d => d.Size)];

    /// <summary>The step in elements from one index to the next along each dimension of a dense row-major array.</summary>
    public int[] Strides()
    {
        var strides = new int[Rank];
        for (int i = Rank - 1, step = 1; i >= 0; i--)
        {
            strides[i] = step;
            // Where there are no elements, no step is taken.
            step = unchecked(step * this[i].Size);
        }
        return strides;
    }

    /// <summary>The shape with every symbol replaced by its size.</summary>
    public Shape Resolve(Sizes sizes) => IsKnown ? this : new([.. dims.Select(d => d.Resolve(sizes))]);

    /// <summary>A non-negative axis from one that may count from the end, −1 being the last.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(int axis, string op)
    {
        if (axis < -Rank || axis >= Rank)
            throw new ShapeException(
                $"{op}: axis {axis} is outside {this}, whose axes are {(Rank == 0 ? "none" : $"{-Rank} to {Rank - 1}")}.");
        return axis < 0 ? axis + Rank : axis;
    }

    /// <summary>This shape with one dimension replaced.</summary>
    public Shape With(int axis, Dim dim) => new(dims.SetItem(axis, dim));

    /// <summary>This shape with a dimension put in before <paramref name="axis"/>.</summary>
    public Shape Insert(int axis, Dim dim) => new(dims.Insert(axis, dim));

    /// <summary>This shape without one dimension.</summary>
    public Shape Remove(int axis) => new(dims.RemoveAt(axis));

    /// <summary>The dimensions from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public Shape Slice(int start, int end) => new(dims[start..end]);

    /// <summary>The dimensions of this shape followed by those of another.</summary>
    public Shape Concat(Shape other) => new(dims.AddRange(other.dims));

    /// <summary>
    /// The shape both shapes broadcast to by NumPy's rule: aligned at the last axis, dimensions are equal or one of them is 1.
    /// Null where there is none.
    /// </summary>
    public static Shape? Broadcast(Shape a, Shape b)
    {
        if (a.Equals(b)) return a;
        var dims = new Dim[Math.Max(a.Rank, b.Rank)];
        for (var i = 1; i <= dims.Length; i++)
        {
            var (x, y) = (i <= a.Rank ? a[^i] : 1, i <= b.Rank ? b[^i] : 1);
            if (x != y && x != 1 && y != 1) return null;
            dims[^i] = x == 1 ? y : x;
        }
        return Create(dims);
    }

    /// <summary>Whether a tensor of this shape broadcasts to <paramref name="target"/> by NumPy's rule.</summary>
    public bool BroadcastsTo(Shape target) => Broadcast(this, target) is { } both && both.Equals(target);

    /// <summary>The i-th dimension, counted from either end.</summary>
    public Dim this[Index i] => this[i.GetOffset(Rank)];

    /// <inheritdoc/>
    public bool Equals(Shape? other) =>
        other is not null && (ReferenceEquals(this, other) || dims.AsSpan().SequenceEqual(other.dims.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => dims.Aggregate(Rank, HashCode.Combine);

    /// <summary>Whether two shapes have the same dimensions.</summary>
    public static bool operator ==(Shape? a, Shape? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape? a, Shape? b) => !(a == b);

    /// <inheritdoc/>
    public IEnumerator<Dim> GetEnumerator() => ((IEnumerable<Dim>)dims).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shape as it is written, such as <c>[batch, 784]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", dims)}]";
}
