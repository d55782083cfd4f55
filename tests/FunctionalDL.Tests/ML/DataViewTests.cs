using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace FunctionalDL.Tests.ML;

public class DataViewTests
{
    static void Fails(string part, Action action) => Assert.Contains(part, Assert.Throws<DataException>(action).Message);

    static readonly DataFrame People = new(
        new Int32DataFrameColumn("age", [20, null, 40]),
        new StringDataFrameColumn("colour", ["red", null, "blue"]),
        new SingleDataFrameColumn("height", [1.5f, null, 1.7f]),
        new BooleanDataFrameColumn("member", [true, null, false]),
        new DecimalDataFrameColumn("paid", [1.10m, 0m, 2m]),
        new CharDataFrameColumn("grade", ['a', 'b', 'c']));

    [Fact]
    public void A_frame_becomes_a_table_with_its_missing_values()
    {
        var table = People.ReadTable();
        Assert.Equal("age colour height member paid grade", string.Join(" ", table.Columns));
        Assert.Equal(["20", "", "40"], table.Text("age"));
        Assert.Equal(["red", "", "blue"], table.Text("colour"));
        Assert.Equal(["1.5", "", "1.7"], table.Text("height"));
        Assert.Equal(["True", "", "False"], table.Text("member"));
        Assert.Equal([1.1f, 0, 2], table.Numbers("paid").ToArray<float>());
        Assert.Equal(["a", "b", "c"], table.Text("grade"));
        Assert.Contains("age is missing", TableEncoder.Fit(table, ["age", "colour"]).Features);
    }

    [Fact]
    public void Any_numbers_come_back_exactly()
    {
        var view = new MemoryView(
            ("single", NumberDataViewType.Single, new[] { 0.1f, float.MinValue, float.NaN }),
            ("double", NumberDataViewType.Double, new[] { 0.1, 1e-40, double.NaN }),
            ("byte", NumberDataViewType.Byte, new byte[] { 0, 1, 255 }),
            ("sbyte", NumberDataViewType.SByte, new sbyte[] { -128, 0, 127 }),
            ("int16", NumberDataViewType.Int16, new short[] { -1, 0, 1 }),
            ("uint16", NumberDataViewType.UInt16, new ushort[] { 1, 2, 65535 }),
            ("int32", NumberDataViewType.Int32, new[] { int.MinValue, 0, 1 }),
            ("uint32", NumberDataViewType.UInt32, new uint[] { 0, 1, uint.MaxValue }),
            ("int64", NumberDataViewType.Int64, new long[] { long.MinValue, 0, 1 }),
            ("uint64", NumberDataViewType.UInt64, new ulong[] { 0, 1, ulong.MaxValue }),
            ("truth", BooleanDataViewType.Instance, new[] { true, false, true }),
            ("text", TextDataViewType.Instance, new[] { "x".AsMemory(), default, "y".AsMemory() }));
        var table = view.ReadTable();
        Assert.Equal(["0.1", float.MinValue.ToString("R", null), ""], table.Text("single"));
        Assert.Equal(["0.1", "1E-40", ""], table.Text("double"));
        Assert.Equal(["0", "1", "18446744073709551615"], table.Text("uint64"));
        Assert.Equal(["-9223372036854775808", "0", "1"], table.Text("int64"));
        Assert.Equal(["x", "", "y"], table.Text("text"));
        Assert.Equal([-128f, 0, 127], table.Numbers("sbyte").ToArray<float>());

        var data = view.ReadDataset("truth", "byte", "sbyte", "int16", "uint16", "int32");
        Assert.Equal([0, -128, -1, 1, int.MinValue, 1, 0, 0, 2, 0, 255, 127, 1, 65535, 1], data.Inputs.ToArray<float>());
        Fails("row 2, column \"uint32\": 4294967295 is a number that float32 does not keep", () => view.ReadDataset("truth", "uint32"));
        Assert.Equal([1, 0, 1], data.Targets.ToArray<long>());
    }

    [Fact]
    public void Columns_and_vectors_stand_side_by_side_and_keys_count_from_0()
    {
        var view = new MemoryView(
            (
                "Features",
                new VectorDataViewType(NumberDataViewType.Single, 2),
                new[] { new VBuffer<float>(2, [1, 2]), new VBuffer<float>(2, 1, [4], [1]) }),
            ("More", new VectorDataViewType(NumberDataViewType.Double), new[] { new VBuffer<double>(1, [5]), new VBuffer<double>(1, [6]) }),
            ("Price", NumberDataViewType.Single, new[] { 7f, 8 }),
            ("Label", new KeyDataViewType(typeof(uint), 3), new uint[] { 3, 1 }));
        var data = view.ReadDataset("Label");
        Assert.Equal([1f, 2, 5, 7, 0, 4, 6, 8], data.Inputs.ToArray<float>());
        Assert.Equal([2, 0], data.Targets.ToArray<long>());
        var numbers = view.ReadDataset("Price", "Features");
        Assert.Equal(Shape.Of(2, 2), numbers.Inputs.Shape);
        Assert.Equal([7f, 8], numbers.Targets.ToArray<float>());
        Assert.Equal(Shape.Of(2, 1), numbers.Targets.Shape);
        Assert.Equal(Shape.Of(2, 2), view.ReadDataset("Features", "Price").Targets.Shape);
    }

    /// <summary>A column that a later one of its name hides is none.</summary>
    [Fact]
    public void Inputs_are_in_the_order_asked_for_and_hidden_columns_are_left_out()
    {
        var view = new MemoryView(
            ("a", NumberDataViewType.Single, new[] { 1f, 2 }), ("b", NumberDataViewType.Single, new[] { 3f, 4 }),
            ("c", NumberDataViewType.Single, new[] { 5f, 6 }), ("a", NumberDataViewType.Single, new[] { 7f, 8 }));
        Assert.Equal([5f, 3, 6, 4], view.ReadDataset("a", "c", "b").Inputs.ToArray<float>());
        Assert.Equal([3f, 7, 4, 8], view.ReadDataset("c").Inputs.ToArray<float>());
        Assert.Equal("b c a", string.Join(" ", view.ReadTable().Columns));
        Assert.Equal([7f, 8], view.ReadTable().Numbers("a").ToArray<float>());
    }

    [Fact]
    public void A_model_learns_from_a_frame()
    {
        var frame = new DataFrame(
            new SingleDataFrameColumn("x", Enumerable.Range(0, 40).Select(i => i / 40f)),
            new SingleDataFrameColumn("y", Enumerable.Range(0, 40).Select(i => i / 20f + 1)));
        var run = Model.Input(1).Dense(1).Fit(frame.ReadDataset("y"), Loss.MeanSquaredError, Optimizer.Adam(0.1), 100, 10, seed: 1);
        Assert.InRange(run.History[^1].Loss, 0, 1e-3);
    }

    [Fact]
    public void What_cannot_be_learned_from_is_refused_by_column_and_row()
    {
        Fails("there is no column \"weight\". There are: age, colour", () => People.ReadDataset("weight"));
        Fails("row 1, column \"age\": a value is missing", () => People.ReadDataset("paid", "age"));
        Fails("row 1, column \"member\": a value is missing", () => People.ReadDataset("member", "paid"));
        Fails("column \"colour\" holds String, not numbers", () => People.ReadDataset("paid"));
        Fails("no column beside \"x\"", () => new DataFrame(new SingleDataFrameColumn("x", [1f])).ReadDataset("x"));
        Fails("no rows", () => new DataFrame(new SingleDataFrameColumn("x", 0), new SingleDataFrameColumn("y", 0)).ReadDataset("x"));
        Fails("no rows", () => new DataFrame(new SingleDataFrameColumn("x", 0)).ReadTable());
        Fails("column \"when\" holds DateTime", () => new DataFrame(new DateTimeDataFrameColumn("when", [default(DateTime)])).ReadTable());
        Fails(
            "holds 1 numbers in row 1 and 2 in row 0",
            () =>
                new MemoryView(
                    (
                        "v",
                        new VectorDataViewType(NumberDataViewType.Single),
                        new[] { new VBuffer<float>(2, [1, 2]), new VBuffer<float>(1, [1]) }),
                    ("y", NumberDataViewType.Single, new[] { 1f, 2 })
                ).ReadDataset("y"));
        Fails(
            "row 0, column \"key\": a value is missing",
            () =>
                new MemoryView(
                    ("x", NumberDataViewType.Single, new[] { 1f }),
                    ("key", new KeyDataViewType(typeof(uint), 3), new[] { 0u })
                ).ReadDataset("key"));
    }
}
