using System.Text;

namespace FunctionalDL;

/// <summary>A file's text, whose bytes must all be of its encoding: one that is not is an error, never another character.</summary>
sealed class DecodedText : TextReader
{
    const int BlockSize = 1 << 16;

    readonly string path;
    readonly Stream stream;
    readonly Encoding encoding;
    readonly Decoder decoder;
    readonly byte[] bytes = new byte[BlockSize];
    readonly char[] characters;
    int at, end, line = 1;
    long position;
    bool isAtEnd;

    /// <exception cref="DataException">The file cannot be read.</exception>
    public DecodedText(string path, Encoding? encoding)
    {
        this.path = path;
        try
        {
            stream = File.OpenRead(path);
            end = stream.ReadAtLeast(bytes, BlockSize, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            stream?.Dispose();
            throw CannotRead(path, e);
        }
        var (marked, length) = Mark(bytes.AsSpan(0, end));
        this.encoding = (Encoding)(marked ?? encoding ?? Encoding.UTF8).Clone();
        this.encoding.DecoderFallback = DecoderFallback.ExceptionFallback;
        decoder = this.encoding.GetDecoder();
        characters = new char[this.encoding.GetMaxCharCount(BlockSize)];
        var first = bytes[length..end];
        position = length;
        (at, end) = (0, Decode(first));
    }

    public static DataException CannotRead(string source, Exception e) =>
        new($"CSV: {source} cannot be read: {e.Message} Check the path.", e);

    /// <summary>The encoding that a byte order mark tells, and the mark's length.</summary>
    static (Encoding?, int) Mark(ReadOnlySpan<byte> start) => start switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
        [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
        [0, 0, 0xFE, 0xFF, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        _ => (null, 0),
    };

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> to)
    {
        while (at == end && !isAtEnd)
        {
            var count = stream.Read(bytes);
            (at, end) = (0, Decode(bytes.AsSpan(0, count)));
        }
        var taken = Math.Min(to.Length, end - at);
        characters.AsSpan(at, taken).CopyTo(to);
        at += taken;
        return taken;
    }

    /// <summary>Decodes the next bytes; none is the end of the file.</summary>
    int Decode(ReadOnlySpan<byte> block)
    {
        try
        {
            isAtEnd = block.IsEmpty;
            var count = decoder.GetChars(block, characters, flush: isAtEnd);
            position += block.Length;
            line += characters.AsSpan(0, count).Count('\n');
            return count;
        }
        catch (DecoderFallbackException e)
        {
            throw NotOfEncoding(block, e);
        }
    }

    DataException NotOfEncoding(ReadOnlySpan<byte> block, DecoderFallbackException e)
    {
        var before = block[..Math.Clamp(e.Index, 0, block.Length)];
        var lines = Encoding.GetEncoding(encoding.CodePage).GetString(before).Count(c => c == '\n');
        var unknown = string.Join(" ", (e.BytesUnknown ?? []).Select(b => $"{b:X2}"));
        return new(
            $"CSV: {path}, line {line + lines}: the byte {unknown} at {position + e.Index:N0} is not "
                + $"{encoding.WebName.ToUpperInvariant()}. "
                + "Give the file's encoding, CsvOptions.Encoding = Encoding.Latin1 say, or save it as UTF-8.",
            e);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) stream.Dispose();
        base.Dispose(disposing);
    }
}
