namespace FunctionalDL.Ops;

/// <summary>One op of each name. <see cref="Op.Create"/> gives it its attributes; the ones it has here mean nothing.</summary>
static class Catalog
{
    static readonly OrderedDictionary<string, Op> ops = new(All().Select(op => KeyValuePair.Create(op.Name, op)));

    public static IReadOnlyCollection<string> Names => ops.Keys;

    public static Op? Find(string name) => ops.GetValueOrDefault(name);

    static IEnumerable<Op> All()
    {
        var x = Expr.Variable("x");
        var window = new Window([1], [1], [1], [0], [0]);
        return
        [
            new VariableOp("x", x.Type), new ConstantOp(Tensor.Scalar(0.0)),
            new NegateOp(), new AbsOp(), new SignOp(), new ExpOp(), new Expm1Op(), new LogOp(), new Log1POp(), new SqrtOp(), new SinOp(),
            new CosOp(), new TanOp(), new AsinOp(), new AcosOp(), new AtanOp(), new SinhOp(), new CoshOp(), new TanhOp(), new AsinhOp(),
            new AcoshOp(), new AtanhOp(), new FloorOp(), new RoundOp(),
            new SigmoidOp(), new SoftplusOp(), new ErfOp(), new AbstractFunctionOp("f", 0),
            new AddOp(), new SubtractOp(), new MultiplyOp(), new DivideOp(), new PowerOp(), new MaximumOp(), new MinimumOp(),
            new Atan2Op(), new RemainderOp(), new BitAndOp(), new BitOrOp(), new BitXorOp(), new ShiftLeftOp(), new ShiftRightOp(),
            new EqualOp(), new LessOp(), new LessOrEqualOp(), new AndOp(), new OrOp(), new NotOp(), new SelectOp(),
            new CastOp(DType.Float64),
            new SumOp([]), new MaxOp([]), new MinOp([]), new ArgMaxOp(0), new TopKOp(0, 0, true),
            new CumulativeSumOp(0, false, false), new MatMulOp(),
            new ReshapeOp([]), new BroadcastOp([]), new TransposeOp([]), new SliceOp(0, 0, 0, 1), new PadOp(0, 0, 0, 0, 0), new ConcatOp(0),
            new GatherOp(0), new ScatterAddOp(0, 0), new ScatterMaximumOp(), new OneHotOp(0, DType.Float64), new RangeOp(0, DType.Int64),
            new SizeOfOp(0, DType.Int64),
            new ConvOp(window, 1), new ConvInputGradientOp(window, 1, [1]), new ConvKernelGradientOp(window, 1),
            new MaxPoolOp(window), new MaxPoolTangentOp(window), new MaxPoolGradientOp(window),
            new RandomUniformOp(x.Type, 0), new FoldKeyOp(), new ScanOp(new([x], [], [], [x], [], [], false)),
            new SizedLikeOp(), new BarrierOp(), new StopGradientOp(), new RematerializeOp(new([x], [x])),
            new CustomGradientOp((_, _, _) => []),
        ];
    }
}
