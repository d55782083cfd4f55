using FunctionalDL.Engine;

namespace FunctionalDL.Tests.Engine;

/// <summary>Each pass by itself, on instructions made by hand: what it does, and what it leaves alone.</summary>
public class PassTests
{
    readonly Storages storages = new();

    View New(params int[] sizes) => storages.New(DType.Float32, sizes);

    Pointwise Op(Code code, View output, params View[] inputs) =>
        new([new(code, DType.Float32, inputs, output.Storage, Extent.Full)], output.Count);

    /// <summary>The sums of the rows of a matrix.</summary>
    Pointwise RowSums(View output, View x) =>
        new([new(Code.Sum, DType.Float32, [x], output.Storage, Extent.Row)], x.Count, x.Sizes[1]);

    BlockKernel Product(View a, View b) => MatMulKernel.Of(storages, new(a, transposed: false), new(b, transposed: true));

    static View ValueOf(BlockKernel kernel, int rows) => View.Of(kernel.Blocks.Whole, [rows, kernel.Blocks.Columns]);

    static TileGroup[] Groups(params Instruction[] instructions) => [.. Fusion.Apply(instructions).OfType<TileGroup>()];

    [Fact]
    public void Operations_over_the_same_elements_are_one_group()
    {
        var (x, y, z) = (New(4, 50), New(4, 50), New(4, 50));
        var group = Assert.Single(Groups(Op(Code.Exp, y, x), Op(Code.Tanh, z, y)));
        Assert.Equal([y.Storage, z.Storage], group.Ops.Select(op => op.Output));
        Assert.Equal([x.Storage], group.ReadStorages);
    }

    [Fact]
    public void Operations_over_other_elements_are_another_group()
    {
        var (x, y) = (New(4, 50), New(50));
        Assert.Equal(2, Groups(Op(Code.Exp, New(4, 50), x), Op(Code.Exp, New(50), y)).Length);
    }

    [Fact]
    public void Independent_operations_on_the_same_data_are_one_group()
    {
        var x = New(4, 50);
        Assert.Single(Groups(Op(Code.Exp, New(4, 50), x), Op(Code.Tanh, New(4, 50), x)));
    }

    [Fact]
    public void A_value_read_transposed_is_known_before_the_group_begins()
    {
        var (x, y) = (New(5, 5), New(5, 5));
        Assert.Equal(2, Groups(Op(Code.Exp, y, x), Op(Code.Tanh, New(5, 5), y.Transpose([1, 0]))).Length);
    }

    [Fact]
    public void A_row_and_what_its_sum_is_subtracted_from_are_one_group()
    {
        var (x, sums, y) = (New(4, 50), New(4), New(4, 50));
        var spread = new View(sums.Storage, 0, [4, 50], [1, 0]);
        var group = Assert.Single(Groups(RowSums(sums, x), Op(Code.Subtract, y, x, spread)));
        Assert.Equal((50, Extent.Row, Extent.Full), (group.Columns, group.Extents[sums.Storage], group.Extents[y.Storage]));
    }

    /// <summary>What reads a product whose input is a value of the group cannot be in the group.</summary>
    [Fact]
    public void A_group_does_not_wait_for_what_waits_for_it()
    {
        var (x, y) = (New(8, 8), New(8, 8));
        var product = Product(y, x);
        var groups = Groups(Op(Code.Exp, y, x), product, Op(Code.Add, New(8, 8), y, ValueOf(product, 8)));
        Assert.Equal(2, groups.Length);
    }

    Scheduled Schedule(Instruction[] instructions, View output, params View[] changing) =>
        Scheduling.Apply(Fusion.Apply(instructions), [output.Storage], changing.Select(x => x.Storage).ToHashSet());

    [Fact]
    public void Instructions_come_after_those_they_read_and_unneeded_groups_do_not_come()
    {
        var (x, y, z) = (New(8, 8), New(8, 8), New(8, 8));
        var product = Product(y, x);
        var scheduled = Schedule(
            [product, Op(Code.Exp, y, x), Op(Code.Tanh, z, ValueOf(product, 8)), Op(Code.Sin, New(3), New(3))], z, x);
        Assert.Empty(scheduled.Once);
        Assert.Equal([y.Storage, product.Blocks.Whole, z.Storage], scheduled.Each.Select(i => i.WrittenStorages.First()));
    }

    [Fact]
    public void What_nothing_that_changes_leads_to_is_done_once()
    {
        var (x, w, v) = (New(8, 8), New(8, 8), New(8, 8));
        var before = Product(w, w);
        var after = Product(x, ValueOf(before, 8));
        var scheduled = Schedule([before, after, Op(Code.Exp, v, ValueOf(after, 8))], v, x);
        Assert.Equal([before], scheduled.Once);
        Assert.Equal(2, scheduled.Each.Count);
    }

    IReadOnlyList<Instruction> Joined(View output, params Instruction[] instructions)
    {
        var scheduled = Schedule(instructions, output, output);
        return [.. Epilogues.Join(new([], [.. scheduled.All]), [output.Storage]).All];
    }

    [Fact]
    public void A_bias_joins_the_product_it_is_added_to()
    {
        var (y, bias) = (New(40, 30), New(30));
        var product = Product(New(40, 20), New(20, 30));
        var joined = Assert.Single(Joined(y, product, Op(Code.Add, y, ValueOf(product, 40), bias.Broadcast([40, 30]))));
        Assert.Same(product, Assert.IsType<BlockGroup>(joined).Kernel);
    }

    [Fact]
    public void Operations_on_rows_get_blocks_of_whole_rows()
    {
        var (sums, wide) = (New(64), 200);
        var product = Product(New(64, 100), New(100, wide));
        Assert.True(product.Blocks.Width < wide);
        var joined = Assert.IsType<BlockGroup>(Assert.Single(Joined(sums, product, RowSums(sums, ValueOf(product, 64)))));
        Assert.Equal(wide, joined.Kernel.Blocks.Width);
        Assert.Same(product.Blocks.Whole, joined.Kernel.Blocks.Whole);
    }

    [Fact]
    public void A_product_read_transposed_stays_by_itself()
    {
        var y = New(30, 30);
        var product = Product(New(30, 20), New(20, 30));
        Assert.Equal(2, Joined(y, product, Op(Code.Exp, y, ValueOf(product, 30).Transpose([1, 0]))).Count);
    }

    [Fact]
    public void Groups_that_move_much_memory_stay_by_themselves()
    {
        var y = New(40, 30);
        var product = Product(New(40, 20), New(20, 30));
        View a = New(40, 30), b = New(40, 30), sum = New(40, 30), more = New(40, 30);
        var add = new[] { Op(Code.Add, sum, ValueOf(product, 40), a), Op(Code.Add, more, sum, b), Op(Code.Add, y, more, New(40, 30)) };
        Assert.Equal(2, Joined(y, [product, .. add]).Count);
    }

    /// <summary>One number for each channel, over and over for the examples of a batch.</summary>
    static View OfChannels(View numbers, int[] sizes) => new(numbers.Storage, 0, sizes, [0, 1, 0, 0]);

    /// <summary>A convolution of [2, 3, 6, 6] to [2, 5, 6, 6].</summary>
    ConvolutionKernel Convolution()
    {
        View x = New(2, 3, 6, 6), w = New(5, 3, 1, 1);
        SlidingAxis[] axes = [new(6, 6, 6, 0, 1, 0, 0, [0]), new(6, 1, 6, 0, 1, 0, 0, [0])];
        Matrix rows = new(w, 0, [(1, 0)], [(5, 3)], [(3, 1)]);
        return ConvolutionKernel.Of(storages, x, rows, new("Conv", axes, 1 << 20, 1), isPacked: false);
    }

    [Fact]
    public void A_bias_and_a_rectifier_are_done_by_the_kernel_and_the_rest_on_its_blocks()
    {
        int[] sizes = [2, 5, 6, 6];
        View bias = New(5), zero = New(1), sum = New(sizes), relu = New(sizes), y = New(sizes);
        var kernel = Convolution();
        var ops = new[]
        {
            Op(Code.Add, sum, View.Of(kernel.Blocks.Whole, sizes), OfChannels(bias, sizes)),
            Op(Code.Maximum, relu, sum, new(zero.Storage, 0, sizes, [0, 0, 0, 0])),
            Op(Code.Tanh, y, relu),
        };
        var joined = Assert.IsType<BlockGroup>(Assert.Single(Joined(y, [kernel, .. ops])));
        Assert.EndsWith(", Add, Maximum", joined.Kernel.ToString());
        Assert.Equal(relu.Storage, joined.Kernel.Blocks.Whole);
        Assert.Equal([Code.Tanh], joined.Epilogue!.Ops.Select(op => op.Code));
    }

    [Fact]
    public void What_something_else_reads_is_not_done_on_the_way()
    {
        int[] sizes = [2, 5, 6, 6];
        View bias = New(5), sum = New(sizes), y = New(sizes);
        var kernel = Convolution();
        var ops = new[]
        {
            Op(Code.Add, sum, View.Of(kernel.Blocks.Whole, sizes), OfChannels(bias, sizes)),
            Op(Code.Multiply, y, sum, View.Of(kernel.Blocks.Whole, sizes)),
        };
        var joined = Assert.IsType<BlockGroup>(Assert.Single(Joined(y, [kernel, .. ops])));
        Assert.Same(kernel, joined.Kernel);
    }

    /// <summary>The number itself is computed by the group.</summary>
    [Fact]
    public void A_kernel_does_not_wait_for_what_comes_out_of_its_epilogue()
    {
        int[] sizes = [1, 1, 1, 1];
        View x = New(sizes), w = New(sizes), bias = New(sizes), exp = New(sizes), y = New(sizes);
        SlidingAxis[] axes = [new(1, 1, 1, 0, 1, 0, 0, [0]), new(1, 1, 1, 0, 1, 0, 0, [0])];
        Matrix rows = new(w, 0, [(1, 0)], [(1, 1)], [(1, 1)]);
        var kernel = ConvolutionKernel.Of(storages, x, rows, new("Conv", axes, 1 << 20, 1), isPacked: false);
        var ops = new[] { Op(Code.Exp, exp, bias), Op(Code.Add, y, View.Of(kernel.Blocks.Whole, sizes), exp) };
        var joined = Assert.IsType<BlockGroup>(Assert.Single(Joined(y, [kernel, .. ops])));
        Assert.Same(kernel, joined.Kernel);
    }

    [Fact]
    public void Only_what_is_read_elsewhere_is_in_memory()
    {
        var (x, y, z) = (New(4, 50), New(4, 50), New(4, 50));
        var scheduled = Schedule([Op(Code.Exp, y, x), Op(Code.Tanh, z, y)], z, x);
        var (_, steps) = Emission.Apply(scheduled, [z.Storage], storages);
        Assert.Equal([z.Storage], Assert.Single(steps).WrittenStorages);
    }

    [Fact]
    public void Values_that_do_not_live_together_share_a_place()
    {
        var (x, y, z, v) = (New(8, 8), New(8, 8), New(8, 8), New(8, 8));
        Step Copy(View from, View to) => new AssembleStep([from], [to], to.Storage);
        var all = Allocation.Of([Copy(x, y), Copy(y, z), Copy(z, v)], 0, [], new HashSet<Storage> { x.Storage }, storages.All().Length);
        Assert.Equal(all.Offsets[y.Storage.Slot], all.Offsets[v.Storage.Slot]);
        Assert.NotEqual(all.Offsets[y.Storage.Slot], all.Offsets[z.Storage.Slot]);
        Assert.Equal((0, 1), all.Lifetimes[y.Storage.Slot]);
        Assert.Equal(2 * 8 * 8 * 4, all.Bytes);
    }
}
