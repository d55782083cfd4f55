using FunctionalDL;
using static FunctionalDL.Functions;

/// <summary>
/// REINFORCE (Williams 1992): a policy tries steps on a corridor, left or right, and those of episodes that earned more than usual are
/// made more likely. The cake is at the right end; each step costs a little.
/// </summary>
static class Reinforce
{
    const int Places = 8, LongestEpisode = 30, Episodes = 32;
    const double Cake = 1, Cost = 0.02;

    public static (double Reward, double Best) Train(int updates, long seed, CompileOptions options)
    {
        var policy = Model.Input(Places).Dense(32).Tanh().Dense(2).Initialize(seed);
        var (places, actions, gains) = (
            Expr.Variable("places", [Model.Batch, Places]),
            Expr.Variable("actions", [Model.Batch], DType.Int64),
            Expr.Variable("gains", [Model.Batch]));
        var step = TrainingStep.Of(scope =>
        {
            var logits = scope.Apply(policy, "policy", places);
            return [new(Mean(Loss.SoftmaxCrossEntropy.PerExample(logits, actions) * gains), Optimizer.Adam(0.01))];
        });

        var loop = step.Start(seed, options);
        var (random, reward) = (new Random((int)seed), 0.0);
        var everywhere = Eye();
        for (var i = 0; i < updates; i++)
        {
            var likely = policy.WithParameters(loop.State, "policy").Predict(everywhere).ToArray<float>();
            var tried = Enumerable.Range(0, Episodes).Select(_ => Episode(random, likely)).ToArray();
            var usual = tried.Average(e => e.Reward);
            reward = i == 0 ? usual : 0.9 * reward + 0.1 * usual;
            var all = tried.SelectMany(e => e.Steps.Select(s => (s.Place, s.Action, Gain: e.Reward - usual))).ToArray();
            loop.Set("places", everywhere.Rows(all.Select(s => s.Place)));
            loop.Set("actions", Tensor.Vector([.. all.Select(s => (long)s.Action)]));
            loop.Set("gains", Tensor.Vector([.. all.Select(s => (float)s.Gain)]));
            loop.Step();
            if ((i + 1) % 50 == 0) Console.WriteLine($"update {i + 1}: {reward:F3} an episode");
        }
        return (reward, Cake - (Places - 1 - Start) * Cost);
    }

    const int Start = 2;

    static (double Reward, List<(int Place, int Action)> Steps) Episode(Random random, float[] logits)
    {
        var (place, reward, steps) = (Start, 0.0, new List<(int, int)>());
        while (place < Places - 1 && steps.Count < LongestEpisode)
        {
            var right = 1 / (1 + Math.Exp(logits[2 * place] - logits[2 * place + 1]));
            var action = random.NextDouble() < right ? 1 : 0;
            steps.Add((place, action));
            place = Math.Max(0, place + (action == 1 ? 1 : -1));
            reward += (place == Places - 1 ? Cake : 0) - Cost;
        }
        return (reward, steps);
    }

    static Tensor Eye() =>
        Functions
            .OneHot(Expr.Constant(Tensor.Vector([.. Enumerable.Range(0, Places).Select(i => (long)i)])), Places, DType.Float32)
            .Evaluate();

    static Tensor Rows(this Tensor table, IEnumerable<int> rows) =>
        Gather(Expr.Constant(table), Expr.Constant(Tensor.Vector([.. rows.Select(row => (long)row)]))).Evaluate();
}
