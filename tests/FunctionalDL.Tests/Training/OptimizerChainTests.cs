namespace FunctionalDL.Tests.Training;

/// <summary>What optimizers mean behind each other.</summary>
public class OptimizerChainTests
{
    static readonly (string Name, Optimizer Optimizer)[] Parts =
    [
        ("clip value", Clip.Value(1)),
        ("clip norm", Clip.GlobalNorm(1)),
        ("decay", Optimizer.WeightDecay(1e-3)),
        ("cosine", Schedule.Cosine(1000)),
        ("warm-up", Schedule.WarmUp(5)),
        ("averages", Optimizer.AverageWeights()),
        ("plateau", Optimizer.ReduceOnPlateau(2)),
        ("of one's own", Optimizer.Of("half", g => g / 2, OptimizerRole.Transform)),
    ];

    static Optimizer[] Solvers { get; } =
    [
        .. OptimizerTests.Solvers.Select(row => (Optimizer)row[1]),
        Optimizer.Of("own", g => -0.1 * g),
        Optimizer.Sgd(0.1).Accumulate(2),
        Optimizer.Adam(0.05).Freeze(_ => true),
    ];

    /// <summary>½ Σ (w − 1)² after some steps from w = 2.5.</summary>
    static double LossAfter(int steps, Optimizer optimizer)
    {
        var start = TensorSet.Of(("w", Tensor.Full(DType.Float64, [2, 2], 2.5)));
        var w = Expr.Variable("w", [2, 2], DType.Float64);
        var step = new TrainingStep(Sum(Square(w - 1)) / 2, start, optimizer);
        var loop = step.Start(start.With(step.InitialState), new() { Threads = 1 });
        for (var t = 0; t <= steps; t++) loop.Step();
        return loop.Scalar(0);
    }

    static void Refused(string part, Func<object> make) => Assert.Contains(part, Assert.Throws<FunctionalException>(make).Message);

    [Fact]
    public void Two_solvers_are_refused_with_the_way_out()
    {
        foreach (var first in Solvers)
            foreach (var second in Solvers)
                Refused("would climb. Keep one of them", () => first >> second);
    }

    /// <summary>Every other pair goes downhill, or is refused where it is made or where it would train.</summary>
    [Fact]
    public void A_pair_descends_or_is_refused()
    {
        var tried = 0;
        foreach (var solver in Solvers)
        {
            var isFrozen = solver.Name.Contains("frozen", StringComparison.Ordinal);
            foreach (var (name, part) in Parts)
            {
                foreach (var make in new Func<Optimizer>[] { () => part >> solver, () => solver >> part })
                {
                    Optimizer chain;
                    try
                    {
                        chain = make();
                    }
                    catch (FunctionalException e)
                    {
                        Assert.Matches("Put it behind: |Make the averages the last", e.Message);
                        continue;
                    }
                    var loss = LossAfter(4, chain);
                    Assert.True(isFrozen ? loss < 4.6 : loss < 4.5, $"{chain.Name}: {loss}, before it was 4.5");
                    tried++;
                }
            }
        }
        Assert.True(tried > 10 * Solvers.Length, $"{tried}");
        foreach (var (_, first) in Parts)
            foreach (var (_, second) in Parts)
                Assert.Throws<FunctionalException>(() => LossAfter(1, first >> second));
    }

    [Fact]
    public void What_stands_where_it_cannot_is_refused_with_the_way_out()
    {
        Refused("Put it behind: sgd(0.1) >> cosine(10, 0)", () => Optimizer.Schedule(Schedule.Cosine(10)) >> Optimizer.Sgd(0.1));
        Refused("Put it behind", () => (Clip.Value(1) >> Schedule.Cosine(10)) >> Optimizer.Sgd(0.1));
        Refused("the last part of the chain", () => Optimizer.Sgd(0.1) >> Optimizer.AverageWeights() >> Schedule.Cosine(10));
        Refused(
            "the last part of the chain",
            () => (Optimizer.Sgd(0.1) >> Optimizer.AverageWeights()).Freeze(name => name == "w") >> Schedule.Cosine(10));
        Refused("Add a solver: clip value(1) >> Optimizer.Adam()", () => LossAfter(1, Clip.Value(1)));
        Refused("Optimizer.Adam() >> cosine(10, 0)", () => LossAfter(1, Schedule.Cosine(10)));
        Refused("Accumulate the whole chain", () => Clip.Value(1).Accumulate(2));
        Refused("Add a solver to the groups", () => Optimizer.ByGroup(((_, _) => true, Optimizer.Sgd(1)), ((_, _) => true, Clip.Value(1))));
    }

    /// <summary>Groups of what makes no updates are such a part again, frozen ones included.</summary>
    [Fact]
    public void Groups_and_chains_have_the_roles_of_their_parts()
    {
        (OptimizerRole, Optimizer)[] expected =
        [
            (OptimizerRole.Transform, Optimizer.ByGroup(((_, _) => true, Clip.Value(1)), ((_, _) => true, Optimizer.Frozen))),
            (OptimizerRole.Solver, Optimizer.ByGroup(((_, _) => true, Optimizer.Adam()), ((_, _) => true, Optimizer.Frozen))),
            (OptimizerRole.Solver, Optimizer.ByGroup()),
            (OptimizerRole.AfterSolver, Clip.Value(1) >> Schedule.Cosine(10)),
            (OptimizerRole.AfterSolver, Optimizer.Schedule(Schedule.Cosine(10)) >> Clip.Value(1)),
            (OptimizerRole.Solver, Clip.Value(1) >> Optimizer.Adam() >> Schedule.Cosine(10) >> Optimizer.AverageWeights()),
        ];
        foreach (var (role, optimizer) in expected) Assert.True(role == optimizer.Role, $"{optimizer.Name}: {optimizer.Role}");
    }

    [Fact]
    public void Chains_are_associative()
    {
        var (a, b, c, d) = (Clip.GlobalNorm(1), Optimizer.Adam(0.1), Optimizer.WeightDecay(0.01), (Optimizer)Schedule.Cosine(20));
        double[] losses =
        [
            LossAfter(5, ((a >> b) >> c) >> d),
            LossAfter(5, a >> (b >> (c >> d))),
            LossAfter(5, (a >> b) >> (c >> d)),
            LossAfter(5, (a >> (b >> c)) >> d),
        ];
        Assert.Single(losses.Distinct());
    }

    [Fact]
    public void A_slot_may_be_written_and_not_read()
    {
        var noting = Optimizer.PerParameter("noting", ["gradient"], (g, _, _) => (-0.1 * g, [g]));
        var (x, y) = (Key.Of(1).Uniform([20, 2]), Key.Of(2).Uniform([20, 1]));
        TrainingRun Fit(int epochs, Checkpoint? resume = null) =>
            Model.Input(2).Dense(1).Fit(new(x, y), Loss.MeanSquaredError, noting, epochs, 20, seed: 1, new() { Resume = resume });

        var (run, before) = (Fit(2), Fit(1));
        var w = before.Model.Parameters["dense1.weight"];
        var gradient = before.Checkpoint.OptimizerState["optimizer.gradient.dense1.weight"];
        Assert.Equal(2, before.Model.Parameters.Count);
        Assert.True(run.Checkpoint.Parameters.BitEquals(Fit(2, before.Checkpoint).Checkpoint.Parameters));
        Assert.True(run.Checkpoint.OptimizerState.BitEquals(Fit(2, before.Checkpoint).Checkpoint.OptimizerState));
        var first = Model.Input(2).Dense(1).Initialize(1).Parameters["dense1.weight"];
        for (var i = 0; i < 2; i++) Assert.Equal(-0.1 * gradient.GetDouble(i), w.GetDouble(i) - first.GetDouble(i), 1e-6);
    }
}
