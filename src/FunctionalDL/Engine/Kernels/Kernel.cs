using System.Numerics;

namespace FunctionalDL.Engine;

/// <summary>The table of vector loops by operation and lane type: each computes D = f(A, B, C) over a strip.</summary>
static unsafe class Kernel
{
    /// <summary>
    /// The loop of an operation. A reduction along rows gives one number, one along columns takes a row at a time into the result.
    /// </summary>
    public static nint Of(Code code, DType lane, Extent extent) => (code, extent) switch
    {
        (Code.Sum, Extent.Column) => Of(Code.Add, lane, Extent.Full),
        (Code.Max, Extent.Column) => Of(Code.Maximum, lane, Extent.Full),
        (Code.Min, Extent.Column) => Of(Code.Minimum, lane, Extent.Full),
        _ => Of(code, lane),
    };

    static nint Of(Code code, DType lane)
    {
        var loop = lane.VisitNumbers<Numbers, nint>(new(code));
        return loop == 0 && lane.IsFloat() ? lane.VisitReals<Reals, nint>(new(code)) : loop;
    }

    readonly struct Numbers(Code code) : INumberVisitor<nint>
    {
        public nint Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T> => Numeric<T>(code);
    }

    readonly struct Reals(Code code) : IRealVisitor<nint>
    {
        public nint Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => Real<T>(code);
    }

    static nint Numeric<T>(Code code) where T : unmanaged, INumber<T> => (nint)(code switch
    {
        Code.Identity => &VectorLoops.Unary<T, Identity<T>>,
        Code.Negate => &VectorLoops.Unary<T, Negate<T>>,
        Code.Abs => &VectorLoops.Unary<T, Abs<T>>,
        Code.Sign => &VectorLoops.Unary<T, Sign<T>>,
        Code.Not => &VectorLoops.Unary<T, Not<T>>,
        Code.IsTrue => &VectorLoops.Unary<T, IsTrue<T>>,
        Code.Add => &VectorLoops.Binary<T, Add<T>>,
        Code.Subtract => &VectorLoops.Binary<T, Subtract<T>>,
        Code.Multiply or Code.And => &VectorLoops.Binary<T, Multiply<T>>,
        Code.Divide when DTypes.Of<T>().IsFloat() => &VectorLoops.Binary<T, Divide<T>>,
        Code.Divide => &VectorLoops.Whole<T, WholeQuotient<T>>,
        Code.Power when !DTypes.Of<T>().IsFloat() => &VectorLoops.Whole<T, WholePower<T>>,
        Code.Remainder when !DTypes.Of<T>().IsFloat() => &VectorLoops.Whole<T, WholeRemainder<T>>,
        Code.BitAnd => &VectorLoops.Binary<T, BitAnd<T>>,
        Code.BitOr => &VectorLoops.Binary<T, BitOr<T>>,
        Code.BitXor => &VectorLoops.Binary<T, BitXor<T>>,
        Code.Minimum => &VectorLoops.Binary<T, Minimum<T>>,
        Code.Maximum or Code.Or => &VectorLoops.Binary<T, Maximum<T>>,
        Code.Equal => &VectorLoops.Binary<T, Equal<T>>,
        Code.Less => &VectorLoops.Binary<T, Less<T>>,
        Code.LessOrEqual => &VectorLoops.Binary<T, LessOrEqual<T>>,
        Code.Select => &VectorLoops.Select<T>,
        Code.Sum => &Reductions.Reduce<T, Add<T>>,
        Code.Max => &Reductions.Reduce<T, Maximum<T>>,
        Code.Min => &Reductions.Reduce<T, Minimum<T>>,
        _ => (delegate*<in Strip, void>)null,
    });

    static nint Real<T>(Code code) where T : unmanaged, IFloatingPointIeee754<T> => (nint)(code switch
    {
        Code.Exp => &VectorLoops.Unary<T, Exp<T>>,
        Code.Expm1 => &VectorLoops.Unary<T, Expm1<T>>,
        Code.Log => &VectorLoops.Unary<T, Log<T>>,
        Code.Log1P => &VectorLoops.Unary<T, Log1P<T>>,
        Code.Sqrt => &VectorLoops.Unary<T, Sqrt<T>>,
        Code.Sin => &VectorLoops.Unary<T, Sin<T>>,
        Code.Cos => &VectorLoops.Unary<T, Cos<T>>,
        Code.Tan => &VectorLoops.Unary<T, Tan<T>>,
        Code.Asin => &VectorLoops.Unary<T, Asin<T>>,
        Code.Acos => &VectorLoops.Unary<T, Acos<T>>,
        Code.Atan => &VectorLoops.Unary<T, Atan<T>>,
        Code.Sinh => &VectorLoops.Unary<T, Sinh<T>>,
        Code.Cosh => &VectorLoops.Unary<T, Cosh<T>>,
        Code.Asinh => &VectorLoops.Unary<T, Asinh<T>>,
        Code.Acosh => &VectorLoops.Unary<T, Acosh<T>>,
        Code.Atanh => &VectorLoops.Unary<T, Atanh<T>>,
        Code.Floor => &VectorLoops.Unary<T, Floor<T>>,
        Code.Round => &VectorLoops.Unary<T, Round<T>>,
        Code.Tanh => &VectorLoops.Unary<T, Tanh<T>>,
        Code.Sigmoid => &VectorLoops.Unary<T, Sigmoid<T>>,
        Code.Softplus => &VectorLoops.Unary<T, Softplus<T>>,
        Code.Erf => &VectorLoops.Unary<T, Erf<T>>,
        Code.Gaussian => &VectorLoops.Unary<T, Gaussian<T>>,
        Code.ErfByGaussian => &VectorLoops.Binary<T, ErfByGaussian<T>>,
        Code.Power => &VectorLoops.Binary<T, Power<T>>,
        Code.Atan2 => &VectorLoops.Binary<T, Atan2<T>>,
        Code.Remainder => &VectorLoops.Binary<T, Remainder<T>>,
        _ => (delegate*<in Strip, void>)null,
    });

    /// <summary>The loop of two operations: outer(inner(a, b), c).</summary>
    public static nint Chain(Code inner, Code outer, DType lane) => lane.VisitReals<Chains, nint>(new(inner, outer));

    readonly struct Chains(Code inner, Code outer) : IRealVisitor<nint>
    {
        public nint Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => Chain<T>(inner, outer);
    }

    static nint Chain<T>(Code inner, Code outer) where T : unmanaged => inner switch
    {
        Code.Add => Chain<T, Add<T>>(outer),
        Code.Subtract => Chain<T, Subtract<T>>(outer),
        _ => Chain<T, Multiply<T>>(outer),
    };

    static nint Chain<T, TInner>(Code outer) where T : unmanaged where TInner : IBinary<T> => (nint)(outer switch
    {
        Code.Add => &VectorLoops.Chain<T, TInner, Add<T>>,
        Code.Subtract => &VectorLoops.Chain<T, TInner, Subtract<T>>,
        Code.SubtractFrom => &VectorLoops.Chain<T, TInner, SubtractFrom<T>>,
        Code.Maximum => &VectorLoops.Chain<T, TInner, Maximum<T>>,
        Code.Minimum => &VectorLoops.Chain<T, TInner, Minimum<T>>,
        _ => (delegate*<in Strip, void>)&VectorLoops.Chain<T, TInner, Multiply<T>>,
    });

    /// <summary>The loop that fills up a register from shorter rows.</summary>
    public static nint Spread(DType lane) => lane.VisitNumbers<Spreads, nint>(new());

    readonly struct Spreads : INumberVisitor<nint>
    {
        public nint Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T> => (nint)(delegate*<in Strip, void>)&VectorLoops.Spread<T>;
    }

    /// <summary>The loop that turns elements of one type into another; into bool, whether they are not 0.</summary>
    public static nint Convert(DType from, DType to) => from.Visit<From, nint>(new(to));

    readonly struct From(DType to) : IElementVisitor<nint>
    {
        public nint Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => to.Visit<To<T, TElement>, nint>(new());
    }

    readonly struct To<TFrom, TFromElement> : IElementVisitor<nint> where TFrom : unmanaged where TFromElement : IElement<TFrom>
    {
        public nint Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            (nint)(delegate*<in Strip, void>)&VectorLoops.Convert<TFrom, TFromElement, T, TElement>;
    }
}
