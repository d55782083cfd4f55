using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FunctionalDL;

/// <summary>
/// Data that comes bit by bit: <c>examples.Chunk(64).Select(Dataset.Stack).Prefetch(4)</c> makes batches of examples, and works on the
/// next four while one is trained on.
/// </summary>
public static class Streaming
{
    /// <summary>
    /// The same batches in the same order, made ahead on another thread. What the source throws is thrown where its batch would have come;
    /// when the reader stops, so does the source, after the batch it is at.
    /// </summary>
    /// <param name="source">The batches.</param>
    /// <param name="ahead">How many may wait to be taken.</param>
    /// <exception cref="FunctionalException"><paramref name="ahead"/> is below 1.</exception>
    public static IAsyncEnumerable<Dataset> Prefetch(this IAsyncEnumerable<Dataset> source, int ahead) => Ahead(source, ahead);

    /// <inheritdoc cref="Prefetch(IAsyncEnumerable{Dataset}, int)"/>
    public static IEnumerable<Dataset> Prefetch(this IEnumerable<Dataset> source, int ahead) => Ahead(source, ahead);

    internal static IEnumerable<T> Ahead<T>(IEnumerable<T> source, int ahead) =>
        Ahead(source.ToAsyncEnumerable(), ahead).ToBlockingEnumerable();

    internal static IAsyncEnumerable<T> Ahead<T>(IAsyncEnumerable<T> source, int ahead)
    {
        if (ahead < 1) throw new FunctionalException($"Prefetch: {ahead} items ahead. Give 1 or more.");
        return Read(source, ahead);

        static async IAsyncEnumerable<T> Read(
            IAsyncEnumerable<T> source,
            int ahead,
            [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            var items = Channel.CreateBounded<T>(ahead);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var making = Task.Run(() => Make(source, items.Writer, stop.Token), CancellationToken.None);
            try
            {
                await foreach (var item in items.Reader.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return item;
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await making.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes the items until there are no more or the reader stops; ends with the reader told why.</summary>
    static async Task Make<T>(IAsyncEnumerable<T> source, ChannelWriter<T> items, CancellationToken stop)
    {
        try
        {
            await foreach (var item in source.WithCancellation(stop).ConfigureAwait(false))
                await items.WriteAsync(item, stop).ConfigureAwait(false);
            items.Complete();
        }
        catch (Exception e)
        {
            items.Complete(e);
        }
    }
}
