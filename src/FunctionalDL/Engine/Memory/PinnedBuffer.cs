using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FunctionalDL.Engine;

/// <summary>
/// Pinned memory that starts on a cache line, and ends with a line to spare so that a vector may be read past the last element.
/// </summary>
sealed unsafe class PinnedBuffer
{
    const int Line = Tuning.CacheLine;

    [StructLayout(LayoutKind.Sequential, Size = Line)]
    readonly struct CacheLine;

    readonly CacheLine[] memory;
    readonly int start;

    public PinnedBuffer(long bytes)
    {
        Bytes = bytes;
        memory = Allocate(bytes);
        var first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        start = (int)(RoundUp((long)first) - (long)first);
        Address = first + start;
    }

    static CacheLine[] Allocate(long bytes)
    {
        try
        {
            return GC.AllocateArray<CacheLine>(checked((int)(RoundUp(bytes) / Line + 2)), pinned: true);
        }
        catch (Exception e) when (e is OutOfMemoryException or OverflowException)
        {
            throw new FunctionalException(
                $"Engine: {bytes:N0} bytes of memory are needed at once, and cannot be had. Give fewer examples or smaller inputs at a "
                    + "time, or fewer threads.",
                e);
        }
    }

    public long Bytes { get; }

    /// <summary>The first byte. It stays valid as long as this object lives.</summary>
    public byte* Address { get; }

    public static long RoundUp(long bytes) => (bytes + Line - 1) / Line * Line;

    /// <summary>Elements from a byte on, as a span that keeps the memory alive.</summary>
    public Span<T> Span<T>(long offset, int count)
        where T : unmanaged =>
        MemoryMarshal.CreateSpan(
            ref Unsafe.As<byte, T>(
                ref Unsafe.AddByteOffset(
                    ref Unsafe.As<CacheLine, byte>(ref MemoryMarshal.GetArrayDataReference(memory)),
                    (nint)(start + offset))),
            count);
}
