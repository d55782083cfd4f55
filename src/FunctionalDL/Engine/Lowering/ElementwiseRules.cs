using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>The operations computed inside tiles, element by element.</summary>
static class ElementwiseRules
{
    public static readonly IReadOnlyDictionary<Type, Code> Codes = new Dictionary<Type, Code>
    {
        [typeof(NegateOp)] = Code.Negate,
        [typeof(AbsOp)] = Code.Abs,
        [typeof(SignOp)] = Code.Sign,
        [typeof(ExpOp)] = Code.Exp,
        [typeof(Expm1Op)] = Code.Expm1,
        [typeof(LogOp)] = Code.Log,
        [typeof(Log1POp)] = Code.Log1P,
        [typeof(SqrtOp)] = Code.Sqrt,
        [typeof(SinOp)] = Code.Sin,
        [typeof(CosOp)] = Code.Cos,
        [typeof(TanOp)] = Code.Tan,
        [typeof(AsinOp)] = Code.Asin,
        [typeof(AcosOp)] = Code.Acos,
        [typeof(AtanOp)] = Code.Atan,
        [typeof(SinhOp)] = Code.Sinh,
        [typeof(CoshOp)] = Code.Cosh,
        [typeof(AsinhOp)] = Code.Asinh,
        [typeof(AcoshOp)] = Code.Acosh,
        [typeof(AtanhOp)] = Code.Atanh,
        [typeof(FloorOp)] = Code.Floor,
        [typeof(RoundOp)] = Code.Round,
        [typeof(TanhOp)] = Code.Tanh,
        [typeof(SigmoidOp)] = Code.Sigmoid,
        [typeof(SoftplusOp)] = Code.Softplus,
        [typeof(ErfOp)] = Code.Erf,
        [typeof(NotOp)] = Code.Not,
        [typeof(AddOp)] = Code.Add,
        [typeof(SubtractOp)] = Code.Subtract,
        [typeof(MultiplyOp)] = Code.Multiply,
        [typeof(DivideOp)] = Code.Divide,
        [typeof(PowerOp)] = Code.Power,
        [typeof(Atan2Op)] = Code.Atan2,
        [typeof(RemainderOp)] = Code.Remainder,
        [typeof(BitAndOp)] = Code.BitAnd,
        [typeof(BitOrOp)] = Code.BitOr,
        [typeof(BitXorOp)] = Code.BitXor,
        [typeof(MinimumOp)] = Code.Minimum,
        [typeof(MaximumOp)] = Code.Maximum,
        [typeof(EqualOp)] = Code.Equal,
        [typeof(LessOp)] = Code.Less,
        [typeof(LessOrEqualOp)] = Code.LessOrEqual,
        [typeof(AndOp)] = Code.And,
        [typeof(OrOp)] = Code.Or,
        [typeof(SelectOp)] = Code.Select,
    };

    public static IEnumerable<(Type, Rule)> All { get; } =
    [
        .. Codes.Select(c => (c.Key, new Rule((to, node) => Lower(to, node, c.Value), IsExact: c.Value.IsNearest()))),
        (typeof(CastOp), new((to, node) => to.Cast(node.X[0], node.Type.DType, node.Shape), IsExact: true)),
    ];

    static View Lower(LoweringContext to, Node node, Code code)
    {
        var first = node.X[0].Storage;
        var isComparison = code is Code.Equal or Code.Less or Code.LessOrEqual;
        var lane = (isComparison ? first.DType : node.Type.DType).Lane();
        return to.Elementwise(code, lane == DType.Bool ? to.Lane(first) : lane, node.X, node.Type.DType, node.Shape);
    }
}
