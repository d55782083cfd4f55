using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Indices in data, which a step may use only after all are known to be in range.</summary>
/// <param name="Indices">The indices, dense.</param>
/// <param name="Size">What they have to be below.</param>
/// <param name="Op">The op, for the message.</param>
sealed record IndexCheck(View Indices, int Size, string Op)
{
    /// <summary>The indices, all of them in range.</summary>
    /// <exception cref="TensorException">One is not.</exception>
    public unsafe long* In(Workspace workspace)
    {
        var at = (long*)workspace[Indices];
        for (var i = 0; i < Indices.Count; i++)
            if ((ulong)at[i] >= (ulong)Size)
                GatherOp.Checked(Op, workspace.Read(Indices, Shape.Of([.. Indices.Sizes.Select(n => (Dim)n)])), Size);
        return at;
    }

    public Access Access => ((Access)Indices).As(DType.Int64);
}
