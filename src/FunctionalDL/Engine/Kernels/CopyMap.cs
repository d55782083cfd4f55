using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FunctionalDL.Engine;

/// <summary>Where the elements of a plane lie in memory and on a copy of it, row by row.</summary>
sealed unsafe class CopyMap
{
    readonly (int From, int To)[] rows;

    // A row's elements by their remainder modulo the stride: each a sequence with one step in memory and one on the copy.
    readonly Sequence[] sequences;

    // Whether a row is one run on both sides, or goes to two runs in turn.
    readonly bool isRun, isPair;

    readonly record struct Sequence(int From, int FromStep, int To, int ToStep, int Count);

    /// <param name="axes">For each axis the offsets of its elements in memory and on the copy.</param>
    /// <param name="stride">The stride of the last axis.</param>
    public CopyMap((int From, int To)[][] axes, int stride)
    {
        rows = [(0, 0)];
        foreach (var axis in axes[..^1])
            rows = [.. rows.SelectMany(r => axis.Select(a => (r.From + a.From, r.To + a.To)))];
        sequences =
        [
            .. Enumerable
                .Range(0, stride)
                .Select(r => axes[^1].Where((_, i) => i % stride == r).ToArray())
                .Where(s => s.Length > 0)
                .Select(s =>
                    s.Length == 1
                        ? new Sequence(s[0].From, 1, s[0].To, 1, 1)
                        : new(s[0].From, s[1].From - s[0].From, s[0].To, s[1].To - s[0].To, s.Length)),
        ];
        isRun = sequences is [{ FromStep: 1, ToStep: 1 }];
        isPair =
            Avx512F.IsSupported
            && sequences is [{ FromStep: 2, ToStep: 1 } a, var b]
            && b.From == a.From + 1
            && (b.Count == 1 || b is { FromStep: 2, ToStep: 1 });
    }

    public void Copy<T>(T* from, T* to) where T : unmanaged
    {
        if (isRun)
            Run(from + sequences[0].From, to + sequences[0].To, sequences[0].Count, back: false);
        else if (isPair)
            Unzip(from + sequences[0].From, to + sequences[0].To, to + sequences[1].To, sequences[0].Count + sequences[1].Count);
        else
            foreach (var (source, target) in rows)
                foreach (var s in sequences)
                    for (int i = 0, x = source + s.From, y = target + s.To; i < s.Count; i++, x += s.FromStep, y += s.ToStep)
                        to[y] = from[x];
    }

    /// <summary>The first and the last offset in memory and on the copy; the last before the first where there is no element.</summary>
    public ((long First, long Last) From, (long First, long Last) To) Ends
    {
        get
        {
            if (rows.Length == 0 || sequences.Length == 0) return ((0, -1), (0, -1));
            (long First, long Last) Sum(Func<(int From, int To), int> row, Func<Sequence, int> start, Func<Sequence, int> step) =>
                (
                    rows.Min(row) + sequences.Min(s => (long)start(s)),
                    rows.Max(row) + sequences.Max(s => start(s) + (s.Count - 1L) * step(s)));
            return (Sum(r => r.From, s => s.From, s => s.FromStep), Sum(r => r.To, s => s.To, s => s.ToStep));
        }
    }

    /// <summary>Adds the elements of the copy to those in memory.</summary>
    public void Add<T>(T* to, T* from) where T : unmanaged, INumber<T>
    {
        foreach (var (target, source) in rows)
            foreach (var s in sequences)
                for (int i = 0, x = source + s.To, y = target + s.From; i < s.Count; i++, x += s.ToStep, y += s.FromStep) to[y] += from[x];
    }

    /// <summary>Copies the elements back.</summary>
    public void Return<T>(T* to, T* from) where T : unmanaged
    {
        if (isRun)
            Run(from + sequences[0].To, to + sequences[0].From, sequences[0].Count, back: true);
        else if (isPair)
            Zip(from + sequences[0].To, from + sequences[1].To, to + sequences[0].From, sequences[0].Count + sequences[1].Count);
        else
            foreach (var (target, source) in rows)
                foreach (var s in sequences)
                    for (int i = 0, x = source + s.To, y = target + s.From; i < s.Count; i++, x += s.ToStep, y += s.FromStep)
                        to[y] = from[x];
    }

    /// <summary>Sets the elements of the copy.</summary>
    public void Fill<T>(T* to, T value) where T : unmanaged
    {
        foreach (var (_, target) in rows)
            foreach (var s in sequences)
                if (s.ToStep == 1) new Span<T>(to + target + s.To, s.Count).Fill(value);
                else
                    for (int i = 0, y = target + s.To; i < s.Count; i++, y += s.ToStep) to[y] = value;
    }

    void Run<T>(T* from, T* to, int count, bool back) where T : unmanaged
    {
        for (; count > 0; count -= Vector512<T>.Count, from += Vector512<T>.Count, to += Vector512<T>.Count)
        {
            var lanes = MaskedVector.Lanes<T>(count);
            foreach (var (x, y) in rows) MaskedVector.Store(MaskedVector.Load(from + (back ? y : x), lanes), to + (back ? x : y), lanes);
        }
    }

    /// <summary>Elements go to even and odd in turn.</summary>
    void Unzip<T>(T* from, T* even, T* odd, int count) where T : unmanaged
    {
        for (var n = Vector512<T>.Count; count > 0; count -= 2 * n, from += 2 * n, even += n, odd += n)
        {
            Vector512<T> left = MaskedVector.Lanes<T>(count),
                right = MaskedVector.Lanes<T>(count - n),
                evens = MaskedVector.Lanes<T>((count + 1) / 2),
                odds = MaskedVector.Lanes<T>(count / 2);
            foreach (var (x, y) in rows)
            {
                var (a, b) = (MaskedVector.Load(from + x, left), MaskedVector.Load(from + x + n, right));
                MaskedVector.Store(Pick(a, b, 0, 2), even + y, evens);
                MaskedVector.Store(Pick(a, b, 1, 2), odd + y, odds);
            }
        }
    }

    /// <summary>Elements come from even and odd in turn.</summary>
    void Zip<T>(T* even, T* odd, T* to, int count) where T : unmanaged
    {
        for (var n = Vector512<T>.Count; count > 0; count -= 2 * n, to += 2 * n, even += n, odd += n)
        {
            Vector512<T> left = MaskedVector.Lanes<T>(count),
                right = MaskedVector.Lanes<T>(count - n),
                evens = MaskedVector.Lanes<T>((count + 1) / 2),
                odds = MaskedVector.Lanes<T>(count / 2);
            foreach (var (x, y) in rows)
            {
                var (a, b) = (MaskedVector.Load(even + y, evens), MaskedVector.Load(odd + y, odds));
                MaskedVector.Store(Merge(a, b, 0), to + x, left);
                MaskedVector.Store(Merge(a, b, n / 2), to + x + n, right);
            }
        }
    }

    /// <summary>Elements first, first + step, … of a followed by b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Pick<T>(Vector512<T> a, Vector512<T> b, int first, int step) where T : unmanaged => sizeof(T) == sizeof(float)
        ? Avx512F.PermuteVar16x32x2(a.AsSingle(), Vector512.CreateSequence(first, step), b.AsSingle()).As<float, T>()
        : Avx512F.PermuteVar8x64x2(a.AsDouble(), Vector512.CreateSequence((long)first, step), b.AsDouble()).As<double, T>();

    /// <summary>a[first], b[first], a[first + 1], b[first + 1], …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Merge<T>(Vector512<T> a, Vector512<T> b, int first) where T : unmanaged
    {
        if (sizeof(T) == sizeof(float))
        {
            var i = Vector512<int>.Indices;
            return Avx512F
                .PermuteVar16x32x2(
                    a.AsSingle(),
                    (i >> 1) + (i & Vector512<int>.One) * Vector512<int>.Count + Vector512.Create(first),
                    b.AsSingle())
                .As<float, T>();
        }
        var j = Vector512<long>.Indices;
        return Avx512F
            .PermuteVar8x64x2(
                a.AsDouble(),
                (j >> 1) + (j & Vector512<long>.One) * Vector512<long>.Count + Vector512.Create((long)first),
                b.AsDouble())
            .As<double, T>();
    }
}
