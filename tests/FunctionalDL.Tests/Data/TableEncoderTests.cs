namespace FunctionalDL.Tests.Data;

public class TableEncoderTests
{
    static Table Csv(string text, CsvOptions? options = null) => CsvFile.Read(new StringReader(text), "table.csv", options);

    static readonly Table People = Csv("age,colour,height\n20,red,1.5\n,blue,1.5\n40,,1.5\n30,red,1.5\n");

    static readonly TableEncoder Encoder = TableEncoder.Fit(People, People.Columns);

    static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);

    [Fact]
    public void Numbers_are_normalized_categories_told_apart_and_missing_values_marked()
    {
        Assert.Equal("age; age is missing; colour = blue; colour = red; colour is missing; height", string.Join("; ", Encoder.Features));
        var d = (float)Math.Sqrt(1.5);
        Assert.Equal(
        [
            -d, 0, 0, 1, 0, 0,
            0, 1, 1, 0, 0, 0,
            d, 0, 0, 0, 1, 0,
            0, 0, 0, 1, 0, 0,
        ], Encoder.Encode(People).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void What_was_fitted_on_one_table_is_applied_to_another()
    {
        var other = Csv("height,age,colour\n1.5,50,green\n,30,\n");
        Assert.Equal([50, -1, 1.5, 30, 2, double.NaN], Encoder.Raw(other).ToArray<double>());
        Assert.Equal(
            [(float)Math.Sqrt(6), 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
            Encoder.Encode(other).ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Texts_that_look_like_numbers_may_be_categories()
    {
        var table = Csv("code,x\n1,5\n10,6\n1,7\n");
        Assert.Equal("code = 1; code = 10; x", string.Join("; ", TableEncoder.Fit(table, table.Columns, categorical: ["code"]).Features));
        Assert.Equal("code; x", string.Join("; ", TableEncoder.Fit(table, table.Columns).Features));
    }

    [Fact]
    public void Categories_are_in_the_order_of_their_character_codes() =>
        Assert.Equal("x = B; x = a; x = b", string.Join("; ", TableEncoder.Fit(Csv("x\nb\nB\na\n"), ["x"]).Features));

    [Fact]
    public void An_embedded_column_may_stand_behind_those_of_several_features()
    {
        var table = Csv("colour,size,word\nred,1,on\nblue,,off\ngreen,3,up\n");
        var encoder = TableEncoder.Fit(table, table.Columns, embedded: ["word"]);
        var model = Model.Input(encoder.Features.Length).Then(encoder.Embed(2, Initializer.Normal(1))).Initialize(1);
        var x = encoder.Encode(table).As<float>();
        var (y, weight) = (model.Predict(x).As<float>(), model.Parameters["embed1.word.weight"].As<float>());
        Assert.Equal(Shape.Of(3, 3 + 2 + 2), y.Shape);
        int[] places = [1, 0, 2];
        for (var row = 0; row < 3; row++)
        {
            for (var i = 0; i < 5; i++) Assert.Equal(x[row, i], y[row, i]);
            Assert.Equal((weight[places[row], 0], weight[places[row], 1]), (y[row, 5], y[row, 6]));
        }
    }

    [Fact]
    public void A_number_far_from_all_others_does_not_drown_them()
    {
        var table = Csv("x\n" + string.Join("\n", Enumerable.Range(0, 100)) + "\n1e15");
        var column = Assert.IsType<NumberColumn>(Assert.Single(TableEncoder.Fit(table, table.Columns).Columns));
        // The quartiles are 25 and 75.
        Assert.Equal((-125, 225), (column.Low, column.High));
        var x = new TableEncoder([column]).Encode(Csv("x\n-1e9\n25\n75\n225\n1e30")).ToArray<float>();
        Assert.Equal(50 / column.Scale.Deviation[0], x[2] - x[1], 1e-5);
        Assert.Equal(150 / column.Scale.Deviation[0], x[3] - x[2], 1e-5);
        Assert.Equal(x[3], x[4]);
        Assert.InRange(x[0], -6, -4);
    }

    [Fact]
    public void A_column_that_is_mostly_one_number_is_bounded_by_the_values_seen()
    {
        var table = Csv("x\n" + string.Join("\n", Enumerable.Range(0, 20).Select(i => i == 7 ? 3 : 0)));
        var column = Assert.IsType<NumberColumn>(Assert.Single(TableEncoder.Fit(table, table.Columns).Columns));
        Assert.Equal((0, 3), (column.Low, column.High));
    }

    [Fact]
    public void An_exported_model_takes_raw_inputs()
    {
        var model = Model.Input(Encoder.Features.Length).Dense(3).Tanh().Initialize(1);
        var whole = Encoder.Before(model);
        var raw = Encoder.Raw(People);
        var expected = model.Predict(Encoder.Encode(People)).ToArray<float>();
        Assert.Equal(expected, whole.Predict(raw).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);

        var path = Path.GetTempFileName();
        try
        {
            var options = new OnnxOptions { Metadata = new Dictionary<string, string> { ["columns"] = Encoder.Describe() } };
            whole.ExportOnnx(path, options, new() { Proof = false });
            using var session = OnnxSession.Load(path);
            Assert.Equal(expected, session.Run(TensorSet.Of(("input", raw)))["output"].ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Equal("""[{"name":"age"},{"name":"colour","categories":["blue","red",""]},{"name":"height"}]""", Encoder.Describe());
    }

    [Fact]
    public void A_normalizer_too_goes_in_front_of_a_model()
    {
        var data = new Dataset(Key.Of(1).Uniform([20, 3]), Range(20).Evaluate());
        var normalizer = Normalizer.Fit(data.Inputs);
        var model = Model.Input(3).Dense(2).Initialize(1);
        Assert.Equal(
            model.Predict(normalizer.Apply(data).Inputs).ToArray<float>(),
            normalizer.Before(model).Predict(data.Inputs).ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_constant_column_is_not_blown_up()
    {
        var normalizer = Normalizer.Fit(Tensor.Of(Shape.Of(7, 2), Enumerable.Range(0, 14).Select(i => i % 2 == 0 ? 0.1f : i).ToArray()));
        Assert.Equal(1, normalizer.Deviation[0]);
        Assert.Equal(0.1f, normalizer.Mean[0]);
    }

    [Fact]
    public void Bad_tables_are_refused_by_column()
    {
        Fails("no column \"weight\"", () => TableEncoder.Fit(People, ["weight"]));
        Fails("no column \"weight\"", () => TableEncoder.Fit(People, ["age"], categorical: ["weight"]));
        Fails("no columns are chosen", () => TableEncoder.Fit(People, []));
        Fails("column \"a\" has no values", () => TableEncoder.Fit(Csv("a,b\n,1\n,2\n"), ["a"]));
        Fails(
            "line 4, column \"a\": \"x\" is not a number, and most of the column are, such as \"1\"",
            () => TableEncoder.Fit(Csv("a,b\n1,1\n2,2\nx,3\n"), ["a"]));
        Fails(
            "column \"a\" has 1001 different texts",
            () => TableEncoder.Fit(Csv("a\n" + string.Join("\n", Enumerable.Range(0, 1001).Select(i => $"r{i}"))), ["a"]));
        Fails("line 2, column \"age\": \"old\" is not a finite number", () => Encoder.Encode(Csv("age,colour,height\nold,red,1\n")));
        Fails("no column \"height\"", () => Encoder.Encode(Csv("age,colour\n1,red\n")));
        Fails("takes [rows, 3], given [batch, 2]", () => Model.Input(2).Then(Layer.Of("encode", Encoder.Apply)));
        Fails("\"dense1.weight\"", () => Encoder.Before(Model.Input(5).Dense(1).Initialize(1)));
    }

    [RealDataFact("tabular")]
    public void Real_tables_are_learned()
    {
        var iris = CsvFile.Read(Path.Combine(TestData.Folder("tabular")!, "iris.csv")).Shuffle(Key.Of(1));
        var classes = iris.Categories("species");
        var (train, test) = iris.Split(0.8);
        var encoder = TableEncoder.Fit(train, iris.Columns.Remove("species"));
        Dataset Data(Table part) => new(encoder.Encode(part), part.Labels("species", classes));
        var run = Model
            .Input(encoder.Features.Length)
            .Dense(16)
            .Tanh()
            .Dense(classes.Length)
            .Fit(Data(train), Loss.SoftmaxCrossEntropy, Optimizer.Adam(0.01), 60, 16, seed: 1);
        Assert.InRange(run.Model.Evaluate(Data(test), Loss.SoftmaxCrossEntropy, Metric.Accuracy).Metrics["accuracy"], 0.9, 1);
    }
}
