namespace FunctionalDL.Engine;

/// <summary>
/// What is done to a product's blocks before they leave the cache, such as a bias, an activation or an optimizer's update: a tile step
/// whose elements are the product's.
/// </summary>
static class Epilogue
{
    /// <summary>
    /// Joins tile steps to the products they read: each to the largest of which it is the first reader. Steps that move much memory stay
    /// by themselves: in long runs it arrives before it is asked for, and the blocks of the product stay in the cache.
    /// </summary>
    /// <param name="steps">Steps in order.</param>
    /// <param name="needed">All that is read or is a result of the plan.</param>
    public static IEnumerable<Step> Join(IReadOnlyList<Step> steps, IReadOnlySet<Storage> needed)
    {
        var result = new Step?[steps.Count];
        var unread = new Dictionary<MatMulStep, int>();
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = steps[i];
            MatMulStep[] products = [.. steps[i].ReadStorages.Select(s => s.Producer).OfType<MatMulStep>().Where(unread.ContainsKey)];
            if (steps[i] is TileStep tile && products.Where(p => tile.Follows(p.Blocks, needed)).MaxBy(p => p.Operations) is { } product)
            {
                (result[unread[product]], result[i], product.Epilogue) = (null, product, tile);
                foreach (var storage in tile.Results) storage.Memory.Producer = product;
            }
            foreach (var read in products) unread.Remove(read);
            if (steps[i] is MatMulStep next) unread[next] = i;
        }
        return result.OfType<Step>();
    }
}

/// <summary>How a product comes block by block, each a part of the rows and columns of one batch.</summary>
/// <param name="Product">The whole, as rows of <paramref name="Columns"/>.</param>
/// <param name="Columns">The product's columns.</param>
/// <param name="Width">The columns of a block; the last may have fewer.</param>
/// <param name="Count">The number of blocks.</param>
sealed record Blocks(Storage Product, int Columns, int Width, int Count);
