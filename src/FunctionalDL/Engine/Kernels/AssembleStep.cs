namespace FunctionalDL.Engine;

/// <summary>An array put together from pieces: views copied to views of the result, over a value that fills the rest.</summary>
sealed unsafe class AssembleStep : Step, IChunks
{
    readonly (View From, View To)[] pieces;
    readonly Storage output;
    readonly double? fill;

    /// <param name="inputs">The pieces.</param>
    /// <param name="places">The views on the result that they are copied to.</param>
    /// <param name="output">The result.</param>
    /// <param name="fill">The value of the elements outside every piece; null where there are none.</param>
    public AssembleStep(View[] inputs, View[] places, Storage output, double? fill = null) =>
        (pieces, this.output, this.fill) = ([.. inputs.Zip(places)], output, fill);

    public override IEnumerable<Access> Reads => pieces.Select(p => (Access)p.From);

    public override IEnumerable<Access> Writes => fill is null ? pieces.Select(p => (Access)p.To) : [output];

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        foreach (var (from, to) in pieces)
        {
            if (!from.Sizes.AsSpan().SequenceEqual(to.Sizes) || from.Storage.DType != to.Storage.DType)
                yield return $"copies a view of {from.Count} elements to one of {to.Count}";
            if (to.Count > 0 && (to.Ends.First < 0 || to.Ends.Last >= output.Count))
                yield return $"copies to elements {to.Ends} of {output.Count}";
        }
    }

    public override string ToString() => $"assemble {output.Count} elements from {pieces.Length} pieces";

    public override void Run(Workspace workspace)
    {
        var to = workspace[output];
        var count = checked((int)output.Count);
        if (fill is { } value) output.DType.Visit<Filled, int>(new((nint)to, count, value));
        workspace.Team.Run(this, workspace, pieces.Length, onOne: output.Count < Tuning.SmallCopy);
    }

    readonly struct Filled(nint to, int count, double value) : IElementVisitor<int>
    {
        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            new Span<T>((void*)to, count).Fill(TElement.Of(value));
            return count;
        }
    }

    /// <summary>The pieces do not overlap, so that they may be copied in any order.</summary>
    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        var (from, place) = pieces[chunk];
        if (from.Count > 0) StridedCopy.Copy(from, workspace[from], place, workspace[place]);
    }
}
