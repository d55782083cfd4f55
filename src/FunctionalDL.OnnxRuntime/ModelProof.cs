using System.Text.Json;
using FunctionalDL.Onnx;

namespace FunctionalDL;

/// <summary>
/// What was seen of an exported model, in a file beside it: that OnnxRuntime agrees with the expressions, at which sizes and how closely;
/// that the gradient of these is theirs; and of which bytes all this is true. The same model gives the same proof.
/// </summary>
/// <remarks>
/// The inputs follow from the seed, so that whoever has the two files can run the model again: <see cref="Check(string)"/>. Whoever has
/// the expressions can have all of it verified again: <see cref="Verify(string, Model)"/>.
/// </remarks>
public sealed record ModelProof
{
    const string Suffix = ".proof.json", ModelSuffix = ".onnx", CurrentFormat = "FunctionalDL proof 1";

    /// <summary>What kind of file this is.</summary>
    public required string Format { get; init; }

    /// <summary>The model's file and those beside it that hold its tensors.</summary>
    public required IReadOnlyList<ProvenFile> Files { get; init; }

    /// <summary>What made the model and the proof.</summary>
    public required ProofVersions Versions { get; init; }

    /// <summary>The seed of the random inputs.</summary>
    public required long Seed { get; init; }

    /// <summary>Whether all inputs were drawn from the seed, so that the file alone is enough to run them again.</summary>
    public required bool IsDrawn { get; init; }

    /// <summary>The largest difference allowed.</summary>
    public required double Tolerance { get; init; }

    /// <summary>What was run.</summary>
    public required IReadOnlyList<ProvenRun> Runs { get; init; }

    /// <summary>How closely each output agrees.</summary>
    public required IReadOnlyList<OutputAgreement> Outputs { get; init; }

    /// <summary>What was seen of the gradient.</summary>
    public required GradientProof Gradient { get; init; }

    /// <summary>The proof's file: that of <c>digits.onnx</c> is <c>digits.proof.json</c>.</summary>
    public static string PathOf(string model) =>
        (model.EndsWith(ModelSuffix, StringComparison.OrdinalIgnoreCase) ? model[..^ModelSuffix.Length] : model) + Suffix;

    internal static ModelProof Of(string path, byte[] model, OnnxVerification verification, bool isDrawn, GradientProof gradient)
    {
        var proto = OnnxFile.Parse(model, path);
        return new()
        {
            Format = CurrentFormat,
            Files = [ProvenFile.Of(Path.GetFileName(path), model), .. ProvenFile.Beside(path, proto)],
            Versions = ProofVersions.Of(proto),
            Seed = verification.Seed,
            IsDrawn = isDrawn,
            Tolerance = verification.Tolerance,
            Runs = [.. verification.Runs.Select(run => ProvenRun.Of(run, isDrawn))],
            Outputs = verification.Outputs,
            Gradient = gradient,
        };
    }

    /// <summary>Reads a proof.</summary>
    /// <exception cref="DataException">The file cannot be read, or is no proof.</exception>
    public static ModelProof Read(string path)
    {
        try
        {
            var proof = JsonSerializer.Deserialize(File.ReadAllBytes(path), ProofJson.Default.ModelProof);
            if (proof?.Format != CurrentFormat)
                throw new DataException($"Proof: {path} is no proof of this version. Export the model again.");
            return proof.Files is [_, ..] && proof.Files.All(f => f is not null)
                && proof.Runs.All(r => r is not null && r.Probes.All(p => p is not null))
                ? proof
                : throw new DataException($"Proof: {path} leaves out what it is a proof of. Export the model again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"Proof: {path} cannot be read: {e.Message} Export the model again, which writes its proof.", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new DataException($"Proof: {path} is damaged: {e.Message} Export the model again.", e);
        }
    }

    /// <summary>Writes the proof, whole or not at all.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(ToBytes()));

    /// <summary>Of which file it is, and what was seen.</summary>
    public override string ToString() =>
        $"Proof of {Files[0].Name}: {string.Join("; ", Outputs)}; "
        + FormattableString.Invariant($"allowed {Tolerance:0.0e+0}. {Gradient}");

    /// <summary>The proof as JSON in UTF-8.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, ProofJson.Default.ModelProof), (byte)'\n'];

    /// <summary>
    /// Checks a model's file, and those beside it, against the proof's hashes, and runs the model again in OnnxRuntime on the inputs of
    /// the proof, where these were drawn.
    /// </summary>
    /// <param name="model">The model's file.</param>
    /// <returns>The largest difference from what was proven, over all runs; null where no inputs were drawn.</returns>
    /// <exception cref="ProofException">A file is another one than was proven, or the runtime computes something else.</exception>
    /// <exception cref="FunctionalException">A file cannot be read, or OnnxRuntime refuses the model.</exception>
    public double? Check(string model)
    {
        CheckFiles(model);
        return IsDrawn ? Rerun.Of(this, model) : null;
    }

    /// <summary>Checks a model's file, and those beside it, against the proof's hashes.</summary>
    /// <exception cref="ProofException">A file is another one than was proven.</exception>
    /// <exception cref="DataException">A file cannot be read.</exception>
    public void CheckFiles(string model)
    {
        foreach (var (i, file) in Files.Index())
            file.Check(i == 0 ? model : OnnxFile.Beside(Path.GetDirectoryName(Path.GetFullPath(model))!, file.Name));
    }

    /// <summary>Checks the hashes and verifies the file anew against the model that it was made from.</summary>
    /// <exception cref="ProofException">A file is another one than was proven.</exception>
    /// <exception cref="OnnxMismatchException">OnnxRuntime computes something else than the model.</exception>
    public OnnxVerification Verify(string path, Model model)
    {
        CheckFiles(path);
        var options = new OnnxVerificationOptions { Tolerance = Tolerance, Seed = Seed };
        return OnnxVerification.Verify(File.ReadAllBytes(path), model.Outputs, model.Parameters, options);
    }
}

/// <summary>A model is not what its proof is of.</summary>
public class ProofException(string message) : FunctionalException(message);
