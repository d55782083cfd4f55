using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;

namespace FunctionalDL;

/// <summary>
/// Writes loss, validation loss and metrics of each epoch for TensorBoard: one event file in a folder, in the TFRecord format (length,
/// its checksum, event, its checksum, with masked CRC-32C). A run that is resumed begins a file of its own with the epochs before. Where
/// an epoch cannot be written the run goes on, and its
/// <see cref="TrainingRun.Warnings"/> say so.
/// </summary>
/// <param name="folder">The folder TensorBoard is started with; made if it is not there.</param>
/// <param name="clock">The clock of the events; the system's if not given.</param>
public sealed class TensorBoardLog(string folder, TimeProvider? clock = null) : Callback
{
    readonly TimeProvider clock = clock ?? TimeProvider.System;
    string? file;

    /// <inheritdoc/>
    public override void OnStart(TrainingStatus status)
    {
        var now = clock.GetUtcNow();
        file = Path.Combine(
            folder,
            string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeMilliseconds()}.{Guid.NewGuid():N}")
        );
        Append([
            Event(output =>
            {
                output.WriteTag(3, WireFormat.WireType.LengthDelimited);
                output.WriteString("brain.Event:2");
            }),
            .. status.History.Select(Event),
        ]);
    }

    /// <inheritdoc/>
    public override void OnEpoch(TrainingStatus status) => status.Try(() => Append([Event(status.History[^1])]));

    void Append(IEnumerable<byte[]> events)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var stream = new FileStream(file!, FileMode.Append);
            foreach (var e in events)
                stream.Write(Record(e));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"TensorBoard: {folder} cannot be written: {e.Message} Choose a folder that can be written to and has room.",
                e
            );
        }
    }

    byte[] Event(EpochResult epoch) =>
        Event(output =>
        {
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(epoch.Steps);
            (string, double)[] validation = epoch.Validation is { } v
                ? [("validation_loss", v.Loss), .. v.Metrics.Select(m => (m.Key, m.Value))]
                : [];
            var training = epoch.Metrics.Select(m => ($"training_{m.Key}", m.Value));
            Message(
                output,
                5,
                summary =>
                {
                    foreach (var (name, value) in validation.Prepend(("loss", epoch.Loss)).Concat(training))
                        Message(
                            summary,
                            1,
                            scalar =>
                            {
                                scalar.WriteTag(1, WireFormat.WireType.LengthDelimited);
                                scalar.WriteString(name);
                                scalar.WriteTag(2, WireFormat.WireType.Fixed32);
                                scalar.WriteFloat((float)value);
                            }
                        );
                }
            );
        });

    byte[] Event(Action<CodedOutputStream> write) =>
        Bytes(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Fixed64);
            output.WriteDouble(clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            write(output);
        });

    static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Bytes(write)));
    }

    static byte[] Bytes(Action<CodedOutputStream> write)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
            write(output);
        return memory.ToArray();
    }

    /// <summary>An event with its length, and the checksum of each.</summary>
    static byte[] Record(byte[] data)
    {
        var record = new byte[data.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedChecksum(record.AsSpan(0, 8)));
        data.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedChecksum(data));
        return record;
    }

    /// <summary>CRC-32C, rotated and shifted as TFRecord has it, so that a checksum of checksums stays one.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}
