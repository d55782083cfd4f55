using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>How a kernel does its <see cref="RowOp"/>s in registers: one after another, with the numbers of a row.</summary>
unsafe interface IRowOps<T, TSelf> where T : unmanaged where TSelf : IRowOps<T, TSelf>, allows ref struct
{
    /// <summary>The operations on a row, given a number for each.</summary>
    static abstract TSelf Of(T* numbers, ReadOnlySpan<Code> codes);

    Vector512<T> Apply(Vector512<T> x);
}

readonly unsafe struct NoOps<T> : IRowOps<T, NoOps<T>> where T : unmanaged
{
    public static NoOps<T> Of(T* numbers, ReadOnlySpan<Code> codes) => default;

    public Vector512<T> Apply(Vector512<T> x) => x;
}

readonly unsafe struct OneOp<T, TOp>(Vector512<T> number) : IRowOps<T, OneOp<T, TOp>> where T : unmanaged where TOp : IBinary<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneOp<T, TOp> Of(T* numbers, ReadOnlySpan<Code> codes) => new(Vector512.Create(*numbers));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Apply(Vector512<T> x) => TOp.Apply(x, number);
}

readonly unsafe struct TwoOps<T, TFirst, TSecond>(Vector512<T> first, Vector512<T> second) : IRowOps<T, TwoOps<T, TFirst, TSecond>>
    where T : unmanaged where TFirst : IBinary<T> where TSecond : IBinary<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoOps<T, TFirst, TSecond> Of(T* numbers, ReadOnlySpan<Code> codes) =>
        new(Vector512.Create(numbers[0]), Vector512.Create(numbers[1]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Apply(Vector512<T> x) => TSecond.Apply(TFirst.Apply(x, first), second);
}

readonly unsafe ref struct AnyOps<T>(T* numbers, ReadOnlySpan<Code> codes) : IRowOps<T, AnyOps<T>> where T : unmanaged
{
    readonly T* numbers = numbers;
    readonly ReadOnlySpan<Code> codes = codes;

    public static AnyOps<T> Of(T* numbers, ReadOnlySpan<Code> codes) => new(numbers, codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Apply(Vector512<T> x)
    {
        for (var i = 0; i < codes.Length; i++) x = Apply(codes[i], x, Vector512.Create(numbers[i]));
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Apply(Code code, Vector512<T> x, Vector512<T> number) => code switch
    {
        Code.Add => x + number,
        Code.Subtract => x - number,
        Code.SubtractFrom => number - x,
        Code.Multiply => x * number,
        Code.Divide => x / number,
        Code.Maximum => Vector512.Max(x, number),
        _ => Vector512.Min(x, number),
    };
}
