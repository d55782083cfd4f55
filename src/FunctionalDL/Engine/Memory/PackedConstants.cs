using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>Brings elements into the order in which a kernel reads them.</summary>
unsafe delegate void Pack(byte* from, byte* to);

/// <summary>Constants in the order in which kernels read them, packed once for all plans.</summary>
static unsafe class PackedConstants
{
    static readonly ConditionalWeakTable<Tensor, ConcurrentDictionary<string, PinnedBuffer>> Known = [];

    /// <param name="constant">The constant.</param>
    /// <param name="layout">Which of its elements are packed, and in what order: equal for equal results.</param>
    /// <param name="bytes">The bytes of the result.</param>
    /// <param name="pack">Packs it.</param>
    public static PinnedBuffer Of(Tensor constant, string layout, long bytes, Pack pack)
    {
        return Known.GetOrCreateValue(constant).GetOrAdd(layout, _ => Packed());

        PinnedBuffer Packed()
        {
            var buffer = new PinnedBuffer(bytes);
            using var pin = Workspace.Pin(constant);
            pack((byte*)pin.Pointer, buffer.Address);
            return buffer;
        }
    }
}
