using System.Globalization;

namespace FunctionalDL.Tests.Training;

public class ScheduleTests
{
    public static TheoryData<Schedule, double[]> Tables => new()
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
        { Schedule.OneCycle(6, rise: 1.0 / 3, first: 0, last: 0), [0, 0.5, 1, (2 + Math.Sqrt(2)) / 4, 0.5, (2 - Math.Sqrt(2)) / 4, 0] },
    };

    [Fact]
    public void Every_schedule_is_here() => Factories.HaveRows<Schedule>(Tables.Select(row => new CultureInfo("").TextInfo.ToTitleCase(((Schedule)row[0]).Name.Split('(')[0].Replace('-', ' ')).Replace("Restarts", "With Restarts").Replace(" ", "")));

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_factors_are_those_of_the_formula(Schedule schedule, double[] factors) =>
        Assert.Equal(factors, Enumerable.Range(1, factors.Length).Select(t => schedule.At(t)), (a, b) => Math.Abs(a - b) < 1e-12);

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
