using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>Elementwise operations and reductions, gathered in tile steps.</summary>
sealed partial class Lowering
{
    /// <summary>The operations computed inside tiles, element by element.</summary>
    internal static readonly IReadOnlyDictionary<Type, Code> Kernels = new Dictionary<Type, Code>
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
        [typeof(AtanOp)] = Code.Atan,
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
        [typeof(MinimumOp)] = Code.Minimum,
        [typeof(MaximumOp)] = Code.Maximum,
        [typeof(EqualOp)] = Code.Equal,
        [typeof(LessOp)] = Code.Less,
        [typeof(LessOrEqualOp)] = Code.LessOrEqual,
        [typeof(AndOp)] = Code.And,
        [typeof(OrOp)] = Code.Or,
        [typeof(SelectOp)] = Code.Select,
    };

    View Elementwise(Code code, View[] x, DType dtype, int[] shape)
    {
        var lane = (code is Code.Equal or Code.Less or Code.LessOrEqual ? x[0].Storage.DType : dtype).Lane();
        return Elementwise(code, lane == DType.Bool ? Lane(x[0].Storage) : lane, x, dtype, shape);
    }

    View Elementwise(Code code, DType lane, View[] x, DType dtype, int[] shape)
    {
        var count = View.CountOf(shape);
        var (step, extent) = StepFor(x, count, s => s.Fits(x, count), Extent.Full);
        var output = new Storage(dtype, count) { Producer = step };
        lanes[output] = lane;
        return View.Of(step.Add(code, lane, x, output, extent), shape);
    }

    View Cast(View x, DType dtype, int[] shape) => dtype == DType.Bool
        ? Elementwise(Code.IsTrue, x.Storage.DType.Lane(), [x], dtype, shape)
        : Elementwise(Code.Identity, dtype.IsNarrow() ? Lane(x.Storage) : dtype, [x], dtype, shape);

    /// <summary>The lanes in which truth values are computed: those of the numbers they came from.</summary>
    DType Lane(Storage storage) => storage.DType != DType.Bool ? storage.DType.Lane() : lanes.GetValueOrDefault(storage, DType.Float32);

    View Dense(View x) => x.IsWhole ? x : Elementwise(Code.Identity, Lane(x.Storage), [x], x.Storage.DType, x.Sizes);

    View Reduce(Code code, Axes axes, View x, int[] shape)
    {
        if (x.Storage.DType is var dtype && dtype.IsNarrow()) return Cast(Reduce(code, axes, InLanes(x), shape), dtype, shape);
        var rank = x.Sizes.Length;
        int[] kept = [.. Enumerable.Range(0, rank).Where(axis => !axes.Contains(axis) && x.Sizes[axis] != 1)];
        int[] reduced = [.. axes.Where(axis => x.Sizes[axis] != 1)];
        var length = View.CountOf([.. reduced.Select(axis => x.Sizes[axis])]);
        if (kept.Length > 0 && reduced.Length > 0 && reduced.Min() < kept.Min() && reduced.Max() > kept.Max())
        {
            // First along rows, where they are, then over what is left of them.
            int[] rows = [.. axes.Where(axis => axis > kept.Max())];
            int[] left = [.. Enumerable.Range(0, rank).Except(rows)];
            return Reduce(
                code,
                Axes.Create([.. axes.Except(rows)]),
                Reduce(code, Axes.Create(rows), x, [.. left.Select(axis => x.Sizes[axis])]),
                shape);
        }
        var extent = kept.Length == 0 ? Extent.All
            : reduced.Length > 0 && reduced.Max() < kept.Min() ? Extent.Column
            : Extent.Row;
        if (extent == Extent.Row && reduced.Length > 0 && kept.Max() > reduced.Min())
            x = x.Transpose([.. kept, .. Enumerable.Range(0, rank).Except(kept)]);

        var columns = extent == Extent.Column ? x.Count / length : length;
        var (step, _) = StepFor([x], x.Count, s => s.FitsReduction(x, extent, columns) ? extent : null, extent);
        var output = new Storage(x.Storage.DType, x.Count / length) { Producer = step };
        return View.Of(step.Add(code, x.Storage.DType, [x], output, extent, columns), shape);
    }

    /// <summary>
    /// The step an operation can join: that of its latest input, with the steps of the others drawn into it where they can be, or one
    /// beside it that reads the same; else a new one.
    /// </summary>
    (TileStep, Extent) StepFor(View[] x, int count, Func<TileStep, Extent?> fits, Extent alone)
    {
        var (step, extent) = Find(x, count, fits) ?? (alone == Extent.Full ? Gather(x, count, fits) : null) ?? (NewStep(count, x), alone);
        foreach (var v in x) siblings[(step.Level, count, v.Storage)] = step;
        Read(x, step);
        return (step, extent);
    }

    static TileStep NewStep(int count, View[] x)
    {
        var step = new TileStep(count) { Level = Step.LevelAfter(x) };
        Read(x, step);
        return step;
    }

    /// <summary>Notes that a step reads these, so that the steps they come from stay where they are.</summary>
    static void Read(IEnumerable<View> x, Step by)
    {
        foreach (var v in x)
            if (v.Storage.Producer is TileStep step && step != by) step.IsRead = true;
    }

    /// <summary>A new step that draws in those of the inputs, which nobody else has needed so early.</summary>
    static (TileStep, Extent)? Gather(View[] x, int count, Func<TileStep, Extent?> fits)
    {
        var step = new TileStep(count) { Level = Step.LevelAfter(x) };
        foreach (var v in x)
            if (v.IsWhole && v.Storage.Producer is TileStep earlier) step.Absorb(earlier);
        return fits(step) is { } extent ? (step, extent) : null;
    }

    (TileStep, Extent)? Find(View[] x, int count, Func<TileStep, Extent?> fits)
    {
        if (x.MaxBy(v => v.Storage.Level)!.Storage.Producer is TileStep latest)
        {
            foreach (var v in x)
                if (v.Storage.Producer is TileStep earlier && v.Count == count) latest.Absorb(earlier);
            if (fits(latest) is { } extent) return (latest, extent);
        }
        var level = Step.LevelAfter(x);
        foreach (var v in x)
            if (siblings.TryGetValue((level, count, v.Storage), out var sibling) && fits(sibling) is { } beside) return (sibling, beside);
        return null;
    }
}
