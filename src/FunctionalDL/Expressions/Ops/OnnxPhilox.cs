namespace FunctionalDL.Ops;

/// <summary>
/// <see cref="Philox"/> in ONNX, all blocks at once. A word of 32 bits is an int64, of which every runtime has the operators, and a
/// product of two is taken in halves, so that nothing goes beyond 63 bits.
/// </summary>
readonly struct OnnxPhilox(IOnnxGraph graph)
{
    const long Half = 1 << 16, ByHalf = Half - 1, Word = 1L << 32, ByWord = Word - 1;

    readonly IOnnxGraph graph = graph;

    /// <summary>
    /// The blocks of m counters (a, b, c, d), or one for all: of rows a, c and rows d, b, <c>[2, m]</c>, what they become. Each round
    /// gives rows c, a, which are exchanged, and rows d, b.
    /// </summary>
    /// <param name="keys">The key of each counter, or one for all: int64 <c>[m]</c>.</param>
    /// <param name="count">The number of keys m, an int64 vector of one element.</param>
    /// <param name="ac">Rows a and c.</param>
    /// <param name="db">Rows d and b.</param>
    public (string AC, string DB) Blocks(string keys, string count, string ac, string db)
    {
        var (key, multipliers) = (Words(keys, count), Column(Philox.MultiplierA, Philox.MultiplierB));
        for (var round = 0u; round < Philox.Rounds; round++)
        {
            var roundKey = And(Add(key, Column(unchecked(round * Philox.WeylB), unchecked(round * Philox.WeylA))), ByWord);
            var low = Multiply(And(ac, ByHalf), multipliers);
            var high = Add(Multiply(Divide(ac, Half), multipliers), Divide(low, Half));
            var crossed = Xor(Xor(Divide(high, Half), db), roundKey);
            (ac, db) = (Exchanged(crossed), Add(Multiply(And(high, ByHalf), Number(Half)), And(low, ByHalf)));
        }
        return (ac, db);
    }

    /// <summary>The high words of numbers of 64 bits over their low ones: int64 <c>[m] → [2, m]</c>.</summary>
    public string Words(string numbers, string count)
    {
        var low = And(numbers, ByWord);
        // What the divisor divides, so that negative numbers are rounded nowhere.
        var high = And(Divide(Node("Sub", numbers, low), Word), ByWord);
        var row = graph.Node("Concat", [graph.Constant(Tensor.Vector(1L)), count], ("axis", 0L));
        return graph.Node("Concat", [Shaped(high, row), Shaped(low, row)], ("axis", 0L));
    }

    /// <summary>Numbers of 64 bits by their high and low words.</summary>
    public string Joined(string high, string low)
    {
        // The sign is that of the highest bit, so that the product stays within 64 bits.
        var signed = Node("Sub", high, Multiply(Divide(high, Word / 2), Number(Word)));
        return Add(Multiply(signed, Number(Word)), low);
    }

    /// <summary>A row over one that is a number everywhere.</summary>
    public string Over(string row, long number) => Add(Multiply(row, Column(1, 0)), Column(0, number));

    /// <summary>A row under one that is a number everywhere.</summary>
    public string Under(string row, long number) => Add(Multiply(row, Column(0, 1)), Column(number, 0));

    /// <summary>Two rows, the second first.</summary>
    public string Exchanged(string rows) => Rows(rows, 1, 0);

    /// <summary>Some rows in an order.</summary>
    public string Rows(string rows, params long[] order) =>
        graph.Node("Gather", [rows, graph.Constant(Tensor.Vector(order))], ("axis", 0L));

    /// <summary>A number for each of two rows.</summary>
    public string Column(long first, long second) => graph.Constant(Tensor.Of([2, 1], [first, second]));

    /// <summary>A value in a shape, of which a size may be 0.</summary>
    public string Shaped(string x, string shape) => graph.Node("Reshape", [x, shape], ("allowzero", 1L));

    public string Add(string x, string y) => Node("Add", x, y);

    public string Multiply(string x, string y) => Node("Mul", x, y);

    public string Divide(string x, long by) => Node("Div", x, Number(by));

    public string Number(long value) => graph.Constant(Tensor.Scalar(value));

    string And(string x, long mask) => Node("BitwiseAnd", x, Number(mask));

    string Xor(string x, string y) => Node("BitwiseXor", x, y);

    string Node(string opType, string x, string y) => graph.Node(opType, [x, y]);
}
