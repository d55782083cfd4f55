using System.Buffers;
using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The memory of one run of a plan: an arena for intermediate values, scratch for each thread, and the address of every storage.
/// </summary>
sealed unsafe class Workspace
{
    readonly PinnedBuffer arena, scratch;
    readonly PinnedBuffer?[] buffers;
    readonly Dictionary<Plan, Workspace?[]> nested = [];
    readonly int threads;
    readonly long scratchBytes;

    public Workspace(Plan plan, int threads)
    {
        (Plan, this.threads) = (plan, threads);
        arena = new(plan.Allocation.Bytes);
        scratchBytes = PinnedBuffer.RoundUp(plan.ScratchBytes) + 64;
        scratch = new(scratchBytes * threads);
        Addresses = new byte*[plan.Storages.Count];
        buffers = new PinnedBuffer?[plan.Storages.Count];
        for (var slot = 0; slot < Addresses.Length; slot++)
            if (plan.Allocation.Offsets[slot] is var offset and >= 0)
            {
                Addresses[slot] = arena.Address + offset;
                buffers[slot] = arena;
            }
        foreach (var (storage, buffer) in plan.Constants) Put(storage, buffer);
    }

    /// <summary>
    /// Memory that is ready for runs of a plan: some that is not in use, or new, in which what depends on constants alone is done.
    /// </summary>
    public static Workspace For(Plan plan, int threads)
    {
        if (plan.Idle.TryTake(out var workspace)) return workspace;
        workspace = new(plan, threads);
        workspace.Run(0, plan.StepsOnce);
        return workspace;
    }

    public Plan Plan { get; }

    public ThreadTeam Team => ThreadTeam.Shared;

    public byte*[] Addresses { get; }

    public byte* this[Storage storage] => Addresses[storage.Slot];

    /// <summary>The first element of a view.</summary>
    public byte* this[View view] => Addresses[view.Storage.Slot] + (long)view.Offset * view.Storage.DType.ByteSize();

    public byte* Scratch(int thread) => scratch.Address + thread * scratchBytes;

    /// <summary>The memory of a plan that runs inside a step of this one, on all its threads.</summary>
    public Workspace Nested(Plan plan) => Nested(plan, threads, threads);

    /// <summary>The memory of a plan that runs inside a step of this one, on one of its threads by itself.</summary>
    public Workspace Nested(Plan plan, int thread) => Nested(plan, thread, 1);

    Workspace Nested(Plan plan, int place, int threads)
    {
        if (!nested.TryGetValue(plan, out var workspaces)) nested[plan] = workspaces = new Workspace?[this.threads + 1];
        return workspaces[place] ??= new(plan, threads);
    }

    /// <summary>The number of threads.</summary>
    public int Threads => threads;

    /// <summary>Runs what is not done once for all.</summary>
    public void Run() => Run(Plan.StepsOnce, Plan.Steps.Length);

    /// <summary>Runs some of the plan's steps.</summary>
    public void Run(int from, int to)
    {
        for (var i = from; i < to; i++) Plan.Steps[i].Run(this);
    }

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
