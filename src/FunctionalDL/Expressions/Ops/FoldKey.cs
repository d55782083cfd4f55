namespace FunctionalDL.Ops;

/// <summary>
/// y = the keys derived from keys x₀ by numbers x₁ (<see cref="Key.Fold"/>): int64 <c>[…], […] → […]</c>. It has no
/// derivative.
/// </summary>
sealed record FoldKeyOp : ElementwiseOp
{
    public override string Name => "FoldKey";

    internal override int? Arity => 2;

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => null;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (x[0].DType != DType.Int64 || x[1].DType != DType.Int64)
            throw WrongDType(x, "keys and numbers, both int64", "Pass key.ToTensor() or an int64 variable, and a whole number.");
        SameShape(x);
        return x[0];
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        BinaryOp.Zip<long, long>(x[0].As<long>(), x[1], (key, number) => (long)new Key((ulong)key).Fold(number).Value);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("foldkey", x);

    protected override string OnnxName => Name;

    // The counter of Philox.Mix: a number and one more, under ones.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        var philox = new OnnxPhilox(graph);
        var count = graph.Shape([y.Shape.Elements]);
        string Flat(string value) => philox.Shaped(value, count);
        var number = philox.Words(philox.Add(Flat(x[1]), philox.Number(1)), count);
        var (ac, db) = philox.Blocks(
            Flat(x[0]),
            count,
            philox.Over(philox.Rows(number, 1), uint.MaxValue),
            philox.Under(philox.Rows(number, 0), uint.MaxValue));
        return philox.Shaped(philox.Joined(philox.Rows(db, 1), philox.Rows(ac, 0)), graph.Shape(y.Shape));
    }
}
