namespace FunctionalDL.Engine;

/// <summary>
/// Checks a plan when it is made: every element that a step reads or writes lies in its storage and was written before it is read, every
/// storage lies in memory, what is in use together does not overlap, and what is written in parts is written completely.
/// </summary>
sealed class PlanVerifier
{
    readonly Plan plan;

    /// <summary>For each slot the step that writes it, −1 for what is there before the first, null as long as nobody has.</summary>
    readonly int?[] written;

    readonly int[] lastUse;

    PlanVerifier(Plan plan)
    {
        this.plan = plan;
        (written, lastUse) = (new int?[plan.Storages.Count], new int[plan.Storages.Count]);
        Array.Fill(lastUse, -1);
    }

    /// <exception cref="PlanException">The plan must not run.</exception>
    public static void Verify(Plan plan)
    {
        var verifier = new PlanVerifier(plan);
        verifier.CheckHomes();
        for (var i = 0; i < plan.Steps.Length; i++) verifier.CheckStep(i);
        verifier.CheckOutputs();
        verifier.CheckOverlaps();
    }

    /// <summary>Every storage has one place that holds it: with the caller, in a block of its own, or in the arena.</summary>
    void CheckHomes()
    {
        foreach (var storage in plan.Variables.Values) SetWritten(storage);
        foreach (var (storage, buffer) in plan.Constants)
        {
            SetWritten(storage);
            if (buffer.Bytes < storage.Bytes) throw Fault($"a constant of {storage.Bytes} bytes lies in a buffer of {buffer.Bytes}");
        }
        var used = plan.Steps.SelectMany(s => s.ReadStorages.Concat(s.WrittenStorages)).ToHashSet();
        used.UnionWith(plan.Outputs.Select(o => o.Storage));
        for (var slot = 0; slot < written.Length; slot++)
        {
            var (storage, offset) = (plan.Storages[slot], plan.Allocation.Offsets[slot]);
            if (storage.Slot != slot) throw Fault($"slot {slot} holds a storage that is placed at {storage.Slot}");
            var homes = (offset >= 0 ? 1 : 0) + (written[slot] is null ? 0 : 1) + (plan.OfCaller.Contains(storage) ? 1 : 0);
            if (homes > 1 || homes == 0 && used.Contains(storage))
                throw Fault($"the storage of slot {slot} has {homes} places in memory");
            if (offset >= 0 && offset + storage.Bytes > plan.Allocation.Bytes)
                throw Fault($"the storage of slot {slot} ends at byte {offset + storage.Bytes} of an arena of {plan.Allocation.Bytes}");
        }
    }

    /// <summary>What is there before the first step.</summary>
    void SetWritten(Storage storage) => written[storage.Slot] = -1;

    void CheckStep(int index)
    {
        var step = plan.Steps[index];
        foreach (var read in step.Reads)
        {
            CheckInside(index, "reads", read);
            if (written[read.Storage.Slot] is not { } by)
                throw Fault(index, $"reads the storage of slot {read.Storage.Slot} before a step writes it");
            if (by == index)
                throw Fault(index, $"reads the storage of slot {read.Storage.Slot}, which it writes itself");
            lastUse[read.Storage.Slot] = index;
        }
        CheckWrites(index, step);
        if (step.ScratchBytes > plan.ScratchBytes)
            throw Fault(index, $"needs {step.ScratchBytes} bytes of scratch memory, and there are {plan.ScratchBytes}");
        foreach (var fault in step.Faults(plan.Storages))
            throw Fault(index, fault);
    }

    void CheckWrites(int index, Step step)
    {
        var parts = new Dictionary<Storage, List<View>>();
        foreach (var write in step.Writes)
        {
            CheckInside(index, "writes", write);
            if (write.IsEmpty && write.Storage.Count > 0) continue;
            var slot = write.Storage.Slot;
            if (written[slot] is { } by && by != index)
                throw Fault(index, by < 0 ? $"writes slot {slot}, which is given" : $"writes slot {slot}, which step {by} has written");
            if (write.IsWhole && written[slot] == index)
                throw Fault(index, $"writes slot {slot} twice");
            (written[slot], lastUse[slot]) = (index, index);
            if (write.IsWhole) continue;
            if (write.View is null) throw Fault(index, $"does not say which elements of slot {slot} it writes");
            if (!parts.TryGetValue(write.Storage, out var views)) parts[write.Storage] = views = [];
            views.Add(write.View);
        }
        foreach (var (storage, views) in parts)
            if (!Cover(views))
                throw Fault(
                    index,
                    $"writes parts of slot {storage.Slot} that do not make the whole of {storage.Count} elements, once each");
    }

    void CheckInside(int index, string verb, in Access access)
    {
        var storage = access.Storage;
        if (storage.Slot >= plan.Storages.Count || plan.Storages[storage.Slot] != storage)
            throw Fault(index, $"{verb} a storage that is not of the plan");
        if (access.DType.ByteSize() != storage.DType.ByteSize())
            throw Fault(index, $"{verb} {access.DType.Name()} in slot {storage.Slot}, which holds {storage.DType.Name()}");
        if (!access.IsEmpty && (access.First < 0 || access.Last >= storage.Count))
            throw Fault(index, $"{verb} elements {access.First} to {access.Last} of slot {storage.Slot}, which has {storage.Count}");
        if (access.Chosen is var (slices, below) && (below is null || below > slices))
            throw Fault(
                index,
                $"{verb} one of {slices} slices of slot {storage.Slot} by "
                    + $"{(below is null ? "indices nobody checks" : $"indices checked to be below {below}")}"
            );
    }

    /// <summary>
    /// Whether views are every element of their storage once: along some axis they follow one another, and together they are all there
    /// are.
    /// </summary>
    static bool Cover(List<View> views)
    {
        views.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        return Enumerable.Range(0, views[0].Sizes.Length).Any(axis => CoverAlong(axis, views));
    }

    static bool CoverAlong(int axis, List<View> views)
    {
        var first = views[0];
        int[] sizes = [.. first.Sizes];
        foreach (var next in views.Skip(1))
        {
            if (
                next.Offset - first.Offset != (long)sizes[axis] * first.Strides[axis]
                || !next.Strides.AsSpan().SequenceEqual(first.Strides))
                return false;
            for (var other = 0; other < sizes.Length; other++)
                if (other != axis && next.Sizes[other] != sizes[other]) return false;
            sizes[axis] += next.Sizes[axis];
        }
        return new View(first.Storage, first.Offset, sizes, first.Strides).IsWhole;
    }

    void CheckOutputs()
    {
        foreach (Access output in plan.Outputs)
        {
            CheckInside(plan.Steps.Length, "gives", output);
            if (written[output.Storage.Slot] is null) throw Fault($"no step writes the output in slot {output.Storage.Slot}");
            lastUse[output.Storage.Slot] = plan.Steps.Length;
        }
        for (var slot = 0; slot < written.Length; slot++)
            if (written[slot] < plan.StepsOnce) lastUse[slot] = plan.Steps.Length;
    }

    /// <summary>Goes through the steps with all that is in use in the order of memory: what is new overlaps no neighbour.</summary>
    void CheckOverlaps()
    {
        var offsets = plan.Allocation.Offsets;
        int[] slots = [.. Enumerable.Range(0, written.Length).Where(slot => offsets[slot] >= 0 && written[slot] is not null)];
        var (begin, end) = (slots.ToLookup(slot => written[slot]!.Value), slots.ToLookup(slot => lastUse[slot]));
        var used = new List<(long Start, int Slot)>();
        for (var step = 0; step < plan.Steps.Length; step++)
        {
            foreach (var slot in begin[step])
            {
                var at = ~used.BinarySearch((plan.Allocation.Offsets[slot], -1));
                foreach (var near in new[] { at - 1, at })
                    if (near >= 0 && near < used.Count && Overlap(used[near].Slot, slot))
                        throw Fault(
                            step,
                            $"writes slot {slot} over slot {used[near].Slot}, which is needed until step {lastUse[used[near].Slot]}");
                used.Insert(at, (plan.Allocation.Offsets[slot], slot));
            }
            foreach (var slot in end[step]) used.Remove((plan.Allocation.Offsets[slot], slot));
        }
    }

    bool Overlap(int a, int b) =>
        plan.Allocation.Offsets[a] < plan.Allocation.Offsets[b] + Math.Max(1, plan.Storages[b].Bytes)
        && plan.Allocation.Offsets[b] < plan.Allocation.Offsets[a] + Math.Max(1, plan.Storages[a].Bytes);

    PlanException Fault(int step, string what) =>
        Fault(step < plan.Steps.Length ? $"step {step}, {plan.Steps[step]}, {what}" : $"the plan {what}");

    static PlanException Fault(string what) =>
        new(
            $"Engine: {what}. This is an error of the engine, and nothing was computed. Please report it with the expression; Evaluate "
                + "gives the value meanwhile."
        );
}
