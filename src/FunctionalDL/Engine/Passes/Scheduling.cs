namespace FunctionalDL.Engine;

/// <summary>
/// Instructions in the order in which they run. The first are for once, before a loop or when the memory is made, the rest for each run.
/// </summary>
sealed record Scheduled(IReadOnlyList<Instruction> Once, IReadOnlyList<Instruction> Each)
{
    public IEnumerable<Instruction> All => [.. Once, .. Each];
}

/// <summary>Puts instructions in order.</summary>
static class Scheduling
{
    /// <summary>
    /// The instructions that the outputs depend on, and those that may have an error to report, each after those it reads from and close
    /// to them. Outputs that can be known early are, so that what they read is needed no longer. What depends on nothing that changes
    /// from run to run comes first (loop-invariant code motion).
    /// </summary>
    /// <param name="instructions">The instructions, in any order.</param>
    /// <param name="outputs">The storages of the results.</param>
    /// <param name="changing">The storages of variables that change from run to run.</param>
    public static Scheduled Apply(
        IReadOnlyList<Instruction> instructions, IReadOnlyList<Storage> outputs, IReadOnlySet<Storage> changing)
    {
        var producers = Producers(instructions);
        IEnumerable<Instruction?> results = outputs.Select(o => producers.GetValueOrDefault(o));
        var order = Order([.. results, .. instructions.Where(i => i is not TileGroup)], producers);
        var unchanging = Unchanging(order, producers, results.ToHashSet(), changing);
        return new([.. order.Where(unchanging.Contains)], [.. order.Where(i => !unchanging.Contains(i))]);
    }

    /// <summary>The instruction that writes each storage.</summary>
    public static IReadOnlyDictionary<Storage, Instruction> Producers(IEnumerable<Instruction> instructions) =>
        instructions.SelectMany(i => i.WrittenStorages.Select(s => KeyValuePair.Create(s, i))).ToDictionary();

    static List<Instruction> Order(IReadOnlyList<Instruction?> roots, IReadOnlyDictionary<Storage, Instruction> producers)
    {
        var (order, levels) = (new List<Instruction>(), new Dictionary<Instruction, int>());
        Visit(roots, instruction => levels[instruction] =
            1 + instruction.ReadStorages.Select(s => producers.TryGetValue(s, out var by) ? levels[by] : 0).DefaultIfEmpty().Max());
        Visit(roots.OrderBy(root => root is null ? 0 : levels[root]), order.Add);
        return order;

        void Visit(IEnumerable<Instruction?> roots, Action<Instruction> leave)
        {
            var seen = new HashSet<Instruction>();
            var stack = new Stack<(Instruction Instruction, IEnumerator<Storage> Reads)>();
            foreach (var root in roots)
            {
                Enter(root);
                while (stack.TryPeek(out var top))
                    if (top.Reads.MoveNext()) Enter(producers.GetValueOrDefault(top.Reads.Current));
                    else leave(stack.Pop().Instruction);
            }
            void Enter(Instruction? instruction)
            {
                if (instruction is not null && seen.Add(instruction)) stack.Push((instruction, instruction.ReadStorages.GetEnumerator()));
            }
        }
    }

    /// <summary>
    /// Those whose results are the same in every run, and are not themselves outputs, whose memory is another each time.
    /// </summary>
    static HashSet<Instruction> Unchanging(
        List<Instruction> order,
        IReadOnlyDictionary<Storage, Instruction> producers,
        HashSet<Instruction?> results,
        IReadOnlySet<Storage> changing)
    {
        var unchanging = new HashSet<Instruction>();
        foreach (var instruction in order)
            if (!results.Contains(instruction) && instruction.ReadStorages.All(IsUnchanging)) unchanging.Add(instruction);
        return unchanging;

        bool IsUnchanging(Storage s) => producers.TryGetValue(s, out var by) ? unchanging.Contains(by) : !changing.Contains(s);
    }
}
