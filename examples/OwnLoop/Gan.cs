using FunctionalDL;
using static FunctionalDL.Functions;

/// <summary>A generative adversarial network (Goodfellow et al. 2014) that learns to draw points of eight clusters on a circle.</summary>
static class Gan
{
    public const int Modes = 8;
    const int Points = 256, Noise = 16;
    const double Flatness = 0.05;

    public static (int Modes, double Near) Train(int steps, long seed, CompileOptions options)
    {
        var generator = Model.Input(Noise).Dense(64).BatchNorm().Relu().Dense(64).BatchNorm().Relu().Dense(2);
        var critic = Model.Input(2).Dense(128).LeakyRelu(0.2).Dropout(0.05).Dense(128).LeakyRelu(0.2).Dense(1);

        var real = Expr.Variable("real", [Model.Batch, 2]);
        var step = TrainingStep.Of(
            scope =>
            {
                var drawn = scope.Apply(generator, "generator", scope.RandomNormal([Model.Batch, Noise]));
                Expr Judged(Expr points) => scope.Apply(critic, "critic", points);
                var isReal = Judged(real);
                // A critic that is flat where the data is lets the generator come to rest there (Mescheder, Geiger, Nowozin 2018).
                var slope = Mean(Sum(Square(Sum(isReal).Gradient(real)), -1));
                return
                [
                    new(
                        Mean(Softplus(-isReal) + Softplus(Judged(StopGradient(drawn)))) + Flatness * slope,
                        Optimizer.Adam(1e-3, 0.5),
                        "critic"),
                    new(Mean(Softplus(-Judged(drawn))), Optimizer.Adam(1e-3, 0.5), "generator"),
                ];
            },
            seed);

        var loop = step.Start(seed, options);
        var random = new Random((int)seed);
        for (var i = 0; i < steps; i++)
        {
            Fill(random, loop.Input<float>("real", [Points, 2]));
            loop.Step();
            if ((i + 1) % 1000 == 0)
                Console.WriteLine($"step {i + 1}: critic {loop.LossOf("critic"):F3}, generator {loop.LossOf("generator"):F3}");
        }
        return Judge(generator.WithParameters(loop.State, "generator"), seed);
    }

    static (double X, double Y) Center(int mode) => Math.SinCos(2 * Math.PI * mode / Modes) is var (y, x) ? (2 * x, 2 * y) : default;

    static void Fill(Random random, Span<float> points)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x, y) = Center(random.Next(Modes));
            var (radius, angle) = (0.1 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), 2 * Math.PI * random.NextDouble());
            (points[i], points[i + 1]) = ((float)(x + radius * Math.Cos(angle)), (float)(y + radius * Math.Sin(angle)));
        }
    }

    /// <summary>
    /// How many clusters get at least a fortieth of the points drawn, and the share of points within three standard deviations of one.
    /// </summary>
    static (int Modes, double Near) Judge(Model generator, long seed)
    {
        const int count = 4000;
        var points = generator.Predict(Initializer.Normal(1).Create(Key.Of(seed), [count, Noise], DType.Float32)).ToArray<float>();
        var found = new int[Modes];
        for (var i = 0; i < count; i++)
            for (var mode = 0; mode < Modes; mode++)
            {
                var (x, y) = Center(mode);
                if (Math.Sqrt(Math.Pow(points[2 * i] - x, 2) + Math.Pow(points[2 * i + 1] - y, 2)) < 0.3) found[mode]++;
            }
        return (found.Count(n => n >= count / 40), found.Sum() / (double)count);
    }
}
