namespace FunctionalDL.Ops;

/// <summary>
/// What keeps OnnxRuntime from joining nodes where the result would be another: a sum of one term, across which it joins nothing.
/// </summary>
static class OnnxFusions
{
    /// <summary>The value of a name, apart from the node that made it.</summary>
    public static string Apart(this IOnnxGraph graph, string name) => graph.Node("Sum", [name]);

    /// <summary>
    /// The same for what is padded. OnnxRuntime takes a Pad into the Conv or MaxPool behind it, also where it pads the kernel, and where
    /// the largest element may be one of the padding.
    /// </summary>
    public static string ApartFromPad(this IOnnxGraph graph, Expr x, string name)
    {
        while (x.Op is ReshapeOp or TransposeOp or BroadcastOp or SliceOp or CastOp or StopGradientOp or TiedOp) x = x.Inputs[0];
        return x.Op is PadOp ? graph.Apart(name) : name;
    }
}
