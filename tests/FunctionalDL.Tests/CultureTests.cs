using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests;

/// <summary>Text is the same on every machine, whatever numbers look like where it stands.</summary>
public class CultureTests
{
    /// <summary>Numbers written as nowhere in the library: 1.234,5 in Berlin, 1 234,5 in Paris, with a sign of its own.</summary>
    static CultureInfo Culture(string group)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator, culture.NumberFormat.NegativeSign) = (
            ",",
            group,
            "\u2212");
        return culture;
    }

    static string[] In(CultureInfo culture, Func<string[]> texts)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            return texts();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    static string Refused(Action action) => Assert.ThrowsAny<FunctionalException>(action).Message;

    [Theory]
    [InlineData(".")]
    [InlineData("\u202f")]
    public void Text_does_not_depend_on_the_culture(string group)
    {
        foreach (var (expected, actual) in In(CultureInfo.InvariantCulture, Texts).Zip(In(Culture(group), Texts)))
            Assert.Equal(expected, actual);
    }

    static string[] Texts()
    {
        Expr x = Expr.Variable("x", [], DType.Float64);
        var y = Sin(0.5 * x) - 1.25;
        var at = TensorSet.Of(("x", Tensor.Scalar(-1.5)));
        var derivation = y.Derivation(x, at);
        var data = new Dataset(Key.Of(1).Uniform([20, 2]), Key.Of(2).Uniform([20, 1]));
        var model = Model.Input(2).Dense(600).Dropout(0.25).Dense(1).Initialize(1);
        using var progress = new StringWriter();
        var run = model.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.01), 2, 5, options: new()
        {
            Validation = data,
            Metrics = [Metric.RootMeanSquaredError],
            Callbacks = [new ConsoleProgress(progress, true, new Clock()), new ConsoleProgress(progress, false)],
        });
        var epoch = new EpochResult(1, 0.5, 1234, 1.5, new(0.25, new Dictionary<string, double> { ["mae"] = -0.125 }));
        var table = Table.Of(["a", "b"], [["1.5", "2"], ["2.5", "3"]]);
        return
        [
            model.Summary(),
            model.Summary([2000, 2]),
            model.ToString(),
            Digits(model.Output.Compile().Explain(model.Parameters.With("input", data.Inputs))),
            y.ToString(),
            y.Gradient(x).ToString(),
            Printer.Print(y),
            $"{Function.Of([x], y)}",
            Pad(ExpandDims(x, 0), 0, 1, 1, -0.5).ToString(),
            Tensor.Vector(-0.5, 1234.5).ToString(),
            $"{at}",
            derivation.ToText(),
            derivation.ToMarkdown(),
            derivation.ToLatex(),
            derivation.ToHtml(),
            string.Join("\n", derivation.Factors),
            Picture.Of(y).ToSvg(),
            $"{GradientCheck.Check(y, [x], at)}",
            .. new object[]
            {
                Loss.Huber(0.5),
                Loss.Triplet(0.25),
                Loss.BinaryCrossEntropyFromLogits.WithLabelSmoothing(0.1) + Penalty.L2(0.001),
                Metric.Accuracy.FromProbabilities(0.25),
                new EarlyStopping(2, 0.5),
                Optimizer.Adam(0.001)
                    >> Clip.GlobalNorm(0.5)
                    >> Schedule.Cosine(1000, 0.1)
                    >> Optimizer.WeightDecay(0.5)
                    >> Optimizer.ReduceOnPlateau(10, 0.5),
                Initializer.Normal(0.5),
                Initializer.Constant(-0.5),
                new Lbfgs(),
                new LbfgsResult(at, -0.5, 0.25, 1, 2, LbfgsStop.Value),
                new LearningRates([(0.1, 0.5)], 0.1),
                new TrainingPosition(1, 2, 3, 0.5, 4, 0.5),
                new FitOptions { ValidationShare = 0.5 },
                epoch,
                epoch.Validation!,
                Digits(run.ToString()),
                TableEncoder.Fit(table, ["a"]).Columns[0],
                data,
                Key.Of(1),
            }.Select(o => o.ToString()!),
            Digits(Regex.Replace(progress.ToString(), " +\n", "\n")),
            Refused(() => Layer.Dropout(1.5)),
            Refused(() => Layer.BatchNorm(1.5)),
            Refused(() => Layer.LayerNorm(-0.5)),
            Refused(() => Loss.Huber(-0.5)),
            Refused(() => Loss.Triplet(-0.5)),
            Refused(() => Loss.SoftmaxCrossEntropy.WithLabelSmoothing(1.5)),
            Refused(() => Penalty.L1(-0.5)),
            Refused(() => new EarlyStopping(1, -0.5)),
            Refused(() => data.Split(0.0001)),
            Refused(() => Expr.Constant(0.5, DType.Int64)),
            Refused(() => Optimizer.Sgd(-0.5)),
            Refused(() => Schedule.Constant(-0.5)),
            Refused(() => Initializer.Uniform(-0.5)),
            Refused(() => model.Fit(data, Loss.BinaryCrossEntropy, Optimizer.Sgd(0.1), 1, 5)),
            Refused(() => model.Fit(data, Loss.Hinge, Optimizer.Sgd(0.1), 1, 5)),
            Refused(() => model.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(1e30), 3, 5)),
            Refused(() => model.Fit(data, Loss.MeanSquaredError, Optimizer.Sgd(0.1), 1, 1, options: new() { ValidationShare = 1.5 })),
        ];
    }

    /// <summary>A clock on which each look takes a second.</summary>
    sealed class Clock : TimeProvider
    {
        long now;

        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => ++now;
    }

    /// <summary>The text with what is measured, such as seconds, taken out of it: every number is 0.</summary>
    static string Digits(string text) => Regex.Replace(Regex.Replace(text, @"\d+(E-?\d+)?", "0"), " +", " ");

    /// <summary>
    /// What the compiler writes for a record follows the culture: records with numbers say themselves how they are written.
    /// </summary>
    [Fact]
    public void Records_with_numbers_write_them_themselves()
    {
        static bool IsNumber(Type type) =>
            (Nullable.GetUnderlyingType(type) ?? type) is var t && (t == typeof(double) || t == typeof(float));
        static bool IsWritten(Type record) =>
            new[] { "ToString", "PrintMembers" }.Any(name =>
                record
                    .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                    .Any(m => m.Name == name && m.GetCustomAttribute<CompilerGeneratedAttribute>(inherit: false) is null));
        Type[] of = [typeof(Model), typeof(OnnxVerification), typeof(Chart), typeof(Laws), typeof(TrainingLog), typeof(ImageFolder)];
        var records = of.SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type =>
                type.GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Any(m => m.Name == "PrintMembers"))
            .Where(type =>
                type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                    .Any(p => IsNumber(p.PropertyType)));
        Assert.NotEmpty(records);
        Assert.Empty(records.Where(type => !IsWritten(type)).Select(type => type.Name));
    }
}
