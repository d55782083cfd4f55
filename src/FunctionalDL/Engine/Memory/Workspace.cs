using System.Buffers;
using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>What is known of memory before there is any, so that a step can have some for a plan of its own.</summary>
interface IMemoryPlan
{
    /// <summary>Memory for runs on so many threads.</summary>
    Workspace NewWorkspace(int threads);
}

/// <summary>
/// The memory of one run of a plan: an arena for intermediate values, scratch for each thread, and the address of every storage.
/// </summary>
sealed unsafe class Workspace
{
    readonly PinnedBuffer arena, scratch;
    readonly PinnedBuffer?[] buffers;
    readonly Dictionary<IMemoryPlan, Workspace?[]> nested = [];
    readonly int threads;
    readonly long scratchBytes;

    /// <param name="arenaBytes">The bytes of intermediate values.</param>
    /// <param name="scratchBytes">The bytes that each thread has for itself.</param>
    /// <param name="offsets">For each slot the place in the arena; −1 for what lies elsewhere or nowhere.</param>
    /// <param name="threads">The number of threads.</param>
    public Workspace(long arenaBytes, long scratchBytes, IReadOnlyList<long> offsets, int threads)
    {
        this.threads = threads;
        arena = new(arenaBytes);
        this.scratchBytes = PinnedBuffer.RoundUp(scratchBytes) + Tuning.CacheLine;
        scratch = new(this.scratchBytes * threads);
        Addresses = new byte*[offsets.Count];
        buffers = new PinnedBuffer?[offsets.Count];
        for (var slot = 0; slot < Addresses.Length; slot++)
            if (offsets[slot] is var offset and >= 0)
            {
                Addresses[slot] = arena.Address + offset;
                buffers[slot] = arena;
            }
    }

    public ThreadTeam Team => ThreadTeam.Shared;

    public byte*[] Addresses { get; }

    public byte* this[Storage storage] => Addresses[storage.Slot];

    /// <summary>The first element of a view.</summary>
    public byte* this[View view] => Addresses[view.Storage.Slot] + (long)view.Offset * view.Storage.DType.ByteSize();

    public byte* Scratch(int thread) => scratch.Address + thread * scratchBytes;

    /// <summary>The memory of a plan that runs inside a step of this one, on all its threads.</summary>
    public Workspace Nested(IMemoryPlan plan) => Nested(plan, threads, threads);

    /// <summary>The memory of a plan that runs inside a step of this one, on one of its threads by itself.</summary>
    public Workspace Nested(IMemoryPlan plan, int thread) => Nested(plan, thread, 1);

    Workspace Nested(IMemoryPlan plan, int place, int threads)
    {
        if (!nested.TryGetValue(plan, out var workspaces)) nested[plan] = workspaces = new Workspace?[this.threads + 1];
        return workspaces[place] ??= plan.NewWorkspace(threads);
    }

    /// <summary>The number of threads.</summary>
    public int Threads => threads;

    /// <summary>Places a storage at the start of a buffer.</summary>
    public void Put(Storage storage, PinnedBuffer buffer)
    {
        Addresses[storage.Slot] = buffer.Address;
        buffers[storage.Slot] = buffer;
    }

    /// <summary>The elements of a dense view that lies in a block.</summary>
    public Span<T> Span<T>(View view) where T : unmanaged
    {
        var buffer = buffers[view.Storage.Slot]!;
        return buffer.Span<T>(this[view] - buffer.Address, view.Count);
    }

    /// <summary>The elements of a view, copied.</summary>
    public Tensor Read(View view, Shape shape) => view.Storage.DType.Visit<Elements, Tensor>(new(this, view, shape));

    readonly struct Elements(Workspace workspace, View view, Shape shape) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => workspace.Read<T>(view, shape);
    }

    Tensor<T> Read<T>(View view, Shape shape) where T : unmanaged
    {
        var values = new T[view.Count];
        fixed (T* to = values)
            if (values.Length > 0) StridedCopy.Gather(view, this[view], 0, values.Length, (byte*)to);
        return Tensor<T>.Adopt(shape, values);
    }

    /// <summary>Sets a storage to the elements of a tensor.</summary>
    public void Write(Tensor value, Storage storage) => Copy(value, this[storage], storage.Bytes);

    /// <summary>A copy of a tensor's elements in memory that does not move.</summary>
    public static PinnedBuffer Copy(Tensor value)
    {
        var buffer = new PinnedBuffer(value.Bytes);
        Copy(value, buffer.Address, buffer.Bytes);
        return buffer;
    }

    static void Copy(Tensor value, byte* to, long room)
    {
        using var pin = Pin(value);
        Buffer.MemoryCopy(pin.Pointer, to, room, value.Bytes);
    }

    /// <summary>A tensor's elements in memory that does not move, copied once for all plans that have it as a constant.</summary>
    public static PinnedBuffer Constant(Tensor value) => Constants.GetValue(value, Copy);

    static readonly ConditionalWeakTable<Tensor, PinnedBuffer> Constants = [];

    /// <summary>A tensor's elements, which do not move until the result is disposed.</summary>
    public static MemoryHandle Pin(Tensor value) => value.DType.Visit<Pinned, MemoryHandle>(new(value));

    readonly struct Pinned(Tensor value) : IElementVisitor<MemoryHandle>
    {
        public MemoryHandle Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => value.As<T>().Memory.Pin();
    }
}
