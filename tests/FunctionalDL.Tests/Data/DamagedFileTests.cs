using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FunctionalDL.Tests.Images;

namespace FunctionalDL.Tests.Data;

/// <summary>
/// Small files of each kind, changed and cut at random: each is read or refused by a typed error, and none costs much more memory than it
/// has bytes.
/// <c>FUZZ_CASES=100000</c> runs as many of each kind.
/// </summary>
public class DamagedFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    internal static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_CASES"), out var cases) ? cases : 300;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void Try(string name, long bytesForEach, Func<Random, byte[]> make, Action<string, Random> read)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "a")).FullName, name);
        var refused = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var bytes = Damaged(make(random), random);
            File.WriteAllBytes(path, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path, random);
            }
            catch (FunctionalException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e.GetType().Name} {e.Message} for {Convert.ToHexString(bytes)}");
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                allocated < 2_000_000 + bytesForEach * bytes.Length,
                $"seed {seed}: {allocated:N0} bytes for {Convert.ToHexString(bytes)}");
        }
        Assert.InRange(refused, Cases / 10, Cases);
    }

    internal static byte[] Damaged(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (var i = random.Next(4); i >= 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.Insert(at, new byte[] { 0, 255, (byte)'"', (byte)'\n', (byte)',', 0x1F }[random.Next(6)]); break;
                case 3: bytes.RemoveAt(at); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.AddRange(bytes[at..Math.Min(bytes.Count, at + 20)]); break;
            }
        }
        return [.. bytes];
    }

    [Fact]
    public void Damaged_arrays_of_NumPy_are_read_or_refused() => Try("a.npy", 100, random =>
    {
        var path = Path.Combine(folder, "good.npy");
        var tensor = Key.Of(random.Next()).Uniform([random.Next(4), random.Next(4)]).Cast(DTypes.All[random.Next(8)]);
        NpyFile.Write(path, tensor);
        return File.ReadAllBytes(path);
    }, (path, _) => NpyFile.Read(path));

    [Fact]
    public void Damaged_proofs_are_read_or_refused() => Try("a.proof.json", 100, _ => Proof.Value, (path, _) => ModelProof.Read(path));

    static readonly Lazy<byte[]> Proof = new(() =>
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("functionaldl").FullName, "a.onnx");
        Model.Input(2).Dense(1).Initialize(1).ExportOnnx(path);
        var proof = File.ReadAllBytes(ModelProof.PathOf(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return proof;
    });

    [Fact]
    public void Damaged_PNG_files_are_read_or_refused() => Try("1.png", 120_000, random =>
    {
        var form = PngForm.Draw(random);
        var samples = new int[form.Height, form.Width * form.Samples];
        var png = form.Write(samples, form.Colour == 3 ? [1, 2, 3, 4, 5, 6] : [], random);
        // With damage under a check sum that is right, decoding itself is reached.
        return random.Next(2) == 0 ? png : Sealed(png, random);
    }, (_, random) => ImageFolder.Open(folder, new() { Channels = random.Next(2) * 2 + 1 }).Load());

    static byte[] Sealed(byte[] png, Random random)
    {
        List<byte> result = [.. png[..8]];
        for (var at = 8; at < png.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            var data = Damaged(png[(at + 8)..(at + 8 + length)], random);
            result.AddRange(
                PngWriter.Chunk(Encoding.Latin1.GetString(png, at + 4, 4), random.Next(2) == 0 ? data : png[(at + 8)..(at + 8 + length)]));
            at += length + 12;
        }
        return [.. result];
    }

    [Fact]
    public void Damaged_IDX_files_are_read_or_refused() => Try("1.idx", 50_000, random =>
    {
        byte[] idx = [0, 0, new byte[] { 8, 9, 0x0B, 0x0C, 0x0D, 0x0E }[random.Next(6)], 2, 0, 0, 0, 2, 0, 0, 0, 3, .. new byte[48]];
        if (random.Next(2) == 0) return idx;
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionMode.Compress)) gzip.Write(Damaged(idx, random));
        return zipped.ToArray();
    }, (path, random) => IdxFile.Read(path, (DType)random.Next(4)));

    [Fact]
    public void Damaged_CSV_files_are_read_or_refused() =>
        Try(
            "1.csv",
            50_000,
            random =>
            {
                string[] lines = ["name,age,when", "\"a, b\",1,2024-01-01", "é,2,\"x\ny\"", "c,,12:30", "\"d\"\"e\",\"1,5\",€3"];
                Encoding[] encodings = [new UTF8Encoding(random.Next(2) == 0), Encoding.Unicode, Encoding.Latin1, Encoding.UTF32];
                var encoding = encodings[random.Next(4)];
                return [.. encoding.GetPreamble(), .. encoding.GetBytes(string.Join(random.Next(2) == 0 ? "\n" : "\r\n", lines))];
            },
            (path, random) =>
            {
                var table = CsvFile.Read(
                    path,
                    random.Next(2) == 0
                        ? null
                        : new()
                        {
                            Delimiter = ";",
                            DecimalMark = ',',
                            ThousandsMark = '.',
                            DateFormat = "yyyy-MM-dd",
                            Units = ["€"],
                        });
                _ = table.ToString();
                TableEncoder.Fit(table, table.Columns).Raw(table);
            });
}
