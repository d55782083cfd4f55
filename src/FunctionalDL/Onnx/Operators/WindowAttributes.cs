namespace FunctionalDL.Onnx;

/// <summary>The attributes that windows have in common.</summary>
static class WindowAttributes
{
    public static int[]? Ints(OnnxNode node, string name) =>
        node.OptionalInts(name) is { } values ? [.. values.Select(v => OnnxNode.Narrow(v, name))] : null;

    /// <summary>How far the window reaches over the ends, by <c>pads</c> or <c>auto_pad</c>.</summary>
    public static Padding PaddingOf(OnnxNode node, int axes) => node.String("auto_pad", "NOTSET") switch
    {
        "NOTSET" => Explicit(Ints(node, "pads"), axes),
        "VALID" => Padding.Valid,
        "SAME_UPPER" => Padding.Same,
        "SAME_LOWER" => Padding.SameLower,
        var other => throw new OnnxNodeException($"auto_pad is \"{other}\", and has to be NOTSET, VALID, SAME_UPPER or SAME_LOWER."),
    };

    static Padding Explicit(int[]? pads, int axes)
    {
        if (pads is null) return Padding.Valid;
        if (pads.Length != 2 * axes)
            throw new OnnxNodeException($"pads are [{string.Join(", ", pads)}] for {axes} spatial axes; two for each are needed.");
        return Padding.Of([.. Enumerable.Range(0, axes).Select(i => (pads[i], pads[axes + i]))]);
    }
}
