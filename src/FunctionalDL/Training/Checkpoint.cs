using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionalDL;

/// <summary>
/// A training run at rest: everything the next step depends on, as a value. <see cref="FitOptions.Resume"/> continues from it, and comes
/// to the same bits as a run that never stopped.
/// </summary>
/// <remarks>
/// Its file is a safetensors file: parameters by their names, the optimizer's state under <c>optimizer.…</c>, the best parameters of
/// early stopping under
/// <c>best.…</c>, and position, key, history and a checksum as text in the header.
/// </remarks>
public sealed record Checkpoint
{
    const string Format = "FunctionalDL checkpoint 1", BestPrefix = "best.";

    /// <summary>The parameters.</summary>
    public required TensorSet Parameters { get; init; }

    /// <summary>The optimizer's state, by the names of its variables in <see cref="TrainingStep"/>.</summary>
    public required TensorSet OptimizerState { get; init; }

    /// <summary>The parameters of the best epoch, where early stopping keeps them; otherwise empty.</summary>
    public TensorSet Best { get; init; } = TensorSet.Empty;

    /// <summary>The key that the order of examples and all randomness come from.</summary>
    public required Key Key { get; init; }

    /// <summary>How far the run has come.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>
    /// The number of examples of the data set, 0 in a run on a stream; a run in the middle of an epoch continues only with as many.
    /// </summary>
    public required int Examples { get; init; }

    /// <summary>The number of examples in a batch, 0 in a run on a stream.</summary>
    public required int BatchSize { get; init; }

    /// <summary>What the finished epochs came to.</summary>
    public required IReadOnlyList<EpochResult> History { get; init; }

    /// <summary>Writes the checkpoint to one file, whole or not at all: on any error what was at that name stays as it was.</summary>
    /// <exception cref="DataException">The file cannot be written there.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the checkpoint to a stream.</summary>
    public void Write(Stream stream)
    {
        var tensors = Parameters
            .With(OptimizerState)
            .With(TensorSet.Of(Best.Select(b => KeyValuePair.Create(BestPrefix + b.Key, b.Value))));
        var text = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["key"] = Key.Value.ToString(CultureInfo.InvariantCulture),
            ["parameters"] = Parameters.Count.ToString(CultureInfo.InvariantCulture),
            ["examples"] = Examples.ToString(CultureInfo.InvariantCulture),
            ["batchSize"] = BatchSize.ToString(CultureInfo.InvariantCulture),
            ["position"] = JsonSerializer.Serialize(Position, CheckpointJson.Default.TrainingPosition),
            ["history"] = JsonSerializer.Serialize([.. History], CheckpointJson.Default.EpochResultArray),
            ["order"] = JsonSerializer.Serialize([.. tensors.Names], CheckpointJson.Default.StringArray),
        };
        text["checksum"] = Checksum(tensors, text);
        Safetensors.Write(stream, tensors, text);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="DataException">The file cannot be read, is not a checkpoint, or is not as it was written.</exception>
    public static Checkpoint Load(string path)
    {
        var (tensors, text) = Safetensors.Load(path);
        if (text.GetValueOrDefault("format") != Format)
            throw new DataException($"Checkpoint: {path} is not a checkpoint of this version. Save one with Checkpoint.Save.");
        try
        {
            tensors = TensorSet.Of(
                JsonSerializer
                    .Deserialize(text["order"], CheckpointJson.Default.StringArray)!
                    .Select(name => KeyValuePair.Create(name, tensors[name])));
            if (text["checksum"] != Checksum(tensors, text))
                throw new DataException($"Checkpoint: {path} is not as it was written: its checksum differs. Use an earlier checkpoint.");
            var parameters = tensors.Names.Take(Whole("parameters")).ToHashSet();
            return new()
            {
                Parameters = tensors.Where((name, _) => parameters.Contains(name)),
                OptimizerState = tensors.Where(
                    (name, _) => !parameters.Contains(name) && !name.StartsWith(BestPrefix, StringComparison.Ordinal)),
                Best = TensorSet.Of(
                    tensors
                        .Where(t => !parameters.Contains(t.Key) && t.Key.StartsWith(BestPrefix, StringComparison.Ordinal))
                        .Select(t => KeyValuePair.Create(t.Key[BestPrefix.Length..], t.Value))),
                Key = new(ulong.Parse(text["key"], CultureInfo.InvariantCulture)),
                Position = JsonSerializer.Deserialize(text["position"], CheckpointJson.Default.TrainingPosition)!,
                Examples = Whole("examples"),
                BatchSize = Whole("batchSize"),
                History = JsonSerializer.Deserialize(text["history"], CheckpointJson.Default.EpochResultArray)!,
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or JsonException or FormatException or OverflowException or TensorException)
        {
            throw new DataException($"Checkpoint: {path} is damaged: {e.Message} Use an earlier checkpoint.", e);
        }

        int Whole(string name) => int.Parse(text[name], CultureInfo.InvariantCulture);
    }

    /// <summary>SHA-256 over the text but itself, and over every tensor with its name and type.</summary>
    static string Checksum(TensorSet tensors, IReadOnlyDictionary<string, string> text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in text.Where(t => t.Key != "checksum").OrderBy(t => t.Key, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}\0{value}\0"));
        foreach (var (name, tensor) in tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{tensor.Describe()}\0"));
            Safetensors.EachPart(tensor, hash.AppendData);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Throws where this is not a checkpoint of such parameters and state, naming the first that differs.</summary>
    internal void Check(TensorSet parameters, TensorSet state)
    {
        CheckSame("parameter", parameters, Parameters, "Resume with the model that was trained.");
        CheckSame("optimizer state", state, OptimizerState, "Resume with the optimizer of the run.");
    }

    static void CheckSame(string what, TensorSet expected, TensorSet given, string repair)
    {
        for (var i = 0; i < Math.Max(expected.Count, given.Count); i++)
        {
            var (a, b) = (Describe(expected, i), Describe(given, i));
            if (a != b) throw new FunctionalException($"Checkpoint: {what} {i + 1} is {b} in the checkpoint and {a} here. {repair}");
        }
    }

    static string Describe(TensorSet set, int i) => i < set.Count ? $"\"{set.Names[i]}\" {set[set.Names[i]].Describe()}" : "missing";
}

/// <summary>How the parts of a checkpoint are written as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingPosition))]
[JsonSerializable(typeof(EpochResult[]))]
[JsonSerializable(typeof(string[]))]
sealed partial class CheckpointJson : JsonSerializerContext;
