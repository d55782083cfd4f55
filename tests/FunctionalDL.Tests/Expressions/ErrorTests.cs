namespace FunctionalDL.Tests.Expressions;

/// <summary>What is wrong is said where the expression is built: the op, the shapes or dtypes, and the repair.</summary>
public class ErrorTests
{
    static Expr F(params Dim[] shape) => Expr.Variable("f", [.. shape]);

    static Expr D(params Dim[] shape) => Expr.Variable("d", [.. shape], DType.Float64);

    static Expr I(params Dim[] shape) => Expr.Variable("i", [.. shape], DType.Int64);

    static Expr B(params Dim[] shape) => Expr.Variable("b", [.. shape], DType.Bool);

    static readonly Dictionary<string, (Func<object> Build, string[] Says)> Wrong = new()
    {
        ["shapes that do not broadcast"] = (() => F(2, 3) + F(4), ["Add", "[2, 3]", "[4]", "ExpandDims"]),
        ["a name against a number"] = (() => F("batch", 3) * F(32, 3), ["Multiply", "[batch, 3]", "[32, 3]"]),
        ["float32 with float64"] = (() => F(2) + D(2), ["Add", "float32[2]", "float64[2]", "Cast(DType.Float32)"]),
        ["truth values added"] = (() => B(2) + B(2), ["Add", "bool[2]", "number"]),
        ["whole numbers in a real function"] = (() => Exp(I(3)), ["Exp", "int64[3]", "Cast"]),
        ["truth values in a power"] = (() => Power(B(3), B(3)), ["Power", "bool[3]", "Cast"]),
        ["a fraction with whole numbers"] = (() => I(3) + 0.5, ["0.5", "int64", "Cast"]),
        ["relations of truth values"] = (() => B() < B(), ["Less", "bool[]", "Cast"]),
        ["and of numbers"] = (() => F(2) & F(2), ["And", "float32[2]", "x > 0"]),
        ["not of numbers"] = (() => !F(2), ["Not", "float32[2]", "x > 0"]),
        ["a condition that is a number"] = (() => Select(F(2), F(2), F(2)), ["Select", "bool", "float32[2]"]),
        ["branches of two dtypes"] = (() => Select(B(2), F(2), D(2)), ["Select", "float32[2]", "float64[2]", "Cast"]),
        ["a sum of truth values"] = (() => Sum(B(2)), ["Sum", "bool[2]", "Cast"]),
        ["an axis too many"] = (() => Sum(F(2, 3), 2), ["Sum", "axis 2", "[2, 3]", "-2 to 1"]),
        ["an axis of a scalar"] = (() => Max(F(), 0), ["Max", "axis 0", "none"]),
        ["one axis twice"] = (() => Sum(F(2, 3), 0, -2), ["Sum", "[0, 0]", "[2, 3]"]),
        ["argmax of truth values"] = (() => ArgMax(B(2)), ["ArgMax", "bool[2]", "Cast"]),
        ["inner dimensions"] = (() => MatMul(F(32, 10), F(12, 5)), ["MatMul", "[32, 10] × [12, 5]", "(10 and 12)", "Transpose"]),
        ["inner dimensions with a batch"] = (
            () => MatMul(F("batch", 7, 10), F(12, 5)),
            ["MatMul", "[batch, 7, 10] × [12, 5]", "Transpose"]),
        ["leading dimensions"] = (() => MatMul(F(2, 3, 4), F(5, 4, 6)), ["MatMul", "[2, 3, 4] × [5, 4, 6]"]),
        ["a product with a scalar"] = (() => MatMul(F(), F(2, 2)), ["MatMul", "[] × [2, 2]", "*"]),
        ["a product of truth values"] = (() => MatMul(B(2, 2), B(2, 2)), ["MatMul", "bool[2, 2]", "Cast truth values to a number"]),
        ["a product of two dtypes"] = (() => MatMul(I(2, 2), F(2, 2)), ["MatMul", "int64[2, 2]", "float32[2, 2]", "Cast one side"]),
        ["a truth value with a number"] = (() => B(2) + F(2), ["Add", "bool[2]", "float32[2]", "Cast truth values to a number"]),
        ["a truth value against a number"] = (() => Equal(B(2), F(2)), ["Equal", "bool[2]", "float32[2]", "Cast truth values to a number"]),
        ["a mean of whole numbers"] = (() => Mean(I(3)), ["Mean", "int64[3]", "x.Cast(DType.Float32)"]),
        ["a mean of truth values"] = (() => MeanKeep(B(3), 0), ["Mean", "bool[3]", "x.Cast(DType.Float32)"]),
        ["a reshape to another size"] = (() => Reshape(F(2, 3), [4, 2]), ["Reshape", "[2, 3]", "6", "[4, 2]", "8"]),
        ["a reshape of a name to a number"] = (() => Reshape(F("batch", 4), [12]), ["Reshape", "[batch, 4]", "[12]"]),
        ["a squeeze of more than one"] = (() => Squeeze(F(2, 3), 1), ["Squeeze", "[2, 3]", "size 3"]),
        ["a new axis too far"] = (() => ExpandDims(F(2), 3), ["ExpandDims", "axis 3", "[2]"]),
        ["a broadcast down"] = (() => Broadcast(F(2, 3), [3]), ["Broadcast", "[2, 3]", "[3]"]),
        ["a transpose of a vector"] = (() => Transpose(F(3)), ["Transpose", "[3]", "Reshape"]),
        ["an order that leaves an axis out"] = (() => Transpose(F(2, 3), 0, 0), ["Transpose", "[0, 0]", "[2, 3]"]),
        ["a slice beyond the end"] = (() => Slice(F(5), 0, 2, 7), ["Slice", "axis 0", "[5]"]),
        ["a slice backwards"] = (() => Slice(F(5), 0, 3, 1), ["Slice", "3 to 1", "[5]"]),
        ["a step of 0"] = (() => Slice(F(5), 0, 0, 5, 0), ["Slice", "step 0", "Reverse"]),
        ["a negative padding"] = (() => Pad(F(5), 0, -1, 0), ["Pad", "-1", "[5]", "Slice"]),
        ["pieces that do not fit"] = (() => Concat(0, F(2, 3), F(2, 4)), ["Concat", "[2, 3]", "[2, 4]", "axis 0"]),
        ["pieces of two dtypes"] = (() => Concat(0, F(2), D(2)), ["Concat", "float32[2]", "float64[2]", "Cast"]),
        ["nothing to concatenate"] = (() => Concat(0), ["Concat", "at least one"]),
        ["indices that are not whole"] = (() => Gather(F(5), F(2)), ["Gather", "integers", "float32[2]", "Cast"]),
        ["updates of another shape"] = (() => ScatterAdd(I(3), F(2), 5), ["ScatterAdd", "[2]", "[3]"]),
        ["one-hot of floats"] = (() => OneHot(F(2), 3), ["OneHot", "integers", "float32[2]", "Cast"]),
        ["a range of truth values"] = (() => Range(3, DType.Bool), ["Range", "int64"]),
        ["a key that is a float"] = (() => RandomUniform(F(), [2]), ["RandomUniform", "int64", "float32[]", "key.ToTensor()"]),
        ["random whole numbers"] = (() => RandomUniform(I(), [2], DType.Int64), ["RandomUniform", "float32", "int64[2]"]),
        ["a variable without a name"] = (() => Expr.Variable(""), ["Variable", "name"]),
        ["a gradient of a vector"] = (() => F(3).Gradient(F(3)), ["Gradient", "float32[3]", "Sum"]),
        ["a gradient by whole numbers"] = (() => Sum(F(3)).Gradient(I(3)), ["Gradient", "int64[3]", "Cast"]),
        ["an outgoing gradient of another shape"] = (() => F(3).Vjp([F(3)], F(2)), ["Vjp", "float32[2]", "float32[3]"]),
        ["a substitute of another type"] = (() => (F(3) + 1).Substitute(("f", F(2))), ["Substitute", "\"f\"", "float32[3]", "float32[2]"]),
        ["a variable of two types"] = (() => Graph.Variables(F(3), F(2)), ["\"f\"", "float32[3]", "float32[2]", "Rename"]),
        ["whole-number precision"] = (() => F(3).WithPrecision(DType.Int64), ["WithPrecision", "int64", "float32"]),
        ["a variable without a value"] = (() => F(3).Evaluate(), ["\"f\"", "float32[3]", "no value"]),
        ["a value of another dtype"] = (
            () => F(2).Evaluate(("f", new double[2])),
            ["\"f\"", "float32[2]", "float64[2]", "Cast(DType.Float32)"]),
        ["a value of another rank"] = (() => F(2).Evaluate(("f", new float[2, 2])), ["\"f\"", "[2]", "[2, 2]", "rank"]),
        ["a value of another size"] = (() => F(2).Evaluate(("f", new float[3])), ["\"f\"", "[2]", "[3]", "dimension 0"]),
        ["two sizes for a name"] = (
            () => (F("n") + Expr.Variable("g", ["n"])).Evaluate(("f", new float[3]), ("g", new float[4])),
            ["\"n\"", "3", "4"]),
        ["a size no variable fixes"] = (() => Range("n").Evaluate(), ["\"n\"", "no size"]),
        ["an index too large"] = (
            () => Gather(F(2), I(1)).Evaluate(("f", new float[2]), ("i", new long[] { 2 })),
            ["Gather", "index 2", "0 to 1", "labels"]),
        ["a negative index"] = (() => OneHot(I(1), 3).Evaluate(("i", new long[] { -1 })), ["OneHot", "index -1", "0 to 2"]),
        ["an index to add at"] = (
            () => ScatterAdd(I(1), F(1), 2).Evaluate(("f", new float[1]), ("i", new long[] { 5 })),
            ["ScatterAdd", "index 5", "0 to 1"]),
        ["a name's slice beyond its size"] = (
            () => SliceFrom(F("n"), 0, 0, 4).Evaluate(("f", new float[3])),
            ["Slice", "[3]", "Take fewer"]),
        ["a name that is too short to cut"] = (() => Slice(F("n"), 0, 2, -2).Evaluate(("f", new float[3])), ["n", "-1", "negative"]),
    };

    public static TheoryData<string> Cases => [.. Wrong.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void The_message_names_the_op_the_shapes_and_the_repair(string mistake)
    {
        var (build, says) = Wrong[mistake];
        var message = Assert.ThrowsAny<FunctionalException>(build).Message;
        Assert.All(says, part => Assert.Contains(part, message));
        Assert.EndsWith(message[^1] == '?' ? "?" : ".", message);
    }
}
