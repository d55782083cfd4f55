using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace FunctionalDL;

/// <summary>
/// Reads and writes NumPy's files of one array, <c>.npy</c>, in versions 1 to 3: the bytes 93 and <c>NUMPY</c>, the version, the length of
/// a header, the header as a Python dictionary of dtype, order and shape, and the elements (numpy.lib.format). bfloat16 has no dtype there.
/// </summary>
public static class NpyFile
{
    /// <summary>Headers begin the file and end where the elements begin, on a multiple of this many bytes.</summary>
    const int Alignment = 64;

    const int VersionAt = 6, LengthAt = 8;

    static ReadOnlySpan<byte> Magic => "NUMPY"u8;

    /// <summary>
    /// The array of a file. Elements in column-major order are brought into row-major order, and big-endian ones into the machine's;
    /// 16-bit and unsigned 32-bit integers become int64.
    /// </summary>
    /// <exception cref="DataException">
    /// The file cannot be read, is not of this format, is shorter or longer than its header says, or holds elements of no dtype of this
    /// library.
    /// </exception>
    public static Tensor Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Read(path, stream);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or ShapeException)
        {
            throw new DataException($"NPY: {path}: {e.Message} Check the path, or save the array again.", e);
        }
    }

    static Tensor Read(string path, FileStream stream)
    {
        Span<byte> start = stackalloc byte[LengthAt + sizeof(uint)];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (read < start.Length || start[0] != 0x93 || !start[1..VersionAt].SequenceEqual(Magic))
            throw new DataException($"NPY: {path} does not begin as an array of NumPy does. Save it with numpy.save.");
        if (start[VersionAt] is < 1 or > 3)
            throw new DataException($"NPY: {path} is of version {start[VersionAt]}. This library reads 1 to 3: save it with numpy.save.");
        var isShort = start[VersionAt] == 1;
        var length = isShort
            ? BinaryPrimitives.ReadUInt16LittleEndian(start[LengthAt..])
            : BinaryPrimitives.ReadUInt32LittleEndian(start[LengthAt..]);
        stream.Position = LengthAt + (isShort ? sizeof(ushort) : sizeof(uint));
        if (length > stream.Length - stream.Position)
            throw new DataException($"NPY: {path} is truncated within its header. Save it again.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        var header = NpyHeader.Parse(path, (start[VersionAt] == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes));
        var (expected, there) = (header.Size * header.Count, stream.Length - stream.Position);
        return expected == there
            ? header.Read(stream)
            : throw new DataException($"NPY: {path} holds {there} bytes of elements, its header says {expected}. Save it again.");
    }

    /// <summary>Writes a tensor in row-major order, whole or not at all.</summary>
    /// <exception cref="DataException">The file cannot be written, or the dtype is bfloat16.</exception>
    public static void Write(string path, Tensor tensor)
    {
        var header = NpyHeader.Of(tensor);
        var (body, isShort) = (Encoding.Latin1.GetBytes(header.ToString()), true);
        var start = LengthAt + sizeof(ushort);
        if (Padded(start, body.Length) > ushort.MaxValue) (start, isShort) = (LengthAt + sizeof(uint), false);
        var length = Padded(start, body.Length);
        var all = new byte[start + length];
        all.AsSpan().Fill((byte)' ');
        all[0] = 0x93;
        Magic.CopyTo(all.AsSpan(1));
        (all[VersionAt], all[VersionAt + 1]) = ((byte)(isShort ? 1 : 2), 0);
        if (isShort) BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(LengthAt), (ushort)length);
        else BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(LengthAt), (uint)length);
        body.CopyTo(all, start);
        all[^1] = (byte)'\n';
        AtomicFile.Write(path, stream =>
        {
            stream.Write(all);
            tensor.DType.Visit<Written, int>(new(tensor, stream));
        });
    }

    /// <summary>The length of a header with the spaces and the line's end that follow it.</summary>
    static int Padded(int start, int body) => (start + body + Alignment) / Alignment * Alignment - start;

    readonly struct Written(Tensor tensor, Stream stream) : IElementVisitor<int>
    {
        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            if (!BitConverter.IsLittleEndian)
                throw new PlatformNotSupportedException("NPY: arrays are written on little-endian machines only.");
            stream.Write(MemoryMarshal.AsBytes(tensor.As<T>().Span));
            return 0;
        }
    }
}
