namespace FunctionalDL;

/// <summary>
/// The rows of a text as RFC 4180 writes them, one after another: cells, of which one in quotes is as it stands between them, and of
/// another the space around is left out.
/// </summary>
sealed class CsvReader(TextReader text, string source, string delimiter)
{
    const int LongestCell = 1 << 24;

    readonly char[] buffer = new char[1 << 14];
    readonly string?[] known = new string[1 << 12];
    readonly List<string> cells = [];
    char[] cell = new char[1 << 8];
    int at, end, length, line = 1;

    /// <summary>Whether the row read last has quotes in it.</summary>
    public bool HasQuotes { get; private set; }

    /// <summary>Whether the row read last is an empty line.</summary>
    public bool IsEmpty => cells is [""] && !HasQuotes;

    /// <summary>The next row with the line it begins on; null at the end.</summary>
    /// <exception cref="DataException">A quote is out of place, or a character is none of a text.</exception>
    public TableRow? Read()
    {
        if (line == 1 && Peek() == '\uFEFF') at++;
        if (Peek() < 0) return null;
        var start = line;
        cells.Clear();
        HasQuotes = false;
        do cells.Add(ReadCell()); while (SkipDelimiter());
        SkipLineEnd();
        return new(start, [.. cells]);
    }

    string ReadCell()
    {
        length = 0;
        while (!IsDelimiter() && Peek() is ' ' or '\t') at++;
        if (Peek() == '"' && !IsDelimiter()) return ReadQuoted();
        for (var c = Peek(); c is not (-1 or '\r' or '\n') && !IsDelimiter(); c = Peek())
        {
            if (c == '"') throw OutOfPlace($"{cell.AsSpan(0, length)}\"");
            Add();
        }
        return Text(isTrimmed: true);
    }

    string ReadQuoted()
    {
        var start = line;
        HasQuotes = true;
        at++;
        while (true)
        {
            var c = Peek();
            if (c < 0)
                throw new DataException(
                    $"CSV: {source}, line {start}: a quote opens a cell and none closes it. Double quotes inside quotes.");
            if (c != '"')
            {
                if (c == '\n') line++;
                Add();
                continue;
            }
            at++;
            if (Peek() != '"') break;
            Add();
        }
        var result = Text(isTrimmed: false);
        while (!IsDelimiter() && Peek() is ' ' or '\t') at++;
        return Peek() is -1 or '\r' or '\n' || IsDelimiter() ? result : throw OutOfPlace($"\"{result}\"{(char)Peek()}");
    }

    void Add()
    {
        if (buffer[at] == '\0')
            throw new DataException(
                $"CSV: {source}, line {line} holds a character 0, as no text does. Give the file's encoding, CsvOptions.Encoding = "
                    + "Encoding.Unicode say."
            );
        if (length == LongestCell)
            throw new DataException(
                $"CSV: {source}, line {line}: a cell has more than {LongestCell:N0} characters. Close the quote that opens it.");
        if (length == cell.Length)
            Array.Resize(ref cell, 2 * length);
        cell[length++] = buffer[at++];
    }

    /// <summary>The cell's text; one that was met lately is the same string again.</summary>
    string Text(bool isTrimmed)
    {
        ReadOnlySpan<char> result = cell.AsSpan(0, length);
        if (isTrimmed) result = result.Trim();
        ref var same = ref known[(uint)string.GetHashCode(result) % (uint)known.Length];
        if (same is null || !result.SequenceEqual(same)) same = new(result);
        return same;
    }

    DataException OutOfPlace(string found) =>
        new(
            $"CSV: {source}, line {line}: a quote is out of place in \"{found[..Math.Min(60, found.Length)]}\". "
                + $"Double quotes inside quotes, and give what stands between cells (CsvOptions.Delimiter) if it is not \"{delimiter}\".");

    bool SkipDelimiter()
    {
        if (!IsDelimiter()) return false;
        at += delimiter.Length;
        return true;
    }

    void SkipLineEnd()
    {
        if (Peek() < 0) return;
        if (buffer[at++] == '\r' && Peek() == '\n') at++;
        line++;
    }

    bool IsDelimiter() => Peek() == delimiter[0] && (delimiter.Length == 1 || Ahead(delimiter.Length).StartsWith(delimiter));

    /// <summary>The next character; −1 at the end.</summary>
    int Peek() => at < end || !Ahead(1).IsEmpty ? buffer[at] : -1;

    /// <summary>What is still to be read, so many characters of it if there are as many.</summary>
    ReadOnlySpan<char> Ahead(int count)
    {
        while (end - at < count)
        {
            buffer.AsSpan(at, end - at).CopyTo(buffer);
            (at, end) = (0, end - at);
            int read;
            try
            {
                read = text.Read(buffer.AsSpan(end));
            }
            catch (IOException e)
            {
                throw DecodedText.CannotRead(source, e);
            }
            if (read == 0) break;
            end += read;
        }
        return buffer.AsSpan(at, end - at);
    }
}
