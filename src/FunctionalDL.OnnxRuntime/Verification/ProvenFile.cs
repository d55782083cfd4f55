using System.Security.Cryptography;
using FunctionalDL.Onnx;

namespace FunctionalDL;

/// <summary>A file that a proof is of.</summary>
/// <param name="Name">Its name, without the folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256 in hexadecimal digits.</param>
public sealed record ProvenFile(string Name, long Bytes, string Sha256)
{
    internal static ProvenFile Of(string name, byte[] content) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The files beside a model that hold tensors of it.</summary>
    internal static IEnumerable<ProvenFile> Beside(string path, ModelProto model)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return model.ExternalFiles().Select(name => Of(name, OnnxFile.Beside(folder, name)));
    }

    static ProvenFile Of(string name, string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return new(name, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"Proof: {path} cannot be read: {e.Message} Check the path.", e);
        }
    }

    /// <exception cref="ProofException">The file there is another one.</exception>
    internal void Check(string path)
    {
        var there = Of(Name, path);
        if (there == this) return;
        var difference = there.Bytes == Bytes
            ? $"its SHA-256 is {there.Sha256}, that of the proven file {Sha256}"
            : FormattableString.Invariant($"it has {there.Bytes:N0} bytes, the proven file {Bytes:N0}");
        throw new ProofException($"Proof: {path} is not the file that was proven: {difference}. "
            + "It was changed or replaced since: get the proven one, or export the model again.");
    }
}
