namespace FunctionalDL.Engine;

/// <summary>Where the values between inputs and outputs lie in one arena, and how long each is needed.</summary>
/// <param name="Offsets">For each slot the place in the arena; −1 for what lies elsewhere or nowhere.</param>
/// <param name="Lifetimes">For each slot in the arena the first and the last step that uses it (liveness).</param>
/// <param name="Bytes">The bytes of the arena.</param>
sealed record Allocation(IReadOnlyList<long> Offsets, IReadOnlyList<(int First, int Last)> Lifetimes, long Bytes)
{
    /// <summary>Whether a slot lies in the arena and is needed at a step.</summary>
    public bool IsInUse(int slot, int step) => Offsets[slot] >= 0 && Lifetimes[slot].First <= step && step <= Lifetimes[slot].Last;

    /// <summary>
    /// Gives every storage that a step writes its place; two share one where their lifetimes do not meet. What is written before a loop
    /// or is an output stays to the end.
    /// </summary>
    /// <param name="steps">The steps in order.</param>
    /// <param name="once">How many of them are for once.</param>
    /// <param name="outputs">The storages of the results.</param>
    /// <param name="elsewhere">Storages that the caller gives memory for.</param>
    /// <param name="slots">The number of storages.</param>
    public static Allocation Of(
        IReadOnlyList<Step> steps, int once, IEnumerable<Storage> outputs, IReadOnlySet<Storage> elsewhere, int slots)
    {
        var (offsets, lifetimes, last) = (new long[slots], new (int, int)[slots], new int[slots]);
        Array.Fill(offsets, -1);
        for (var i = 0; i < steps.Count; i++)
            foreach (var storage in Used(steps[i])) last[storage.Slot] = i;
        foreach (var storage in steps.Take(once).SelectMany(s => s.WrittenStorages).Concat(outputs)) last[storage.Slot] = steps.Count;

        var arena = new Arena();
        for (var i = 0; i < steps.Count; i++)
        {
            foreach (var storage in steps[i].WrittenStorages.Where(s => !elsewhere.Contains(s)))
            {
                offsets[storage.Slot] = arena.Take(storage.Bytes);
                lifetimes[storage.Slot] = (i, last[storage.Slot]);
            }
            foreach (var storage in Used(steps[i]).Where(s => last[s.Slot] == i && offsets[s.Slot] >= 0))
                arena.Give(offsets[storage.Slot], storage.Bytes);
        }
        return new(offsets, lifetimes, arena.Bytes);
    }

    static IEnumerable<Storage> Used(Step step) => step.ReadStorages.Union(step.WrittenStorages);
}
