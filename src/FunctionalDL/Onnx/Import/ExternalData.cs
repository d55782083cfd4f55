using System.Globalization;

namespace FunctionalDL.Onnx;

/// <summary>The files beside a model that hold bytes of its tensors. Nothing outside of the model's folder is read.</summary>
sealed class ExternalData(string model)
{
    readonly string folder = Real(Path.GetDirectoryName(Path.GetFullPath(model))!);

    /// <summary>Where a tensor's bytes are.</summary>
    /// <exception cref="OnnxImportException">The place is outside of the model's folder, not there, or beyond the file's end.</exception>
    public ExternalBytes Find(TensorProto proto, string what)
    {
        var facts = new Dictionary<string, string>();
        foreach (var entry in proto.ExternalData) facts[entry.Key] = entry.Value;
        var location = facts.GetValueOrDefault("location") ?? "";
        var path = Inside(location, what);
        var size = Length(path, what);
        var offset = Number(facts, "offset", 0, what);
        var length = Number(facts, "length", size - offset, what);
        if (offset > size || length > size - offset)
            throw new OnnxImportException($"ONNX: {what} is {length} bytes from {offset} on in {location}, which has {size}. "
                + "The file was cut short, or belongs to another model.");
        return new(path, offset, length);
    }

    static long Number(Dictionary<string, string> facts, string key, long otherwise, string what)
    {
        if (!facts.TryGetValue(key, out var text)) return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new OnnxImportException($"ONNX: {what} has the {key} \"{text}\" in its external data, which is no whole number "
                + "of bytes. The file is damaged.");
    }

    static long Length(string path, string what)
    {
        try
        {
            return new FileInfo(path).Length;
        }
        catch (IOException e)
        {
            throw new OnnxImportException($"ONNX: {what} is in {path}, which cannot be read: {e.Message} Put it beside the model.", e);
        }
    }

    /// <summary>The path of a file in the model's folder, links followed.</summary>
    /// <exception cref="OnnxImportException">It leads out of the folder.</exception>
    public string Inside(string location, string what)
    {
        var parts = location.Split('/', '\\');
        var isOutside = location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location) || location.Contains(':')
            || parts.Contains("..");
        if (isOutside) throw Outside(location, what);
        var path = Real(Path.Combine([folder, .. parts]));
        if (!path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Outside(location, what);
        return path;
    }

    static OnnxImportException Outside(string location, string what) =>
        new($"ONNX: {what} is in \"{location}\", which is not a file of the model's folder. Put it there, and name it "
            + "relative to the model.");

    /// <summary>A path without links, from its root on.</summary>
    static string Real(string path)
    {
        const int longest = 64;
        var left = new Stack<string>(path.Split(Path.DirectorySeparatorChar).Reverse());
        var real = Path.GetPathRoot(path)!;
        for (var links = 0; left.TryPop(out var part);)
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }
            if (++links > longest)
                throw new OnnxImportException($"ONNX: {path} leads through more than {longest} links. Name the file itself.");
            if (Path.IsPathRooted(target)) real = Path.GetPathRoot(target)!;
            foreach (var step in target.Split(Path.DirectorySeparatorChar).Reverse()) left.Push(step);
        }
        return real;
    }
}

/// <summary>Bytes of a file.</summary>
sealed record ExternalBytes(string Path, long Offset, long Length)
{
    /// <exception cref="OnnxImportException">The file cannot be read.</exception>
    public void ReadTo(Span<byte> bytes)
    {
        try
        {
            using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            stream.Position = Offset;
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OnnxImportException($"ONNX: {Path} cannot be read: {e.Message} Is it all there?", e);
        }
    }
}
