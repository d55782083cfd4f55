namespace FunctionalDL.Engine;

/// <summary>One spatial axis of a convolution: positions p and window elements e meet at p·Stride + Elements[e] on the padded axis, where source element i lies
/// at Origin + i·(Between + 1). All other places are padding.</summary>
/// <param name="Size">The source's elements.</param>
/// <param name="Step">From one of them to the next in memory.</param>
/// <param name="Positions">The window's positions.</param>
/// <param name="PositionStep">From one position to the next in the memory of what belongs to positions.</param>
/// <param name="Stride">The places from one position to the next.</param>
/// <param name="Origin">The place of the first element; negative where the first are never under a window.</param>
/// <param name="Between">The places between two neighbouring elements.</param>
/// <param name="Elements">The places of the window's elements at the first position.</param>
sealed record SlidingAxis(int Size, int Step, int Positions, int PositionStep, int Stride, int Origin, int Between, int[] Elements)
{
    /// <summary>The source element at a place; −1 for padding.</summary>
    public int Source(int place)
    {
        var (i, rest) = Math.DivRem(place - Origin, Between + 1);
        return place >= Origin && rest == 0 && i < Size ? i : -1;
    }
}

/// <summary>
/// A padded copy of a band of a plane, on which whatever lies under one element of a sliding window is one run in memory: the positions follow each
/// other, with some between their rows that are none. Places are split by their remainder modulo the stride, so that any stride is a run.
/// </summary>
sealed unsafe class Sliding
{
    readonly SlidingAxis[] axes;
    readonly int[] rows, phases;

    // For each band where elements and what belongs to positions are, in memory and on a copy.
    readonly Placement[] elements, positions;

    /// <param name="axes">The spatial axes.</param>
    /// <param name="longest">The elements that a copy should not exceed.</param>
    /// <param name="bands">The least number of bands, if the first axis is that long.</param>
    public Sliding(IReadOnlyList<SlidingAxis> axes, int longest, int bands)
    {
        // The first axis is cut into bands, the last is the one vectors go along.
        this.axes = axes.Count > 1 ? [.. axes] : [new(1, 0, 1, 0, 1, 0, 0, [0]), .. axes];
        var first = this.axes[0];
        var (size, row) = (Places(0, first.Positions), 1);
        for (var axis = 1; axis < this.axes.Length; axis++) row *= RoundUp(Places(axis, this.axes[axis].Positions), this.axes[axis].Stride);
        bands = Math.Clamp(Math.Max(bands, (int)(((long)size * row + longest - 1) / longest)), 1, first.Positions);
        BandRows = (first.Positions + bands - 1) / bands;
        Bands = (first.Positions + BandRows - 1) / BandRows;

        var rank = this.axes.Length;
        (rows, phases) = (new int[rank], new int[rank]);
        Count = 1;
        for (var axis = rank - 1; axis >= 0; axis--) (rows[axis], Count) = (Count, Count * (RoundUp(BandPlaces(axis), this.axes[axis].Stride) / this.axes[axis].Stride));
        for (var axis = rank - 1; axis >= 0; axis--) (phases[axis], Count) = (Count, Count * this.axes[axis].Stride);

        Elements = [0];
        for (var axis = 0; axis < rank; axis++) Elements = [.. Elements.SelectMany(o => this.axes[axis].Elements.Select(e => o + At(axis, e)))];
        Span = 1 + (BandRows - 1) * rows[0];
        Positions = first.Positions;
        for (var axis = 1; axis < rank; axis++) (Span, Positions) = (Span + (this.axes[axis].Positions - 1) * rows[axis], Positions * this.axes[axis].Positions);
        elements = [.. Enumerable.Range(0, Bands).Select(band => Place(this.axes[^1].Stride, axis => Enumerable.Range(0, BandPlaces(axis))
            .Select(i => (Source: Source(axis, i, band), i)).Where(x => x.Source >= 0).Select(x => (x.Source * this.axes[axis].Step, At(axis, x.i)))))];
        positions = [.. Enumerable.Range(0, Bands).Select(band => Place(1, axis => Enumerable.Range(0, axis > 0 ? this.axes[axis].Positions : Math.Min(BandRows, first.Positions - band * BandRows))
            .Select(p => ((axis > 0 ? p : p + band * BandRows) * this.axes[axis].PositionStep, p * rows[axis]))))];
    }

    Placement Place(int stride, Func<int, IEnumerable<(int From, int To)>> axis) => new([.. Enumerable.Range(0, axes.Length).Select(a => axis(a).ToArray())], stride);

    /// <summary>The elements of a copy.</summary>
    public int Count { get; }

    /// <summary>The elements from a band's first position to its last.</summary>
    public int Span { get; }

    /// <summary>The positions of all bands.</summary>
    public int Positions { get; }

    /// <summary>The offsets of the window's elements.</summary>
    public int[] Elements { get; }

    /// <summary>Whether some places are padding.</summary>
    public bool IsPadded => axes.Index().Any(a => Enumerable.Range(0, Places(a.Index, a.Item.Positions)).Any(i => a.Item.Source(i) < 0));

    /// <summary>Whether no element lies under the window at two positions.</summary>
    public bool IsApart => axes.All(a => a.Elements.Max() < a.Stride);

    /// <summary>Whether every element lies under the window somewhere between the first position and the last.</summary>
    public bool IsComplete => axes.Index().All(a => Enumerable.Range(0, Places(a.Index, a.Item.Positions)).Count(i => a.Item.Source(i) >= 0) == a.Item.Size);

    public int Bands { get; }

    /// <summary>The rows of positions in a band; fewer in the last.</summary>
    public int BandRows { get; }

    /// <summary>The positions in a row of the first axis.</summary>
    public int RowPositions => Positions / axes[0].Positions;

    /// <summary>The runs of positions that follow each other in a band of a copy: where they start, among the positions and on the copy, and how many they are.</summary>
    public IEnumerable<(int Position, int At, int Count)> Runs()
    {
        var (last, position) = (axes[^1].Positions, 0);
        int[] starts = [.. Enumerable.Range(0, BandRows).Select(p => p * rows[0])];
        for (var axis = 1; axis < axes.Length - 1; axis++) starts = [.. starts.SelectMany(o => Enumerable.Range(0, axes[axis].Positions).Select(p => o + p * rows[axis]))];
        foreach (var start in starts)
        {
            yield return (position, start, last);
            position += last;
        }
    }

    /// <summary>Copies the elements of a plane that a band of positions meets.</summary>
    public void CopyElements<T>(T* plane, int band, T* to) where T : unmanaged => elements[band].Copy(plane, to);

    /// <summary>Copies the elements back to a plane that is one band.</summary>
    public void ReturnElements<T>(T* plane, T* from) where T : unmanaged => elements[0].Return(plane, from);

    /// <summary>Sets all that is not padding on the copy of a plane that is one band.</summary>
    public void FillElements<T>(T* to, T value) where T : unmanaged => elements[0].Fill(to, value);

    /// <summary>Copies what belongs to a band's positions.</summary>
    public void CopyPositions<T>(T* plane, int band, T* to) where T : unmanaged => positions[band].Copy(plane, to);

    /// <summary>Copies what belongs to the positions of a plane that is one band back to it.</summary>
    public void ReturnPositions<T>(T* plane, T* from) where T : unmanaged => positions[0].Return(plane, from);

    /// <summary>The offset in memory of what a window's element meets at a position, or −1 where that is padding, and the offset of what belongs to the position.</summary>
    public (int Source, int Position) Meet(int position, int element)
    {
        var (source, at) = (0, 0);
        for (var axis = axes.Length - 1; axis >= 0; axis--)
        {
            var a = axes[axis];
            (position, var p) = Math.DivRem(position, a.Positions);
            (element, var e) = Math.DivRem(element, a.Elements.Length);
            var i = a.Source(p * a.Stride + a.Elements[e]);
            source = i < 0 || source < 0 ? -1 : source + i * a.Step;
            at += p * a.PositionStep;
        }
        return (source, at);
    }

    int Source(int axis, int place, int band) => axes[axis].Source(axis > 0 ? place : place + band * BandRows * axes[0].Stride);

    int At(int axis, int place) => place / axes[axis].Stride * rows[axis] + place % axes[axis].Stride * phases[axis];

    int BandPlaces(int axis) => Places(axis, axis == 0 ? BandRows : axes[axis].Positions);

    int Places(int axis, int positions) => (positions - 1) * axes[axis].Stride + axes[axis].Elements.Max() + 1;

    static int RoundUp(int n, int multiple) => (n + multiple - 1) / multiple * multiple;
}
