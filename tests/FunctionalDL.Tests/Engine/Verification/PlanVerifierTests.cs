using FunctionalDL.Engine;

namespace FunctionalDL.Tests.Engine.Verification;

/// <summary>Faults planted in plans, one at a time: each is found, and named with the step and the op.</summary>
public class PlanVerifierTests
{
    /// <summary>A step that says of itself what a test wants.</summary>
    sealed class Planted(IEnumerable<Access> reads, IEnumerable<Access> writes) : Step
    {
        public override IEnumerable<Access> Reads => reads;

        public override IEnumerable<Access> Writes => writes;

        public override long ScratchBytes => Scratch;

        public long Scratch { get; init; }

        public override string ToString() => "planted";

        public override void Run(Workspace workspace) => throw new NotSupportedException();
    }

    /// <summary>Four products in a row: each value is read by the next step alone.</summary>
    static Plan Products()
    {
        var x = Expr.Variable("x", [8, 8]);
        var plan = Compiler.Compile([MatMul(MatMul(MatMul(MatMul(x, x), x), x), x)], Sizes.None, [0]);
        Assert.Equal(4, plan.Steps.Length);
        return plan;
    }

    /// <summary>The value of a step of the products.</summary>
    static Storage Value(Plan plan, int step) => ((BlockStep)plan.Steps[step]).Kernel.Blocks.Whole;

    static void Finds(string fault, Plan plan, Func<Plan, Plan> plant)
    {
        PlanVerifier.Verify(plan);
        var planted = plant(plan);
        var message = Assert.Throws<PlanException>(() => PlanVerifier.Verify(planted)).Message;
        Assert.Contains(fault, message);
    }

    static Plan WithStep(Plan plan, int number, Step step) => plan with { Steps = plan.Steps.SetItem(number, step) };

    static Plan WithOffset(Plan plan, Storage storage, long offset)
    {
        long[] offsets = [.. plan.Allocation.Offsets];
        offsets[storage.Slot] = offset;
        return plan with { Allocation = plan.Allocation with { Offsets = offsets } };
    }

    /// <summary>A step in place of the second product, that reads the first.</summary>
    static void FindsRead(string fault, Func<Storage, Access> read) => Finds("step 1, planted, " + fault, Products(), plan =>
        WithStep(plan, 1, new Planted([read(Value(plan, 0))], [Value(plan, 1)])));

    [Fact]
    public void A_wrong_offset() => FindsRead("reads elements 1 to 64", s => new View(s, 1, [8, 8], [8, 1]));

    [Fact]
    public void An_offset_below_the_start() => FindsRead("reads elements -8 to 55", s => new View(s, -8, [8, 8], [8, 1]));

    [Fact]
    public void A_wrong_stride() => FindsRead("reads elements 0 to 70", s => new View(s, 0, [8, 8], [9, 1]));

    [Fact]
    public void An_extent_that_is_too_large() => FindsRead("reads elements 0 to 71", s => new View(s, 0, [9, 8], [8, 1]));

    [Fact]
    public void An_offset_that_needs_more_than_32_bits() =>
        FindsRead("reads elements 0 to 3999999998000000000", s => new View(s, 0, [2_000_000_000, 1], [2_000_000_000, 1]));

    [Fact]
    public void Elements_of_another_size() => FindsRead("reads float64", s => ((Access)s).As(DType.Float64));

    [Fact]
    public void Indices_that_nobody_checks() => FindsRead("reads one of 8 slices of slot", s => Access.By(null, s, 8));

    [Fact]
    public void Indices_that_are_checked_for_more_than_there_is() =>
        FindsRead("reads one of 8 slices of slot", s => Access.By(9, s, 8));

    [Fact]
    public void A_storage_of_another_plan() =>
        FindsRead("reads a storage that is not of the plan", _ => new Storages().New(DType.Float32, 64));

    [Fact]
    public void A_read_before_the_write() =>
        Finds("before a step writes it", Products(), plan => WithStep(WithStep(plan, 0, plan.Steps[1]), 1, plan.Steps[0]));

    [Fact]
    public void A_read_of_what_the_step_itself_writes() => Finds("before a step writes it", Products(), plan =>
        WithStep(plan, 1, new Planted([Value(plan, 1)], [Value(plan, 1)])));

    [Fact]
    public void A_variable_that_is_written() =>
        Finds("which is given", Products(), plan => WithStep(plan, 0, new Planted([], [plan.Variables["x"]])));

    [Fact]
    public void A_value_that_is_written_twice() =>
        Finds("which step 0 has written", Products(), plan => WithStep(plan, 1, new Planted([], [Value(plan, 0)])));

    [Fact]
    public void Two_values_in_one_place() =>
        Finds(
            "step 1, matmul 8×8×8, writes slot",
            Products(),
            plan => WithOffset(plan, Value(plan, 1), plan.Allocation.Offsets[Value(plan, 0).Slot] + 32));

    /// <summary>What is computed before a loop is read again in its next run.</summary>
    [Fact]
    public void A_value_of_before_the_loop_that_is_written_over()
    {
        Expr x = Expr.Variable("x", [8, 8]), w = Expr.Variable("w", [8, 8]);
        var plan = Compiler.Compile([MatMul(MatMul(MatMul(x, MatMul(w, w)), x), x)], Sizes.None, [0], new HashSet<string> { "w" });
        Assert.Equal((4, 1), (plan.Steps.Length, plan.StepsOnce));
        Finds("which is needed until step 4", plan, p => WithOffset(p, Value(p, 2), p.Allocation.Offsets[Value(p, 0).Slot]));
    }

    [Fact]
    public void A_value_freed_too_early() => Finds("which is needed until step 3", Products(), plan =>
    {
        Assert.Equal(plan.Allocation.Offsets[Value(plan, 0).Slot], plan.Allocation.Offsets[Value(plan, 2).Slot]);
        return WithStep(plan, 3, new Planted([Value(plan, 2), Value(plan, 0)], [Value(plan, 3)]));
    });

    [Fact]
    public void A_value_beyond_the_arena() =>
        Finds("of an arena of", Products(), plan => WithOffset(plan, Value(plan, 0), plan.Allocation.Bytes - 64));

    [Fact]
    public void A_value_that_is_nowhere() => Finds("has 0 places in memory", Products(), plan =>
        WithOffset(plan, Value(plan, 0), -1));

    [Fact]
    public void Scratch_memory_that_is_too_small() => Finds("bytes of scratch memory", Products(), plan =>
        WithStep(plan, 1, new Planted([Value(plan, 0)], [Value(plan, 1)]) { Scratch = plan.ScratchBytes + 1 }));

    [Theory]
    [InlineData(0, 3, 4, 4)]
    [InlineData(0, 4, 3, 5)]
    [InlineData(1, 4, 5, 3)]
    public void Parts_that_are_not_the_whole(int first, int rows, int second, int others) =>
        Finds(
            "do not make the whole",
            Products(),
            plan =>
            {
                var whole = View.Of(Value(plan, 1), [8, 8]);
                Access[] pieces = [whole.Slice(0, first, rows, 1), whole.Slice(0, second, others, 1)];
                return WithStep(plan, 1, new Planted([Value(plan, 0)], pieces));
            });

    [Theory, InlineData(0), InlineData(1)]
    public void Parts_that_are_the_whole_are_right(int axis)
    {
        var plan = Products();
        var whole = View.Of(Value(plan, 1), [8, 8]);
        Access[] pieces = [whole.Slice(axis, 7, 1, 1), whole.Slice(axis, 0, 1, 1), whole.Slice(axis, 1, 6, 1)];
        PlanVerifier.Verify(WithStep(plan, 1, new Planted([Value(plan, 0)], pieces)));
    }

    /// <summary>What joined two reductions of three rows each as if they were three rows of three.</summary>
    [Fact]
    public void A_number_a_row_taken_for_a_whole_row() =>
        Finds(
            "step 1, tile 3×3",
            Joined(),
            plan =>
            {
                var storages = new Storages();
                var sum = storages.New(DType.Float32, 3);
                var whole = View.Of(plan.Outputs[0].Storage, [6]);
                var x = View.Of(plan.Variables["a"], [3, 3]);
                Storage Half(int start) => storages.New(DType.Float32, 3, whole.Slice(0, start, 3, 1));
                TileOp Copied(int start) => new(Code.Identity, DType.Float32, [View.Of(sum, [3])], Half(start), Extent.Full);
                var group = new TileGroup([new(Code.Sum, DType.Float32, [x], sum, Extent.Row), Copied(0), Copied(3)], 9, 3);
                HashSet<Storage> stored = [whole.Storage];
                var program = new TileCompiler(group, stored, null, storages).Compile();
                return WithStep(plan, 1, new TileStep(group, stored, program));
            });

    static Plan Joined()
    {
        var a = Expr.Variable("a", [3, 3]);
        var plan = Compiler.Compile([Concat(0, Sum(a, 1), Sum(a, 1))], Sizes.None, [0]);
        Assert.Equal(2, plan.Steps.Length);
        return plan;
    }

    /// <summary>A tile step with registers, rows reduced, and a bias of one element a column.</summary>
    static void FindsInTiles(string fault, Action<TileProgram> plant)
    {
        var (x, b) = (Expr.Variable("x", [50, 40]), Expr.Variable("b", [40]));
        var plan = Compiler.Compile([Softmax(x + b) * Tanh(x)], Sizes.None, [0]);
        Finds(fault, plan, p =>
        {
            plant(Assert.IsType<TileStep>(Assert.Single(p.Steps)).Program);
            return p;
        });
    }

    static int Find(TileProgram program, Func<Operand, bool> which) => Array.FindIndex(program.Operands, o => which(o));

    [Fact]
    public void A_tile_that_starts_too_late() =>
        FindsInTiles(
            "an operand goes from element 1 to 2000",
            p => Change(p, o => o.RowStride == 40 && o.Slot >= 0, o => o with { Offset = 4 }));

    [Fact]
    public void A_tile_with_a_wrong_row_step() =>
        FindsInTiles(
            "an operand goes from element 0 to 2048",
            p => Change(p, o => o.RowStride == 40 && o.Slot >= 0, o => o with { RowStride = 41 }));

    [Fact]
    public void A_bias_that_is_read_as_if_it_had_rows() =>
        FindsInTiles(
            "an operand goes from element 0 to 1999",
            p => Change(p, o => o is { RowStride: 0, ColumnStride: 1, Slot: >= 0 }, o => o with { RowStride = 40 }));

    [Fact]
    public void An_operand_of_another_size() =>
        FindsInTiles("an operand of 8 bytes", p => Change(p, o => o.Slot >= 0, o => o with { Size = 8 }));

    [Fact]
    public void A_register_beyond_the_scratch_memory() =>
        FindsInTiles("scratch memory", p => Change(p, o => o.Slot == Operand.Scratch, o => o with { Offset = p.ScratchBytes - 64 }));

    [Fact]
    public void A_register_over_another() => FindsInTiles("the one before it ends at", p =>
    {
        var at = Find(p, o => o.Slot == Operand.Scratch);
        var other = Array.FindLastIndex(p.Operands, o => o.Slot == Operand.Scratch);
        Assert.NotEqual(at, other);
        p.Operands[other] = p.Operands[other] with { Offset = p.Operands[at].Offset + 64 };
    });

    [Fact]
    public void A_register_that_is_read_before_it_is_written() =>
        FindsInTiles("is read before it is written", p => Array.Reverse(p.Instructions));

    static void Change(TileProgram program, Func<Operand, bool> which, Func<Operand, Operand> change)
    {
        var at = Find(program, which);
        program.Operands[at] = change(program.Operands[at]);
    }
}
