using System.Globalization;

namespace FunctionalDL.Tests.Training;

public class ScheduleTests
{
    public static TheoryData<Schedule, double[]> Tables =>
        new()
        {
            { Schedule.Constant(0.5), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5] },
            { Schedule.Step(2), [1, 1, 0.1, 0.1, 0.01, 0.01, 0.001] },
            { Schedule.Exponential(2, 0.25), [1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625] },
            { Schedule.Polynomial(4, 2, 0.1), [1, 0.1 + 0.9 * 0.5625, 0.1 + 0.9 * 0.25, 0.1 + 0.9 * 0.0625, 0.1, 0.1, 0.1] },
            { Schedule.Cosine(4), [1, (2 + Math.Sqrt(2)) / 4, 0.5, (2 - Math.Sqrt(2)) / 4, 0, 0, 0] },
            { Schedule.CosineWithRestarts(2), [1, 0.5, 1, 0.5, 1, 0.5, 1] },
            { Schedule.CosineWithRestarts(2, 2), [1, 0.5, 1, (2 + Math.Sqrt(2)) / 4, 0.5, (2 - Math.Sqrt(2)) / 4, 1] },
            { Schedule.WarmUp(4), [0.25, 0.5, 0.75, 1, 1, 1, 1] },
            { Schedule.WarmUp(4) * Schedule.Constant(2), [0.5, 1, 1.5, 2, 2, 2, 2] },
            { Schedule.MultiStep([2, 5]), [1, 1, 0.1, 0.1, 0.1, 0.01, 0.01] },
            { Schedule.MultiStep([5, 2, 2], 0.5), [1, 1, 0.25, 0.25, 0.25, 0.125, 0.125] },
            { Schedule.MultiStep([]), [1, 1, 1, 1, 1, 1, 1] },
            { Schedule.Cyclic(2, first: 0), [0, 0.5, 1, 0.5, 0, 0.5, 1] },
            { Schedule.Cyclic(1, 2, 0.5), [0.5, 1, 0.75, 0.5, 1, 0.75, 0.5] },
            { Schedule.Cyclic(2, first: 0, perCycle: 0.5), [0, 0.5, 1, 0.5, 0, 0.25, 0.5] },
            {
                Schedule.Cyclic(2, first: 0.2, perStep: 0.5),
                [0.2, 0.2 + 0.8 * 0.25, 0.2 + 0.8 * 0.25, 0.2 + 0.8 * 0.0625, 0.2, 0.2 + 0.8 / 64, 0.2 + 0.8 / 64]
            },
            { Schedule.OneCycle(6, rise: 1.0 / 3, first: 0, last: 0), [0, 1, (2 + Math.Sqrt(2)) / 4, 0.5, (2 - Math.Sqrt(2)) / 4, 0, 0] },
            { Schedule.OneCycle(5, rise: 0.1, first: 0.5, last: 0), [1, (2 + Math.Sqrt(2)) / 4, 0.5, (2 - Math.Sqrt(2)) / 4, 0, 0, 0] },
            { Schedule.WarmUp(2).Then(Schedule.Cosine(4), after: 2), [0.5, 1, 1, (2 + Math.Sqrt(2)) / 4, 0.5, (2 - Math.Sqrt(2)) / 4, 0] },
            { Schedule.Constant(3).Then(Schedule.Step(1), 1).Then(Schedule.Constant(7), 4), [3, 1, 0.1, 0.01, 7, 7, 7] },
        };

    [Fact]
    public void Every_schedule_is_here() =>
        Factories.HaveRows<Schedule>(
            Tables.Select(row =>
                new CultureInfo("")
                    .TextInfo.ToTitleCase(((Schedule)row[0]).Name.Split('(')[0].Replace('-', ' '))
                    .Replace("Restarts", "With Restarts")
                    .Replace(" ", "")));

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_factors_are_those_of_the_formula(Schedule schedule, double[] factors) =>
        Assert.Equal(factors, Enumerable.Range(1, factors.Length).Select(t => schedule.At(t)), (a, b) => Math.Abs(a - b) < 1e-12);

    /// <summary>
    /// PyTorch's CyclicLR and OneCycleLR (cosine, two phases), in the words of their sources, with a base rate of <c>first</c> and a
    /// largest of 1.
    /// </summary>
    [Theory]
    [InlineData(3, 5, 20, 0.3)]
    [InlineData(4, 4, 10, 0.45)]
    [InlineData(1, 7, 13, 0.9)]
    public void Cycles_are_those_of_PyTorch(int up, int down, int steps, double rise)
    {
        double Cyclic(int n, double scale)
        {
            var (total, ratio) = (up + down, up / (double)(up + down));
            var cycle = Math.Floor(1 + n / (double)total);
            var x = 1 + n / (double)total - cycle;
            return 0.1 + 0.9 * (x <= ratio ? x / ratio : (x - 1) / (ratio - 1)) * scale;
        }
        double OneCycle(int n)
        {
            double Anneal(double start, double end, double share) => end + (start - end) / 2 * (1 + Math.Cos(Math.PI * share));
            double top = rise * steps - 1, last = steps - 1;
            return n <= top ? Anneal(0.04, 1, n / top) : Anneal(1, 1e-3, (n - top) / (last - top));
        }
        for (var n = 0; n < steps; n++)
        {
            Assert.Equal(Cyclic(n, 1), Schedule.Cyclic(up, down).At(n + 1), 1e-12);
            Assert.Equal(Cyclic(n, Math.Pow(0.5, n / (up + down))), Schedule.Cyclic(up, down, perCycle: 0.5).At(n + 1), 1e-12);
            Assert.Equal(Cyclic(n, Math.Pow(0.9, n)), Schedule.Cyclic(up, down, perStep: 0.9).At(n + 1), 1e-12);
            Assert.Equal(OneCycle(n), Schedule.OneCycle(steps, rise, last: 1e-3).At(n + 1), 1e-12);
        }
    }

    /// <summary>The first step, the last one, and the one after it.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Schedules_begin_and_end_where_they_say(int steps)
    {
        double[] Ends(Schedule schedule) => [schedule.At(1), schedule.At(steps), schedule.At(steps + 1), schedule.At(10L * steps)];
        var share = (steps - 1.0) / steps;
        (Schedule Schedule, double[] Ends)[] expected =
        [
            (Schedule.Cosine(steps, 0.1), [1, 0.1 + 0.45 * (1 + Math.Cos(Math.PI * share)), 0.1, 0.1]),
            (Schedule.Polynomial(steps, 2, 0.1), [1, 0.1 + 0.9 * Math.Pow(1 - share, 2), 0.1, 0.1]),
            (Schedule.Exponential(steps, 0.5), [1, Math.Pow(0.5, share), 0.5, Math.Pow(0.5, 10 - 1.0 / steps)]),
            (Schedule.WarmUp(steps), [1.0 / steps, 1, 1, 1]),
            (Schedule.OneCycle(steps, 0.6, 0.25, 1e-3), [0.6 * steps > 1 ? 0.25 : 1, 1e-3, 1e-3, 1e-3]),
            (
                Schedule.CosineWithRestarts(steps, 1, 0.1),
                [1, 0.1 + 0.45 * (1 + Math.Cos(Math.PI * share)), 1, 0.1 + 0.45 * (1 + Math.Cos(Math.PI * share))]),
        ];
        foreach (var (schedule, ends) in expected) Assert.Equal(ends, Ends(schedule), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Restarts_begin_at_1_however_long_the_periods_become()
    {
        var schedule = Schedule.CosineWithRestarts(7, 3);
        for (long start = 0, length = 7, i = 0; i < 12; i++, start += length, length *= 3)
        {
            Assert.Equal(1, schedule.At(start + 1), 1e-9);
            if (start > 0) Assert.InRange(schedule.At(start), 0, 0.06);
        }
    }
}
