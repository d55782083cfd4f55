using System.Runtime.Intrinsics;

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

    // Of a row of the first axis: where its elements are read, and where they go; the same for positions.
    readonly Placement elements, positions;

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
        elements = new([.. this.axes.Index().Skip(1).Select(a => Enumerable.Range(0, BandPlaces(a.Index)).Where(i => a.Item.Source(i) >= 0)
            .Select(i => (a.Item.Source(i) * a.Item.Step, At(a.Index, i))).ToArray())]);
        positions = new([.. this.axes.Index().Skip(1).Select(a => Enumerable.Range(0, a.Item.Positions).Select(p => (p * a.Item.PositionStep, p * rows[a.Index])).ToArray())]);
    }

    /// <summary>The elements of a copy.</summary>
    public int Count { get; }

    /// <summary>The elements from a band's first position to its last.</summary>
    public int Span { get; }

    /// <summary>The positions of all bands.</summary>
    public int Positions { get; }

    /// <summary>The offsets of the window's elements.</summary>
    public int[] Elements { get; }

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

    /// <summary>Copies the elements of a plane that a band of positions meets, with zeros for padding; only those change that a copy before may have changed.</summary>
    public void CopyElements<T>(T* plane, int band, T* to) where T : unmanaged
    {
        var first = axes[0];
        for (var i = 0; i < BandPlaces(0); i++)
            if (first.Source(i + band * BandRows * first.Stride) is >= 0 and var source) elements.Copy(plane + source * first.Step, to + At(0, i));
            else elements.Clear(to + At(0, i));
    }

    /// <summary>Copies what belongs to a band's positions, and zeros for rows beyond the last.</summary>
    public void CopyPositions<T>(T* plane, int band, T* to) where T : unmanaged
    {
        for (var p = 0; p < BandRows; p++)
            if (band * BandRows + p is var row && row < axes[0].Positions) positions.Copy(plane + row * axes[0].PositionStep, to + p * rows[0]);
            else positions.Clear(to + p * rows[0]);
    }

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

    int At(int axis, int place) => place / axes[axis].Stride * rows[axis] + place % axes[axis].Stride * phases[axis];

    int BandPlaces(int axis) => Places(axis, axis == 0 ? BandRows : axes[axis].Positions);

    int Places(int axis, int positions) => (positions - 1) * axes[axis].Stride + axes[axis].Elements.Max() + 1;

    static int RoundUp(int n, int multiple) => (n + multiple - 1) / multiple * multiple;

    /// <summary>Where elements lie in memory and where they are copied to, row by row.</summary>
    sealed class Placement
    {
        readonly (int From, int To)[] rows, row;
        readonly bool isRun;

        public Placement((int From, int To)[][] axes)
        {
            rows = [(0, 0)];
            foreach (var axis in axes[..^1]) rows = [.. rows.SelectMany(r => axis.Select(a => (r.From + a.From, r.To + a.To)))];
            row = axes[^1];
            isRun = Enumerable.Range(1, Math.Max(0, row.Length - 1)).All(i => row[i].From == row[0].From + i && row[i].To == row[0].To + i);
        }

        public void Copy<T>(T* from, T* to) where T : unmanaged
        {
            if (row.Length == 0) return;
            foreach (var (source, target) in rows)
                if (isRun) Run(from + source + row[0].From, to + target + row[0].To, row.Length);
                else
                    foreach (var (x, y) in row) to[target + y] = from[source + x];
        }

        static void Run<T>(T* from, T* to, int count) where T : unmanaged
        {
            var i = 0;
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count) Vector512.Load(from + i).Store(to + i);
            if (i < count) Part.Store(Part.Load(from + i, count - i), to + i, count - i);
        }

        public void Clear<T>(T* to) where T : unmanaged
        {
            foreach (var (_, target) in rows)
                if (isRun && row.Length > 0) new Span<T>(to + target + row[0].To, row.Length).Clear();
                else
                    foreach (var (_, y) in row) to[target + y] = default;
        }
    }
}
