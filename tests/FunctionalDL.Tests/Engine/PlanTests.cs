using FsCheck;
using FsCheck.Xunit;
using FunctionalDL.Engine;

namespace FunctionalDL.Tests.Engine;

public class PlanTests
{
    /// <summary>Memory in use together never overlaps, and all of it is free in the end.</summary>
    [Property]
    public void Memory_in_use_does_not_overlap(NonNegativeInt[] sizes, DoNotSize<int> any)
    {
        var seed = any.Item;
        var (plan, random) = (new Arena(), new Random(seed));
        var used = new List<(long Start, long Bytes)>();
        foreach (var size in sizes)
        {
            long bytes = size.Get * 17L;
            var start = plan.Take(bytes);
            Assert.True(start >= 0 && start + bytes <= plan.Bytes && start % 64 == 0);
            Assert.DoesNotContain(used, u => start < u.Start + Math.Max(1, u.Bytes) && u.Start < start + Math.Max(1, bytes));
            used.Add((start, bytes));
            while (used.Count > 0 && random.Next(2) == 0)
            {
                var at = random.Next(used.Count);
                plan.Give(used[at].Start, used[at].Bytes);
                used.RemoveAt(at);
            }
        }
        foreach (var (start, bytes) in used) plan.Give(start, bytes);
        var all = plan.Bytes;
        if (all > 0) Assert.Equal(0, plan.Take(all));
        Assert.Equal(all, plan.Bytes);
    }

    [Fact]
    public void Storages_that_do_not_live_together_share_memory()
    {
        var x = Expr.Variable("x", [64, 64]);
        Expr Chain(int products) => Enumerable.Range(0, products).Aggregate(x, (y, _) => MatMul(y, y));
        long Arena(int products) => Compiler.Compile([Chain(products)], Sizes.None, []).Allocation.Bytes;
        Assert.Equal(Arena(10), Arena(100));
    }

    /// <summary>
    /// A bias, an activation, a residual and a plain update go over the product's blocks, and only the last results are written.
    /// </summary>
    [Fact]
    public void A_product_and_what_follows_it_are_one_step()
    {
        var (x, w, b, r) = (
            Expr.Variable("x", [100, 70]),
            Expr.Variable("w", [70, 300]),
            Expr.Variable("b", [300]),
            Expr.Variable("r", [100, 300]));
        foreach (var y in new[] { Relu(MatMul(x, w) + b), Gelu(MatMul(x, w) + b), r + MatMul(x, w), r - 0.1 * MatMul(x, w) })
        {
            var plan = Compiler.Compile([y], Sizes.None, [0]);
            var step = Assert.IsType<BlockStep>(Assert.Single(plan.Steps));
            Assert.DoesNotContain(step.Kernel.Blocks.Whole, step.WrittenStorages);
        }
    }

    /// <summary>Weights that are constant are packed once for plans of all sizes, and the order they came in is not kept.</summary>
    [Fact]
    public void Constants_are_packed_once()
    {
        var w = Expr.Constant(Key.Of(1).Uniform([70, 50]));
        var (x, y) = (Expr.Variable("x", ["n", 70]), Expr.Variable("y", ["n", 50]));
        PinnedBuffer Only(Expr output, int n) => Assert.Single(Compiler.Compile([output], Sizes.None.With("n", n), [0]).Constants).Value;
        Assert.Same(Only(MatMul(x, w), 20), Only(MatMul(x, w), 30));
        Assert.NotSame(Only(MatMul(x, w), 20), Only(MatMul(y, Transpose(w)), 20));
    }

    /// <summary>A window reshaped without a copy has the elements of a copy reshaped.</summary>
    [Property]
    public void A_window_keeps_its_elements(DoNotSize<int> any)
    {
        var seed = any.Item;
        var random = new Random(seed);
        int[] sizes = [random.Next(1, 4), random.Next(1, 5), random.Next(1, 4)];
        var view = new Storages().New(DType.Float32, sizes);
        if (random.Next(2) == 0) view = view.Transpose([1, 0, 2]);
        if (random.Next(2) == 0) view = view.Slice(1, 0, (view.Sizes[1] + 1) / 2, random.Next(1, 3));
        if (random.Next(2) == 0) view = view.Broadcast([2, .. view.Sizes]);

        int[] shape = random.Next(3) switch
        {
            0 => [view.Count],
            1 => [1, .. view.Sizes, 1],
            _ => [view.Sizes[0] * view.Sizes[1], .. view.Sizes[2..]],
        };
        if (view.Reshape(shape) is { } reshaped)
            Assert.Equal(Offsets(view), Offsets(reshaped));
        if (view.AsMatrix(view.Sizes[^1]) is var (row, column))
            Assert.Equal(
                Offsets(view),
                from r in Enumerable.Range(0, view.Count / view.Sizes[^1])
                from c in Enumerable.Range(0, view.Sizes[^1])
                select view.Offset + r * row + c * column);
    }

    static IEnumerable<int> Offsets(View view) =>
        Enumerable
            .Range(0, view.Count)
            .Select(i =>
            {
                var offset = view.Offset;
                for (var axis = view.Sizes.Length - 1; axis >= 0; i /= view.Sizes[axis], axis--)
                    offset += i % view.Sizes[axis] * view.Strides[axis];
                return offset;
            });
}
