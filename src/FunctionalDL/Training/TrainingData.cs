namespace FunctionalDL;

/// <summary>Where the batches of a training run come from.</summary>
abstract class TrainingData
{
    /// <summary>Examples of the types that all have.</summary>
    public abstract Dataset Sample { get; }

    /// <summary>The number of examples; 0 where it is not known.</summary>
    public abstract int Examples { get; }

    /// <summary>The number of examples in a batch; 0 where batches come as they are.</summary>
    public abstract int BatchSize { get; }

    /// <summary>The number of examples in the last batch of an epoch; 0 where batches come as they are.</summary>
    public abstract int LastBatch { get; }

    /// <summary>The steps of an epoch; null where that is not known before they are done.</summary>
    public abstract int? Steps { get; }

    /// <summary>The first batch alone.</summary>
    public abstract TrainingData First { get; }

    /// <summary>The batches of an epoch that are still to come, in order: rows of a data set.</summary>
    public abstract IEnumerable<(Dataset Data, ReadOnlyMemory<int> Rows)> Batches(TrainingPosition from, Key key);

    /// <summary>A data set in an order that is drawn anew for each epoch.</summary>
    public sealed class InMemory(Dataset data, Batching batching) : TrainingData
    {
        public override Dataset Sample => data;
        public override int Examples => data.Count;
        public override int BatchSize { get; } = batching.BatchSize(data.Count);
        public override int LastBatch => Math.Min(BatchSize, data.Count - (batching.Steps(data.Count) - 1) * BatchSize);
        public override int? Steps => batching.Steps(data.Count);
        public override TrainingData First => new InMemory(data.Take(BatchSize), new GradientDescent());

        public override IEnumerable<(Dataset Data, ReadOnlyMemory<int> Rows)> Batches(TrainingPosition from, Key key)
        {
            var order = batching.Order(data.Count, key.Fold(from.Epoch));
            for (var at = from.Batch * BatchSize; at < order.Length; at += BatchSize)
                yield return (data, order.AsMemory(at, Math.Min(BatchSize, order.Length - at)));
        }
    }

    /// <summary>Batches made while the run goes.</summary>
    public sealed class Stream(Func<int, IEnumerable<Dataset>> epochs) : TrainingData
    {
        public override Dataset Sample { get; } = epochs(1).FirstOrDefault() ?? throw Empty(1);
        public override int Examples => 0;
        public override int BatchSize => 0;
        public override int LastBatch => 0;
        public override int? Steps => null;
        public override TrainingData First => new InMemory(Sample, new GradientDescent());

        public override IEnumerable<(Dataset Data, ReadOnlyMemory<int> Rows)> Batches(TrainingPosition from, Key key)
        {
            var count = 0;
            foreach (var batch in epochs(from.Epoch))
            {
                if (++count > from.Batch) yield return (batch, Enumerable.Range(0, batch.Count).ToArray());
            }
            if (count == 0) throw Empty(from.Epoch);
        }

        static FunctionalException Empty(int epoch) =>
            new($"Fit: there are no batches in epoch {epoch}. Give a sequence that can be gone through again, with at least one.");
    }
}
