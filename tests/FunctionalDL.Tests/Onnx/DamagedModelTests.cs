using System.Diagnostics;
using FunctionalDL.Onnx;
using FunctionalDL.Tests.Data;
using Google.Protobuf;
using static FunctionalDL.Tests.Onnx.Proto;

namespace FunctionalDL.Tests.Onnx;

/// <summary>
/// Models, changed and cut at random: each is read or refused by a typed error, in little time and memory. <c>FUZZ_CASES=50000</c> damages
/// as many of each.
/// </summary>
public class DamagedModelTests
{
    const int MostSeconds = 20;
    const long MostBytes = 400_000_000;

    public static TheoryData<string> Names => ["mlp", "cnn", "lstm", "loop", "shapes"];

    static byte[] Good(string name) => name switch
    {
        "mlp" => Exported(Model.Input(6).Dense(4).Relu().Dense(3).Softmax()),
        "cnn" => Exported((Model.Input(1, 8, 8) >> Layer.Conv2D(2, 3) >> Layer.BatchNorm() >> Layer.MaxPool2D(2)).Flatten().Dense(2)),
        "lstm" => Exported(Model.Input("time", 3).Lstm(4).Dense(2)),
        "loop" => Model(Loop).ToByteArray(),
        _ => Model(Shapes).ToByteArray(),
    };

    static byte[] Exported(Model model) => OnnxExport.ToOnnx(model.Outputs, model.Initialize(1).Parameters);

    static GraphProto Loop => Graph(
        [Value("x", 2)],
        ["y", "all"],
        [
            Node("Loop", ["turns", "", "x"], ["last", "all"], ("body", Graph(
                [Value("i", DType.Int64), Value("go", DType.Bool), Value("h", 2)],
                ["go2", "next", "seen"],
                [Node("Identity", ["go"], ["go2"]), Node("Add", ["h", "x"], ["next"]), Node("Exp", ["next"], ["seen"])]))),
            Node("If", ["yes"], ["y"], ("then_branch", Graph([], ["a"], [Node("Mul", ["last", "last"], ["a"])])),
                ("else_branch", Graph([], ["b"], [Node("Neg", ["last"], ["b"])]))),
        ],
        ("turns", Tensor.Scalar(5L)), ("yes", Tensor.Scalar(true)));

    static GraphProto Shapes => Graph(
        [Value("x", "batch", "time", 6), Value("m", DType.Float16, "batch")],
        ["y", "z"],
        [
            Node("Shape", ["x"], ["shape"]), Node("Slice", ["shape", "from", "to"], ["lead"]),
            Node("Concat", ["lead", "rest"], ["full"], ("axis", 0)), Node("Reshape", ["x", "full"], ["r"]),
            Node("Expand", ["one", "full3"], ["e"]), Node("Tile", ["e", "to"], ["t"]), Node("Pad", ["r", "pads"], ["p"]),
            Node("ReduceSum", ["p", "rest2"], ["y"]), Node("ConstantOfShape", ["lead"], ["c"], ("value", Tensor.Vector(2f))),
            Node("Gather", ["c", "from"], ["g"], ("axis", 1)), Node("Cast", ["m"], ["w"], ("to", 1)), Node("Mul", ["g", "g"], ["z"]),
        ],
        ("from", Tensor.Vector(0L)), ("to", Tensor.Vector(2L)), ("rest", Tensor.Vector(2L, 3L)), ("one", Tensor.Vector(1f)),
        ("full3", Tensor.Vector(3L)), ("pads", Tensor.Vector(0L, 0, 0, 1, 0, 0, 0, 2)), ("rest2", Tensor.Vector(3L)));

    [Theory, MemberData(nameof(Names))]
    public void A_damaged_model_is_read_or_refused(string name)
    {
        var (good, refused) = (Good(name), 0);
        Assert.NotEmpty(OnnxModel.Parse(good).Outputs);
        for (var seed = 0; seed < DamagedFileTests.Cases; seed++)
        {
            var bytes = DamagedFileTests.Damaged(good, new Random(seed));
            var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            try
            {
                OnnxModel.Parse(bytes);
            }
            catch (FunctionalException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e} for {Convert.ToHexString(bytes)}");
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostBytes, $"seed {seed}: {allocated:N0} bytes");
            Assert.True(watch.Elapsed.TotalSeconds < MostSeconds, $"seed {seed}: {watch.Elapsed.TotalSeconds} s");
        }
        Assert.InRange(refused, DamagedFileTests.Cases / 10, DamagedFileTests.Cases);
    }
}
