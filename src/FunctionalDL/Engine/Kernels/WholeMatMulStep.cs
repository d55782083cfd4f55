using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// The matrix products of whole numbers of 64 bits [batch, n, k] × [batch, k, m] → [batch, n, m], row by row of the result. With signs
/// or without, the lowest bits are the same.
/// </summary>
sealed unsafe class WholeMatMulStep : Step, IChunks
{
    /// <summary>The multiplications that are worth a thread.</summary>
    const long ChunkOperations = 1 << 15;

    readonly View a, b;
    readonly Storage output;
    readonly int rows, inner, columns;

    public WholeMatMulStep(View a, View b, Storage output)
    {
        (this.a, this.b, this.output) = (a, b, output);
        (rows, inner, columns) = (a.Sizes[^2], a.Sizes[^1], b.Sizes[^1]);
    }

    public override IEnumerable<Access> Reads => [a, b];

    public override IEnumerable<Access> Writes => [output];

    public override long Operations => 2 * output.Count * inner;

    int PerChunk => (int)Math.Max(1, ChunkOperations / Math.Max(1, (long)inner * columns));

    int AllRows => (int)(output.Count / columns);

    public override string ToString() => $"whole product {AllRows}×{inner}×{columns}";

    public override void Run(Workspace workspace) => workspace.Team.Run(this, workspace, (AllRows + PerChunk - 1) / PerChunk);

    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        long* x = (long*)workspace[a], y = (long*)workspace[b], z = (long*)workspace[output];
        for (var i = chunk * PerChunk; i < Math.Min((chunk + 1) * PerChunk, AllRows); i++)
            Row(x + (long)i * inner, y + (long)(i / rows) * inner * columns, z + (long)i * columns);
    }

    /// <summary>z = x y for a row x and a matrix y, whose rows are read in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Row(long* x, long* y, long* z)
    {
        new Span<long>(z, columns).Clear();
        for (var i = 0; i < inner; i++, y += columns)
        {
            var (factor, j) = (x[i], 0);
            for (; j <= columns - Vector512<long>.Count; j += Vector512<long>.Count)
                (Vector512.Load(z + j) + factor * Vector512.Load(y + j)).Store(z + j);
            for (; j < columns; j++) z[j] += factor * y[j];
        }
    }
}
