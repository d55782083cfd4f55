namespace FunctionalDL.Engine;

/// <summary>
/// Offsets in one arena for storages that live from one step to another: storages that never live together may share memory.
/// </summary>
sealed class Arena
{
    readonly List<(long Start, long End)> free = [];

    /// <summary>The bytes of the arena: the most that is ever in use, with the gaps between.</summary>
    public long Bytes { get; private set; }

    /// <summary>The smallest gap that holds so many bytes, or new memory at the end.</summary>
    public long Take(long bytes)
    {
        bytes = Math.Max(PinnedBuffer.RoundUp(bytes), PinnedBuffer.RoundUp(1));
        var best = -1;
        for (var i = 0; i < free.Count; i++)
            if (free[i].End - free[i].Start is var size && size >= bytes && (best < 0 || size < free[best].End - free[best].Start))
                best = i;
        if (best >= 0)
        {
            var (start, end) = free[best];
            if (end - start == bytes) free.RemoveAt(best);
            else free[best] = (start + bytes, end);
            return start;
        }
        // A gap at the very end grows.
        var at = free.Count > 0 && free[^1].End == Bytes ? free[^1].Start : Bytes;
        if (at < Bytes) free.RemoveAt(free.Count - 1);
        Bytes = at + bytes;
        return at;
    }

    public void Give(long start, long bytes)
    {
        var end = start + Math.Max(PinnedBuffer.RoundUp(bytes), PinnedBuffer.RoundUp(1));
        var at = free.BinarySearch((start, end));
        at = ~at;
        if (at < free.Count && free[at].Start == end)
        {
            end = free[at].End;
            free.RemoveAt(at);
        }
        if (at > 0 && free[at - 1].End == start) free[at - 1] = (free[at - 1].Start, end);
        else free.Insert(at, (start, end));
    }
}
