using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FunctionalDL.Ops;

/// <summary>A list of axes that compares by value, as an attribute of an op.</summary>
[CollectionBuilder(typeof(Axes), nameof(Create))]
readonly struct Axes : IEquatable<Axes>, IReadOnlyList<int>
{
    readonly ImmutableArray<int> axes;

    Axes(ImmutableArray<int> axes) => this.axes = axes;

    public static Axes Create(ReadOnlySpan<int> axes) => new([.. axes]);

    public int Count => axes.Length;

    public int this[int i] => axes[i];

    public bool Contains(int axis) => axes.Contains(axis);

    public long[] ToLongs() => [.. axes.Select(a => (long)a)];

    public bool Equals(Axes other) => axes.AsSpan().SequenceEqual(other.axes.AsSpan());

    public override bool Equals(object? obj) => obj is Axes other && Equals(other);

    public override int GetHashCode() => axes.Aggregate(axes.Length, HashCode.Combine);

    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)axes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", axes)}]";
}
