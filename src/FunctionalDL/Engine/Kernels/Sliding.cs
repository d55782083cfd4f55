using System.Numerics;

namespace FunctionalDL.Engine;

/// <summary>One spatial axis of a convolution: positions p and window elements e meet at p·Stride + Elements[e] on the padded axis, where
/// source element i lies at Origin + i·(Between + 1). All other coordinates are padding.</summary>
/// <param name="Size">The source's elements.</param>
/// <param name="MemoryStride">From one of them to the next in memory.</param>
/// <param name="Positions">The window's positions.</param>
/// <param name="PositionStride">From one position to the next in the memory of what belongs to positions.</param>
/// <param name="Stride">The coordinates from one position to the next.</param>
/// <param name="Origin">The coordinate of the first element; negative where the first are never under a window.</param>
/// <param name="Between">The coordinates between two neighbouring elements.</param>
/// <param name="Elements">The coordinates of the window's elements at the first position.</param>
sealed record SlidingAxis(
    int Size, int MemoryStride, int Positions, int PositionStride, int Stride, int Origin, int Between, int[] Elements)
{
    /// <summary>The source element at a coordinate; −1 for padding.</summary>
    public int Source(long coordinate)
    {
        var (i, rest) = Math.DivRem(coordinate - Origin, Between + 1);
        return coordinate >= Origin && rest == 0 && i < Size ? (int)i : -1;
    }
}

/// <summary>
/// A padded copy of a band of a plane, on which whatever lies under one element of a sliding window is one run in memory: the positions
/// follow each other, with some between their rows that are none. Coordinates are split by their remainder modulo the stride, so that any
/// stride is a run.
/// </summary>
sealed unsafe class Sliding
{
    readonly SlidingAxis[] axes;
    readonly int[] rows, phases;

    // For each band where elements and what belongs to positions are, in memory and on a copy.
    readonly CopyMap[] elements, positions;

    /// <summary>
    /// The axis that is cut into bands: the first with more than one position, so that the positions of a band follow each other.
    /// </summary>
    readonly int cut;

    /// <param name="op">The op, for the message.</param>
    /// <param name="axes">The spatial axes.</param>
    /// <param name="longest">The elements that a copy should not exceed, where a band is as short as it can be.</param>
    /// <param name="bands">The least number of bands, if there are so many positions.</param>
    /// <param name="channels">The planes that are copied side by side.</param>
    /// <exception cref="ShapeException">Copies of the least band have more elements than can be counted.</exception>
    public Sliding(string op, IReadOnlyList<SlidingAxis> axes, int longest, int bands, int channels = 1)
    {
        // The last axis is the one vectors go along. A single position has no next, whatever the stride.
        SlidingAxis[] all = axes.Count > 1 ? [.. axes] : [new(1, 0, 1, 0, 1, 0, 0, [0]), .. axes];
        this.axes = Array.ConvertAll(all, a => a.Positions > 1 ? a : a with { Stride = 1 });
        var rank = all.Length;
        cut = Math.Max(0, Array.FindIndex(all, a => a.Positions > 1));
        var band = this.axes[cut];
        var leastRows = Math.Min(band.Positions, cut == rank - 1 ? Tuning.LeastBand : 1);
        var size = Enumerable.Range(0, rank).Aggregate(1.0, (product, axis) => product * Room(axis, this.axes[axis].Positions));
        bands = (int)Math.Clamp(Math.Max(bands, Math.Ceiling(size / longest)), 1, Math.Ceiling((double)band.Positions / leastRows));
        BandRows = (band.Positions + bands - 1) / bands;
        Bands = (band.Positions + BandRows - 1) / BandRows;
        var room = Enumerable.Range(0, rank).Aggregate((double)channels, (product, axis) => product * Room(axis, BandRowsOf(axis)));
        if (room > Most)
            throw new ShapeException(
                $"{op}: a padded copy of the least part of "
                    + $"{(channels > 1 ? $"{channels} channels of " : "")}[{string.Join(", ", axes.Select(a => a.Size))}] under a window "
                    + $"at [{string.Join(", ", axes.Select(a => a.Positions))}] positions "
                    + $"has {room:N0} elements, more than the {Most:N0} there can be. Cut the input along an axis, "
                    + "or make padding and dilation smaller."
            );

        (rows, phases) = (new int[rank], new int[rank]);
        Count = 1;
        for (var axis = rank - 1; axis >= 0; axis--)
            (rows[axis], Count) = (Count, Count * (int)(Room(axis, BandRowsOf(axis)) / this.axes[axis].Stride));
        for (var axis = rank - 1; axis >= 0; axis--)
            (phases[axis], Count) = (Count, Count * this.axes[axis].Stride);

        (Elements, Span, Positions) = ([0], 1, 1);
        for (var axis = 0; axis < rank; axis++)
        {
            Elements = [.. Elements.SelectMany(o => this.axes[axis].Elements.Select(e => o + At(axis, e)))];
            (Span, Positions) = (Span + (BandRowsOf(axis) - 1) * rows[axis], Positions * this.axes[axis].Positions);
        }
        elements =
        [
            .. Enumerable
                .Range(0, Bands)
                .Select(b =>
                    MapOf(
                        this.axes[^1].Stride,
                        axis =>
                            Enumerable
                                .Range(0, (int)Extent(axis, BandRowsOf(axis)))
                                .Select(i => (Source: Source(axis, i, b), i))
                                .Where(x => x.Source >= 0)
                                .Select(x => (x.Source * this.axes[axis].MemoryStride, At(axis, x.i))))),
        ];
        positions =
        [
            .. Enumerable
                .Range(0, Bands)
                .Select(b =>
                    MapOf(
                        1,
                        axis =>
                            Enumerable
                                .Range(0, Math.Min(BandRowsOf(axis), this.axes[axis].Positions - First(axis, b)))
                                .Select(p => ((p + First(axis, b)) * this.axes[axis].PositionStride, p * rows[axis])))),
        ];
    }

    /// <summary>The most elements of the copies of all channels: with some to spare, they are counted by integers.</summary>
    const int Most = 1 << 30;

    /// <summary>The rows of positions along an axis that a copy holds.</summary>
    int BandRowsOf(int axis) => axis == cut ? BandRows : axes[axis].Positions;

    /// <summary>The first position of a band along an axis.</summary>
    int First(int axis, int band) => axis == cut ? band * BandRows : 0;

    CopyMap MapOf(int stride, Func<int, IEnumerable<(int From, int To)>> axis) =>
        new([.. Enumerable.Range(0, axes.Length).Select(a => axis(a).ToArray())], stride);

    /// <summary>The elements of a copy.</summary>
    public int Count { get; }

    /// <summary>The elements from a band's first position to its last.</summary>
    public int Span { get; }

    /// <summary>The positions of all bands.</summary>
    public int Positions { get; }

    /// <summary>The offsets of the window's elements.</summary>
    public int[] Elements { get; }

    /// <summary>Whether some coordinates are padding.</summary>
    public bool IsPadded =>
        axes.Index().Any(a => Enumerable.Range(0, (int)Extent(a.Index, a.Item.Positions)).Any(i => a.Item.Source(i) < 0));

    /// <summary>Whether no element lies under the window at two positions.</summary>
    public bool IsApart => axes.All(a => a.Elements.Max() < a.Stride);

    /// <summary>Whether every element lies under the window somewhere between the first position and the last.</summary>
    public bool IsComplete =>
        axes.Index().All(a => Enumerable.Range(0, (int)Extent(a.Index, a.Item.Positions)).Count(i => a.Item.Source(i) >= 0) == a.Item.Size);

    public int Bands { get; }

    /// <summary>The rows of positions in a band; fewer in the last.</summary>
    public int BandRows { get; }

    /// <summary>The positions in a band; fewer in the last.</summary>
    public int BandPositions => Positions / axes[cut].Positions * BandRows;

    /// <summary>
    /// The runs of positions that follow each other in a band of a copy: where they start, among the positions and on the copy, and how
    /// many they are.
    /// </summary>
    public IEnumerable<(int Position, int At, int Count)> Runs()
    {
        var (last, position) = (BandRowsOf(axes.Length - 1), 0);
        int[] starts = [0];
        for (var axis = 0; axis < axes.Length - 1; axis++)
            starts = [.. starts.SelectMany(o => Enumerable.Range(0, BandRowsOf(axis)).Select(p => o + p * rows[axis]))];
        foreach (var start in starts)
        {
            yield return (position, start, last);
            position += last;
        }
    }

    /// <summary>Copies the elements of a plane that a band of positions meets.</summary>
    public void CopyElements<T>(T* plane, int band, T* to) where T : unmanaged => elements[band].Copy(plane, to);

    /// <summary>Copies a band's elements back to a plane.</summary>
    public void ReturnElements<T>(T* plane, int band, T* from) where T : unmanaged => elements[band].Return(plane, from);

    /// <summary>Adds a band's elements to a plane's.</summary>
    public void AddElements<T>(T* plane, int band, T* from) where T : unmanaged, INumber<T> => elements[band].Add(plane, from);

    /// <summary>Sets all that is not padding on the copy of a band.</summary>
    public void FillElements<T>(int band, T* to, T value) where T : unmanaged => elements[band].Fill(to, value);

    /// <summary>Copies what belongs to a band's positions.</summary>
    public void CopyPositions<T>(T* plane, int band, T* to) where T : unmanaged => positions[band].Copy(plane, to);

    /// <summary>Copies what belongs to a band's positions back to a plane.</summary>
    public void ReturnPositions<T>(T* plane, int band, T* from) where T : unmanaged => positions[band].Return(plane, from);

    /// <summary>
    /// The offset in memory of what a window's element meets at a position, or −1 where that is padding, and the offset of what belongs
    /// to the position.
    /// </summary>
    public (int Source, int Position) Meet(int position, int element)
    {
        var (source, at) = (0, 0);
        for (var axis = axes.Length - 1; axis >= 0; axis--)
        {
            var a = axes[axis];
            (position, var p) = Math.DivRem(position, a.Positions);
            (element, var e) = Math.DivRem(element, a.Elements.Length);
            var i = a.Source((long)p * a.Stride + a.Elements[e]);
            source = i < 0 || source < 0 ? -1 : source + i * a.MemoryStride;
            at += p * a.PositionStride;
        }
        return (source, at);
    }

    /// <summary>
    /// What is wrong with the copies: that an element is looked for or left outside of the plane, of the copy or of the positions.
    /// </summary>
    /// <param name="x">The planes, of whose last axes elements are copied.</param>
    /// <param name="y">What belongs to the positions, where it is copied.</param>
    public IEnumerable<string> Faults(View? x, View? y = null)
    {
        if (Elements.Min() < 0 || Elements.Max() + (long)Span > Count)
            yield return $"has a window that ends at element {Elements.Max() + (long)Span} of a copy of {Count}";
        if (Positions > (long)Bands * BandPositions)
            yield return $"has {Bands} bands of {BandPositions} for {Positions} positions";
        for (var band = 0; band < Bands; band++)
        {
            if (Beyond(elements[band].Ends, x, Count) is { } element) yield return $"copies elements {element}";
            if (Beyond(positions[band].Ends, y, Span) is { } position) yield return $"copies positions {position}";
        }
    }

    static string? Beyond(((long First, long Last) From, (long First, long Last) To) ends, View? planes, int count)
    {
        var most = planes?.Sizes.Zip(planes.Strides).Skip(2).Sum(a => (a.First - 1L) * a.Second) ?? long.MaxValue;
        return ends.From.First < 0 || ends.From.Last > most || ends.To.First < 0 || ends.To.Last >= count
            ? $"{ends.From} of {most + 1} to {ends.To} of {count}"
            : null;
    }

    int Source(int axis, int coordinate, int band) => axes[axis].Source(coordinate + (long)First(axis, band) * axes[axis].Stride);

    int At(int axis, int coordinate) => coordinate / axes[axis].Stride * rows[axis] + coordinate % axes[axis].Stride * phases[axis];

    /// <summary>The coordinates along an axis under the windows at so many positions.</summary>
    long Extent(int axis, int positions) => (positions - 1L) * axes[axis].Stride + axes[axis].Elements.Max() + 1;

    /// <summary>The coordinates with those that fill up the last stride.</summary>
    long Room(int axis, int positions) => (Extent(axis, positions) + axes[axis].Stride - 1) / axes[axis].Stride * axes[axis].Stride;
}
