namespace FunctionalDL.Engine;

/// <summary>An array put together from parts: windows copied to windows of the result, over a value that fills the rest.</summary>
sealed unsafe class AssembleStep : Step
{
    /// <summary>Fewer elements are left to the calling thread.</summary>
    const int Small = 1 << 15;

    readonly (View From, View To)[] parts;
    readonly double? fill;

    /// <param name="inputs">The parts.</param>
    /// <param name="output">The result.</param>
    /// <param name="places">The parts' windows in the result.</param>
    /// <param name="fill">The value of the elements outside every part; null where there are none.</param>
    public AssembleStep(View[] inputs, Storage output, View[] places, double? fill)
    {
        (parts, this.fill) = ([.. inputs.Zip(places)], fill);
        Level = LevelAfter(inputs);
        Output = output;
        output.Producer = this;
    }

    public Storage Output { get; }

    public override IEnumerable<Access> Reads => parts.Select(p => (Access)p.From);

    public override IEnumerable<Access> Writes => fill is null ? parts.Select(p => (Access)p.To) : [Output];

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        foreach (var (from, to) in parts)
        {
            if (!from.Sizes.AsSpan().SequenceEqual(to.Sizes) || from.Storage.DType != to.Storage.DType)
                yield return $"copies a window of {from.Count} elements to one of {to.Count}";
            if (to.Count > 0 && (to.Ends.First < 0 || to.Ends.Last >= Output.Count))
                yield return $"copies to elements {to.Ends} of {Output.Count}";
        }
    }

    public override string ToString() => $"assemble {Output.Count} elements from {parts.Length} parts";

    public override void Run(Workspace workspace)
    {
        var to = workspace[Output];
        var count = checked((int)Output.Count);
        if (fill is { } value) Output.DType.Visit<Filled, int>(new((nint)to, count, value));
        if (Output.Count >= Small) workspace.Team.Run(this, workspace, 0, parts.Length);
        else
            for (var part = 0; part < parts.Length; part++) Chunk(workspace, part, 0);
    }

    readonly struct Filled(nint to, int count, double value) : IElementVisitor<int>
    {
        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            new Span<T>((void*)to, count).Fill(TElement.Of(value));
            return count;
        }
    }

    /// <summary>The parts do not overlap, so that they may be copied in any order.</summary>
    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        var (from, place) = parts[chunk];
        if (from.Count > 0) Windows.Copy(from, workspace[from], place, workspace[place]);
    }
}
