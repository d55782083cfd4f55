using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class StreamingTests
{
    /// <summary>Counts from 0 and remembers how far it was read and whether it was disposed.</summary>
    sealed class Source(int count, int failsAt = int.MaxValue)
    {
        public volatile int Made;
        public volatile bool IsOver;

        public IEnumerable<int> Items()
        {
            try
            {
                for (var i = 0; i < count; i++)
                {
                    if (i == failsAt) throw new InvalidOperationException($"no item {i}");
                    Made = i + 1;
                    yield return i;
                }
            }
            finally
            {
                IsOver = true;
            }
        }
    }

    [Property]
    public bool Items_come_in_order_and_all(byte count, PositiveInt ahead) =>
        Streaming.Ahead(new Source(count).Items(), ahead.Get).SequenceEqual(Enumerable.Range(0, count));

    [Fact]
    public async Task The_same_goes_for_asynchronous_sources()
    {
        var items = Streaming.Ahead(new Source(50).Items().ToAsyncEnumerable(), 3);
        Assert.Equal(Enumerable.Range(0, 50), await items.ToArrayAsync());
        Assert.Equal(Enumerable.Range(0, 50), await items.ToArrayAsync());
    }

    [Fact]
    public void The_next_items_are_made_while_one_is_used_and_not_more_of_them()
    {
        var source = new Source(1000);
        using (var items = Streaming.Ahead(source.Items(), 4).GetEnumerator())
        {
            Assert.Equal(0, source.Made);
            Assert.True(items.MoveNext());
            Assert.True(SpinWait.SpinUntil(() => source.Made >= 5, TimeSpan.FromSeconds(10)));
            Thread.Sleep(20);
            // One used, four waiting, and one more in the maker's hand.
            Assert.InRange(source.Made, 5, 6);
        }
        Assert.True(source.IsOver);
        Assert.InRange(source.Made, 5, 6);
    }

    [Fact]
    public void An_error_comes_after_the_items_before_it()
    {
        var seen = new List<int>();
        var error = Assert.Throws<InvalidOperationException>(() =>
            seen.AddRange(Seen(Streaming.Ahead(new Source(10, failsAt: 3).Items(), 2), seen)));
        Assert.Equal("no item 3", error.Message);
        Assert.Equal([0, 1, 2], seen);

        static IEnumerable<int> Seen(IEnumerable<int> items, List<int> seen)
        {
            foreach (var item in items) seen.Add(item);
            return [];
        }
    }

    [Fact]
    public async Task Cancelling_stops_the_source()
    {
        var source = new Source(int.MaxValue);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in Streaming.Ahead(source.Items().ToAsyncEnumerable(), 2).WithCancellation(stop.Token))
                if (item == 10) await stop.CancelAsync();
        });
        Assert.True(source.IsOver);
    }

    [Fact]
    public void Examples_are_made_batches()
    {
        var data = new Dataset(Key.Of(1).Uniform([10, 2, 3]), Range(10).Evaluate());
        var examples = data.Batches(1).Select(one => (one.Inputs.Reshape([2, 3]), one.Targets.Reshape([])));
        var batches = examples.Chunk(4).Select(Dataset.Stack).Prefetch(2).ToArray();
        Assert.Equal([4, 4, 2], batches.Select(batch => batch.Count));
        Assert.All(batches.Zip(data.Batches(4)), pair =>
        {
            Assert.True(pair.First.Inputs.BitEquals(pair.Second.Inputs));
            Assert.True(pair.First.Targets.BitEquals(pair.Second.Targets));
        });
    }

    [Fact]
    public void Bad_requests_are_refused()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("0 items ahead", () => Streaming.Ahead(new Source(1).Items(), 0));
        Fails("no examples", () => Dataset.Stack([]));
        Fails("differ", () => Dataset.Stack([(Tensor.Vector(1f), 0L), (Tensor.Vector(1f, 2), 0L)]));
        Fails("NaN in row 1", () => Dataset.Stack([(1f, 0L), (float.NaN, 0L)]));
    }
}
