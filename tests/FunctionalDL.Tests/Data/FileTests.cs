using System.IO.Compression;

namespace FunctionalDL.Tests.Data;

public class FileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, params byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static byte[] Idx => [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

    static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

    [Fact]
    public void Idx_files_are_read_plain_and_gzipped()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionMode.Compress)) gzip.Write(Idx);
        foreach (var path in new[] { Write("plain", Idx), Write("zipped", zipped.ToArray()) })
        {
            var tensor = IdxFile.Read(path, DType.Int64);
            Assert.Equal(Shape.Of(2, 3), tensor.Shape);
            Assert.Equal([1, 2, 3, 4, 5, 255], tensor.ToArray<long>());
        }
        Assert.Equal([1f, -2], IdxFile.Read(Write("shorts", 0, 0, 0x0B, 1, 0, 0, 0, 2, 0, 1, 255, 254), DType.Float32).ToArray<float>());
    }

    [Theory]
    [InlineData(0x08, 254, "FE"), InlineData(0x09, -2, "FE"), InlineData(0x0B, 258, "0102"), InlineData(0x0C, 16909060, "01020304")]
    [InlineData(0x0D, 1.5, "3FC00000"), InlineData(0x0E, -2, "C000000000000000")]
    public void Elements_have_their_sign_and_the_highest_byte_first(byte type, double expected, string bytes)
    {
        var path = Write("typed", [0, 0, type, 1, 0, 0, 0, 1, .. Convert.FromHexString(bytes)]);
        Assert.Equal(expected, IdxFile.Read(path, DType.Float64).GetDouble(0));
    }

    [Fact]
    public void Digits_are_read_from_files_of_training_and_of_test()
    {
        Write("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 102, 255]);
        Write("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 3, 9]);
        Write("t10k-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 204, 0]);
        Write("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 7]);
        var (train, test) = Digits.Load(folder);
        Assert.Equal([0f, 0.2f, 0.4f, 1f], train.Inputs.ToArray<float>());
        Assert.Equal([3, 9], train.Targets.ToArray<long>());
        Assert.Equal([0.8f, 0f], test.Inputs.ToArray<float>());
        Assert.Equal([7], test.Targets.ToArray<long>());
    }

    [Fact]
    public void Files_are_written_whole_through_links_and_never_in_part()
    {
        var path = Write("real", 1, 2);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), path);
        AtomicFile.Write(Path.Combine(folder, "link"), stream => stream.WriteByte(3));
        Assert.Equal([3], File.ReadAllBytes(path));
        Assert.NotNull(new FileInfo(Path.Combine(folder, "link")).LinkTarget);

        Assert.Throws<DivideByZeroException>(() =>
            AtomicFile.Write(
                path,
                stream =>
                {
                    stream.WriteByte(4);
                    throw new DivideByZeroException();
                }));
        Assert.Equal([3], File.ReadAllBytes(path));
        if (!OperatingSystem.IsWindows())
        {
            AtomicFile.Write("/dev/null", stream => stream.WriteByte(4));
            Assert.Empty(File.ReadAllBytes("/dev/null"));
        }
        if (File.Exists("/dev/full")) Fails("No space left", () => AtomicFile.Write("/dev/full", stream => stream.Write(new byte[10_000])));
        Fails("the path is empty", () => AtomicFile.Write("", _ => { }));
        Fails("Choose a folder that exists", () => AtomicFile.Write(Path.Combine(folder, "none", "file"), _ => { }));
        Assert.Equal(2, Directory.GetFileSystemEntries(folder).Length);
    }

    /// <summary>As a process leaves it that is killed while it writes.</summary>
    string Abandoned(string path)
    {
        var (temporary, before) = ("", Directory.GetFiles(folder));
        AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            stream.Flush();
            temporary = Directory.GetFiles(folder, ".fdl.*").Except(before).Single();
            // Under its new name it can be read at once.
            Assert.Equal([1], File.ReadAllBytes(temporary));
        });
        File.WriteAllBytes(temporary, [1, 2, 3]);
        return temporary;
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_by_the_next_that_writes_the_name()
    {
        var (path, other) = (Path.Combine(folder, "run"), Path.Combine(folder, "other"));
        var (left, others) = (Abandoned(path), Abandoned(other));
        AtomicFile.Write(path, stream => stream.WriteByte(7));
        Assert.Equal((false, true), (File.Exists(left), File.Exists(others)));

        // One that is being written stays, and both are written whole; the later one wins.
        AtomicFile.Write(path, outer =>
        {
            outer.WriteByte(8);
            outer.Flush();
            AtomicFile.Write(path, inner => inner.WriteByte(9));
            Assert.Equal([9], File.ReadAllBytes(path));
        });
        Assert.Equal([8], File.ReadAllBytes(path));
        Assert.Equal([others], Directory.GetFiles(folder, ".fdl.*"));
    }

    /// <summary>
    /// Between its creation and its lock another process's file is empty: it is not taken for abandoned before a minute is over.
    /// </summary>
    [Fact]
    public void A_temporary_file_that_was_just_made_is_left_alone()
    {
        var path = Path.Combine(folder, "run");
        var fresh = Abandoned(path);
        File.WriteAllBytes(fresh, []);
        AtomicFile.Write(path, stream => stream.WriteByte(7));
        Assert.True(File.Exists(fresh));
        File.SetLastWriteTimeUtc(fresh, DateTime.UtcNow - TimeSpan.FromMinutes(2));
        AtomicFile.Write(path, stream => stream.WriteByte(8));
        Assert.False(File.Exists(fresh));
    }

    [Fact]
    public void A_link_to_a_link_stays_and_what_it_leads_to_is_replaced()
    {
        if (OperatingSystem.IsWindows()) return;
        var (path, near, far) = (Path.Combine(folder, "file"), Path.Combine(folder, "near"), Path.Combine(folder, "far"));
        File.WriteAllBytes(path, [1]);
        File.CreateSymbolicLink(near, path);
        File.CreateSymbolicLink(far, near);
        AtomicFile.Write(far, stream => stream.WriteByte(3));
        Assert.Equal([3], File.ReadAllBytes(path));
        Assert.Equal((path, near), (new FileInfo(near).LinkTarget, new FileInfo(far).LinkTarget));
    }

    [Fact]
    public void Names_as_long_as_can_be_and_permissions_survive()
    {
        var path = Path.Combine(folder, new string('n', 251) + ".bin");
        AtomicFile.Write(path, stream => stream.WriteByte(1));
        Assert.Equal([1], File.ReadAllBytes(path));
        if (OperatingSystem.IsWindows())
            return;
        foreach (
            var mode in new[]
            {
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite,
            })
        {
            File.SetUnixFileMode(path, mode);
            var during = UnixFileMode.None;
            AtomicFile.Write(path, stream =>
                during = OperatingSystem.IsWindows() ? mode : File.GetUnixFileMode(((FileStream)stream).SafeFileHandle));
            Assert.Equal((mode, mode), (during, File.GetUnixFileMode(path)));
        }
    }

    [Fact]
    public void Damaged_idx_files_are_refused()
    {
        Fails("truncated: 4 bytes", () => IdxFile.Read(Write("a", Idx[..^2]), DType.Float32));
        Fails("truncated", () => IdxFile.Read(Write("b", Idx[..6]), DType.Float32));
        Fails("goes on after", () => IdxFile.Read(Write("c", [.. Idx, 0]), DType.Float32));
        Fails("not an IDX file", () => IdxFile.Read(Write("d", "hello, world"u8.ToArray()), DType.Float32));
        Fails("element type 0x07", () => IdxFile.Read(Write("e", [0, 0, 7, .. Idx[3..]]), DType.Float32));
        Fails("more than the", () => IdxFile.Read(Write("f", 0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255), DType.Float32));
        Fails("truncated", () => IdxFile.Read(Write("g", 0, 0, 8, 1, 127, 255, 0, 0, 1), DType.Float32));
        Fails("-1", () => IdxFile.Read(Write("h", 0, 0, 8, 1, 255, 255, 255, 255), DType.Float32));
        Fails("truncated", () => IdxFile.Read(Write("i", []), DType.Float32));
        Fails("2147483647 images", () => Digits.Draw(int.MaxValue, 1));
        Fails("Check the path", () => IdxFile.Read(Path.Combine(folder, "none"), DType.Float32));
        Fails("train-images-idx3-ubyte", () => Digits.Load(folder));
    }
}
