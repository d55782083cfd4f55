using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class StreamedEncoderTests
{
    static Table Csv(string text) => CsvFile.Read(new StringReader(text), "table.csv", new() { HasHeader = true });

    static string Text(double number) => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>However a table is cut into parts, what is fitted to it is the same.</summary>
    [Property(MaxTest = 40)]
    public void An_encoder_fitted_to_parts_is_that_of_the_table(int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable
            .Range(0, random.Next(2, 200))
            .Select(i =>
                new[]
                {
                    i > 0 && random.Next(9) == 0 ? "" : Text(1e6 * random.NextDouble() - 3e5),
                    $"c{random.Next(5)}",
                    i > 0 && random.Next(3) == 0 ? "" : $"w{random.Next(30)}",
                })
            .ToArray();
        string[] columns = ["x", "colour", "word"];
        var whole = TableEncoder.Fit(Table.Of(columns, rows), columns, embedded: ["word"]);
        var parts = TableEncoder.Fit(rows.Chunk(random.Next(1, 50)).Select(part => Table.Of(columns, part)), columns, embedded: ["word"]);
        Assert.Equal(whole.Features.AsEnumerable(), parts.Features);
        Assert.Equal(((CategoryColumn)whole.Columns[2]).Categories.AsEnumerable(), ((CategoryColumn)parts.Columns[2]).Categories);
        var (a, b) = ((NumberColumn)whole.Columns[0], (NumberColumn)parts.Columns[0]);
        Assert.Equal((a.Low, a.High, a.MarksMissing), (b.Low, b.High, b.MarksMissing));
        Assert.Equal(a.Scale.Mean[0], b.Scale.Mean[0], 1e-9 * 1e6);
        Assert.Equal(a.Scale.Deviation[0], b.Scale.Deviation[0], 1e-9 * 1e6);
    }

    /// <summary>Beyond as many different numbers as have a bin each, the moments stay exact and the quartiles are off by a few of all
    /// ranks.</summary>
    [Theory, InlineData(1), InlineData(2)]
    public void Many_numbers_are_summed_up_in_a_fixed_amount_of_memory(int seed)
    {
        const int n = 200_000;
        double[] x =
        [
            .. Key.Of(seed)
                .Uniform([n], DType.Float64)
                .ToArray<double>()
                .Select((u, i) => i % 1000 == 0 ? 1e6 * u : Math.Sqrt(-Math.Log(1 - u)) + 1e3),
        ];
        if (seed == 2)
            Array.Sort(x);
        var summary = new NumberSummary();
        foreach (var value in x) summary.Add(value);
        var (low, high, moments) = summary.WithinFences();

        double[] sorted = [.. x.Order()];
        var (lower, upper) = (sorted[(n - 1) / 4], sorted[3 * (n - 1) / 4]);
        Assert.Equal(lower - 3 * (upper - lower), low, 0.02);
        Assert.Equal(upper + 3 * (upper - lower), high, 0.02);
        double[] within = [.. x.Select(value => Math.Clamp(value, low, high))];
        Assert.Equal(n, moments.Count);
        var mean = within.Average();
        Assert.Equal(mean, moments.Mean, 1e-9);
        Assert.Equal(Math.Sqrt(within.Average(v => (v - mean) * (v - mean))), moments.Deviation, 1e-9);
    }

    [Property]
    public bool Moments_of_parts_are_those_of_all(byte[] x, byte[] y)
    {
        static Moments Of(byte[] values) => values.Aggregate(default(Moments), (sum, value) => sum + new Moments(1, value + 1e6, 0));
        var (apart, together) = (Of(x) + Of(y), Of([.. x, .. y]));
        byte[] all = [.. x, .. y];
        return apart.Count == all.Length
            && (
                all.Length == 0
                || Math.Abs(apart.Mean - 1e6 - all.Average(v => v)) < 1e-8
                    && Math.Abs(apart.Squares - all.Sum(v => (v - all.Average(w => w)) * (v - all.Average(w => w)))) < 1e-4
                    && Math.Abs(apart.Mean - together.Mean) < 1e-8);
    }

    [Fact]
    public void A_normalizer_is_fitted_to_parts_and_constant_columns_stay_so()
    {
        var x = Key.Of(1).Uniform([90, 2], DType.Float64).As<double>().Map(u => u + 1e9);
        var whole = Normalizer.Fit(x);
        var parts = Normalizer.Fit(Enumerable.Range(0, 3).Select(i => Slice(Expr.Constant(x), 0, 30 * i, 30 * i + 30).Evaluate()));
        Assert.Equal(whole.Mean.ToArray<double>(), parts.Mean.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(whole.Deviation.ToArray<double>(), parts.Deviation.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(0.2887, whole.Deviation[1], 0.03);
        // The sum of ten 0.1 is not 1 in float64.
        var constant = Normalizer.Fit(Tensor.Full(DType.Float64, [10, 1], 0.1));
        Assert.Equal((0.1, 1), (constant.Mean[0], constant.Deviation[0]));
        Assert.Throws<ShapeException>(() => Normalizer.Fit([Tensor.Zeros(DType.Float32, [2, 3]), Tensor.Zeros(DType.Float32, [2, 4])]));
        Assert.Contains("no inputs", Assert.Throws<FunctionalException>(() => Normalizer.Fit([])).Message);
    }

    [Fact]
    public void Times_in_seconds_keep_their_digits_in_front_of_a_float32_model()
    {
        var table = Csv("t\n1750000000\n1750000020\n1750000050\n");
        var encoder = TableEncoder.Fit(table, ["t"]);
        var features = encoder.Encode(table).ToArray<float>();
        double[] seconds = [-70 / 3.0, -10 / 3.0, 80 / 3.0];
        var deviation = Math.Sqrt(seconds.Average(s => s * s));
        Assert.Equal(seconds.Select(s => (float)(s / deviation)), features, (a, b) => Math.Abs(a - b) < 1e-5);

        var model = Model.Input(1).Dense(2).Initialize(1);
        var whole = encoder.Before(model);
        Assert.Equal((DType.Float64, DType.Float32), (whole.InputVariable.DType, whole.Parameters["dense1.weight"].DType));
        Assert.Equal(model.Predict(encoder.Encode(table)).ToArray<float>(), whole.Predict(encoder.Raw(table)).ToArray<float>());
        Assert.Equal(DType.Float64, encoder.Before(Model.Input(DType.Float64, 1).Dense(2).Initialize(1)).Predict(encoder.Raw(table)).DType);
    }

    /// <summary>Encoding goes some rows at a time through the engine; all of them, and the last few, are what the evaluator makes of
    /// them.</summary>
    [Fact]
    public void What_is_encoded_in_batches_is_what_the_expression_says()
    {
        var table = Table.Of(
            ["word", "x"],
            Enumerable.Range(0, 700).Select(i => new[] { $"w{i * 7919 % 900}", i % 5 == 0 ? "" : Text(i * i % 83 - 1e4) }));
        var encoder = TableEncoder.Fit(table, table.Columns);
        var features = encoder.Encode(table);
        Assert.True(encoder.Apply(Expr.Constant(encoder.Raw(table))).Evaluate().BitEquals(features));
        Assert.Equal(Shape.Of(700, 702), features.Shape);
        var before = GC.GetAllocatedBytesForCurrentThread();
        encoder.Encode(table);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 2.5 * sizeof(float) * features.Count, $"{allocated:N0} bytes for {features.Count:N0} features");
    }

    [Fact]
    public void Raw_inputs_with_missing_values_can_be_trained_on()
    {
        var table = Csv("age,colour,tall\n20,red,0\n,blue,1\n40,,1\n30,red,0\n");
        var encoder = TableEncoder.Fit(table, ["age", "colour"]);
        var targets = table.Numbers("tall");
        Assert.Contains("allow missing values", Assert.Throws<FunctionalException>(() => new Dataset(encoder.Raw(table), targets)).Message);
        var data = new Dataset(encoder.Raw(table), targets, allowMissing: true);
        Assert.True(data.Shuffle(Key.Of(1)).Take(2).AllowsMissing);
        Assert.True(Normalizer.Fit(data.Inputs).Apply(data).AllowsMissing);
        Assert.Throws<FunctionalException>(() =>
            new Dataset(Tensor.Vector(double.PositiveInfinity), Tensor.Vector(1.0), allowMissing: true));
        Assert.Throws<FunctionalException>(() => new Dataset(Tensor.Vector(1.0), Tensor.Vector(double.NaN), allowMissing: true));

        var model = encoder.Before(Model.Input(encoder.Features.Length).Dense(8).Tanh().Dense(1));
        var run = model.Fit(data, Loss.MeanSquaredError, Optimizer.Adam(0.05), 200, 4, seed: 1);
        Assert.InRange(run.History[^1].Loss, 0, 1e-3);
    }

    [Fact]
    public void Categories_may_be_embedded()
    {
        var table = Table.Of(
            ["word", "x", "tag"],
            Enumerable.Range(0, 1200).Select(i => new[] { $"w{i}", Text(i % 7), i % 3 == 0 ? "" : $"t{i % 2}" }));
        var encoder = TableEncoder.Fit(table, table.Columns, embedded: ["word", "tag"]);
        Assert.Equal("word (index); x; tag (index)", string.Join("; ", encoder.Features));
        var model = Model.Input(encoder.Features.Length).Then(encoder.Embed(2, Initializer.Normal(1))).Initialize(1);
        Assert.Equal(
            "embed1.word.weight [1200, 2]; embed1.tag.weight [3, 2]",
            string.Join("; ", model.ParameterList.Select(p => $"{p.Name} {p.Type.Shape}")));

        var other = Table.Of(["word", "x", "tag"], [["w3", "1", "t1"], ["new", "2", ""], ["w10", "3", "other"]]);
        var raw = encoder.Raw(other);
        Assert.Equal(-1, raw[1, 0]);
        var y = encoder.Before(model).Predict(raw).As<float>();
        var (words, tags) = (model.Parameters["embed1.word.weight"].As<float>(), model.Parameters["embed1.tag.weight"].As<float>());
        var word = ((CategoryColumn)encoder.Columns[0]).Categories;
        var tag = ((CategoryColumn)encoder.Columns[2]).Categories;
        float[] Row(int i) => [.. Enumerable.Range(0, 5).Select(j => y[i, j])];
        Assert.Equal([words[word.IndexOf("w3"), 0], words[word.IndexOf("w3"), 1]], Row(0)[..2]);
        Assert.Equal([tags[tag.IndexOf("t1"), 0], tags[tag.IndexOf("t1"), 1]], Row(0)[3..]);
        Assert.Equal([0, 0], Row(1)[..2]);
        Assert.Equal([tags[tag.IndexOf(""), 0], tags[tag.IndexOf(""), 1]], Row(1)[3..]);
        Assert.Equal([0, 0], Row(2)[3..]);
        Assert.True(
            encoder.Embed(2).Apply(new(new(false, DType.Float32), LayerNames.None), Expr.Variable("x", ["batch", 3])).Shape
                == Shape.Of("batch", 5));
        Assert.Contains("embeds 0 columns", Assert.Throws<FunctionalException>(() => TableEncoder.Fit(table, ["x"]).Embed(2)).Message);
        Assert.Contains("vectors of 0", Assert.Throws<FunctionalException>(() => encoder.Embed(0)).Message);
    }
}
