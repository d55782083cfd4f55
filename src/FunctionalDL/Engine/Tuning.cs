namespace FunctionalDL.Engine;

/// <summary>
/// The constants that were tuned, each with what it assumes of a machine. They were found on two cores of an x64 server with 48 KB of
/// first-level and 1 MB of second-level cache a core, with AVX-512 and with AVX2 alone, by the benchmarks in
/// <c>tests/FunctionalDL.Benchmarks</c>. None depends on a model's sizes, and results do not depend on any of them but through the order
/// of sums.
/// </summary>
static class Tuning
{
    // Work that is too little for another thread: waking one takes about a microsecond, in which a core does some 10⁵ multiplications.

    /// <summary>Fewer multiplications of a product or a convolution are left to the calling thread.</summary>
    public const long SmallProduct = 1 << 17;

    /// <summary>Fewer operations of a loop over time are left to the calling thread.</summary>
    public const long SmallLoop = 1 << 18;

    /// <summary>Fewer elements that are copied are left to the calling thread.</summary>
    public const int SmallCopy = 1 << 15;

    /// <summary>Planes are pooled together until they have so many elements.</summary>
    public const int SmallPool = 1 << 14;

    /// <summary>The vector instructions that a chunk of tiles is worth.</summary>
    public const long ChunkWork = 8_000;

    /// <summary>More chunks than that would give the last few threads nothing more to share.</summary>
    public const int MostChunks = 64;

    /// <summary>The bytes of a chunk of gathered slices.</summary>
    public const int GatherBytes = 1 << 17;

    /// <summary>The elements of every slice that one chunk adds up, several cache lines.</summary>
    public const int ScatterElements = 256;

    /// <summary>The least number of chunks that a larger convolution is split into, so that a few threads share them evenly.</summary>
    public const int LeastChunks = 8;

    // Threads.

    /// <summary>The bytes of a cache line.</summary>
    public const int CacheLine = 64;

    /// <summary>The times a thread looks for work before it sleeps: some hundred microseconds, longer than between two steps.</summary>
    public const int Spins = 2_000;

    /// <summary>How long a sleeping thread waits for work before it ends.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The sizes for which a function keeps its plans.</summary>
    public const int KeptPlans = 16;

    // Tiles.

    /// <summary>More operations than that are more groups: their values would not fit the cache together.</summary>
    public const int TileOperations = 256;

    /// <summary>All registers of a tile together: the first-level cache, and some of the second.</summary>
    public const int TileBytes = 64 << 10;

    /// <summary>The elements of a tile: enough that the call of a vector loop costs little, and no more than gained anything.</summary>
    public const int SmallestTile = 256, LargestTile = 4096;

    /// <summary>A row that later operations need reduced must fit a tile.</summary>
    public const int LongestRow = 1 << 14;

    /// <summary>A view with rows of fewer elements is copied, not read row by row where it is.</summary>
    public const int ShortestRow = 32;

    /// <summary>Rows of fewer elements are not worth a vector loop each.</summary>
    public const int NarrowColumns = 32;

    /// <summary>Sums of columns, one a chunk, are no more than that or than the elements summed.</summary>
    public const int MostPartials = 1 << 20;

    /// <summary>Rows that are added up before they are added to the rest: sums of so many lose few digits, and stay in the cache.</summary>
    public const int RowsAtATime = 32;

    // Epilogues.

    /// <summary>The most arrays as large as a matrix, beside it, that its blocks can be passed through before the cache is full.</summary>
    public const int EpilogueArrays = 2;

    /// <summary>The most operations that a kernel does in registers on the way to memory.</summary>
    public const int MostRowOps = 8;

    /// <summary>Sums of columns in blocks of fewer rows would be more to add up than they save.</summary>
    public const int LeastBlockRows = 4;

    // Products: panels and blocks as Goto has them.

    /// <summary>Up to so many multiplications packing costs more than it saves.</summary>
    public const int DirectProduct = 1 << 14;

    /// <summary>Up to so many rows of A are few: B is read once for all of them.</summary>
    public const int FewRows = 4;

    /// <summary>The length of k taken at once: a panel of each side fits the first-level cache.</summary>
    public const int ProductRun = 512;

    /// <summary>The runs of k that are added up one after another before their sums are.</summary>
    public const int MostRuns = 64;

    /// <summary>
    /// A block is so many panels of either side, about 96 × 256 float32 and half of a second-level cache with its panels; or fewer,
    /// where that would leave fewer than <see cref="FewestBlocks"/> to share among threads or no multiple of
    /// <see cref="EvenBlocks"/>.
    /// </summary>
    public const int BlockPanels = 8, FewestBlocks = 8, EvenBlocks = 4;

    /// <summary>Packing a side pays if so many panels of the other, or more, are multiplied by it.</summary>
    public const int ManyPanels = 24;

    /// <summary>Rows or columns a multiple of this apart would share few places in the first-level cache.</summary>
    public const int PageBytes = 4096;

    /// <summary>The most panels of B in a block of whole rows: the second-level cache holds them for a run of k.</summary>
    public const int WidestBlockPanels = 32;

    // Convolutions and pooling.

    /// <summary>Bytes of a padded copy: it should stay in the second-level cache.</summary>
    public const int CopyBytes = 256 << 10;

    /// <summary>Along the axis of vectors a band has so many positions, so that weights are not read too often.</summary>
    public const int LeastBand = 512;

    /// <summary>The vectors over which a kernel's gradient is summed in registers, if the copies are no larger than that.</summary>
    public const int CorrelationRun = 128, CorrelationBytes = 512 << 10;

    /// <summary>The elements of a copy that a plane is cut into bands for, where it is pooled.</summary>
    public const int PoolElements = 1 << 20;

    // Loops over time.

    /// <summary>
    /// The examples that go through a loop together: few enough to be shared among threads, and enough to keep the arithmetic of a
    /// product busy.
    /// </summary>
    public const int FewestLoopRows = 8, MostLoopRows = 16;

    // Rewrites and constants.

    /// <summary>Longer sums of pads are not looked through for arrays put together: it takes quadratic time.</summary>
    public const int MostJoined = 64;

    /// <summary>Larger constants are computed in the run, not while it is compiled.</summary>
    public const int LargestFolded = 1 << 12;
}
