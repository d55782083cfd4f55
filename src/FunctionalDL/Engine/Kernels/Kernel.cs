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
        _ => lane.VisitNumbers<Numbers, nint>(new(code)) is var loop and not 0 ? loop
            : lane.IsFloat() ? lane.VisitReals<Reals, nint>(new(code)) : 0,
    };

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
        Code.Identity => &Loops.Unary<T, Identity<T>>,
        Code.Negate => &Loops.Unary<T, Negate<T>>,
        Code.Abs => &Loops.Unary<T, Abs<T>>,
        Code.Sign => &Loops.Unary<T, Sign<T>>,
        Code.Not => &Loops.Unary<T, Not<T>>,
        Code.IsTrue => &Loops.Unary<T, IsTrue<T>>,
        Code.Add => &Loops.Binary<T, Add<T>>,
        Code.Subtract => &Loops.Binary<T, Subtract<T>>,
        Code.Multiply or Code.And => &Loops.Binary<T, Multiply<T>>,
        Code.Divide when DTypes.Of<T>().IsFloat() => &Loops.Binary<T, Divide<T>>,
        Code.Divide => &Loops.DivideWhole<T>,
        Code.Minimum => &Loops.Binary<T, Minimum<T>>,
        Code.Maximum or Code.Or => &Loops.Binary<T, Maximum<T>>,
        Code.Equal => &Loops.Binary<T, Equal<T>>,
        Code.Less => &Loops.Binary<T, Less<T>>,
        Code.LessOrEqual => &Loops.Binary<T, LessOrEqual<T>>,
        Code.Select => &Loops.Select<T>,
        Code.Sum => &Reductions.Reduce<T, Add<T>>,
        Code.Max => &Reductions.Reduce<T, Maximum<T>>,
        Code.Min => &Reductions.Reduce<T, Minimum<T>>,
        _ => (delegate*<in Strip, void>)null,
    });

    static nint Real<T>(Code code) where T : unmanaged, IFloatingPointIeee754<T> => (nint)(code switch
    {
        Code.Exp => &Loops.Unary<T, Exp<T>>,
        Code.Expm1 => &Loops.Unary<T, Expm1<T>>,
        Code.Log => &Loops.Unary<T, Log<T>>,
        Code.Log1P => &Loops.Unary<T, Log1P<T>>,
        Code.Sqrt => &Loops.Unary<T, Sqrt<T>>,
        Code.Sin => &Loops.Unary<T, Sin<T>>,
        Code.Cos => &Loops.Unary<T, Cos<T>>,
        Code.Atan => &Loops.Unary<T, Atan<T>>,
        Code.Tanh => &Loops.Unary<T, Tanh<T>>,
        Code.Sigmoid => &Loops.Unary<T, Sigmoid<T>>,
        Code.Softplus => &Loops.Unary<T, Softplus<T>>,
        Code.Erf => &Loops.Unary<T, Erf<T>>,
        Code.Gaussian => &Loops.Unary<T, Gaussian<T>>,
        Code.ErfByGaussian => &Loops.Binary<T, ErfByGaussian<T>>,
        Code.Power => &Loops.Binary<T, Power<T>>,
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
        Code.Add => &Loops.Chain<T, TInner, Add<T>>,
        Code.Subtract => &Loops.Chain<T, TInner, Subtract<T>>,
        Code.SubtractFrom => &Loops.Chain<T, TInner, SubtractFrom<T>>,
        _ => (delegate*<in Strip, void>)&Loops.Chain<T, TInner, Multiply<T>>,
    });

    /// <summary>The loop that fills up a register from shorter rows.</summary>
    public static nint Spread(DType lane) => lane.VisitNumbers<Spreads, nint>(new());

    readonly struct Spreads : INumberVisitor<nint>
    {
        public nint Visit<T>() where T : unmanaged, INumber<T>, IMinMaxValue<T> => (nint)(delegate*<in Strip, void>)&Loops.Spread<T>;
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
            (nint)(delegate*<in Strip, void>)&Loops.Convert<TFrom, TFromElement, T, TElement>;
    }
}
