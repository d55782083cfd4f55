namespace FunctionalDL;

/// <summary>
/// Places a graph in layers from left to right, inputs before what uses them (after Sugiyama, Tagawa, Toda 1981): layers by longest path,
/// bends where an edge passes a layer, orders within layers by the mean place of neighbours, and heights likewise, no closer than a
/// distance. What a node uses stands from top to bottom in the order in which it uses it (constraints as in Forster 2004), as long as two
/// nodes do not use the same in opposite orders.
/// </summary>
sealed class LayeredLayout
{
    const int Sweeps = 12;

    readonly List<List<int>> layers = [];
    readonly List<List<int>> left = [];
    readonly List<List<int>> right = [];
    readonly double distance;

    /// <summary>The layer of each node, and of each bend after them.</summary>
    public List<int> Layer { get; } = [];

    /// <summary>The height of each node, and of each bend after them.</summary>
    public double[] Height { get; }

    /// <summary>For each edge, the node it starts at, its bends, and the node it ends at.</summary>
    public Dictionary<(int From, int To), int[]> Routes { get; } = [];

    /// <summary>A layout of nodes given in topological order by their inputs.</summary>
    public LayeredLayout(IReadOnlyList<IReadOnlyList<int>> inputs, double distance)
    {
        this.distance = distance;
        AssignLayers(inputs);
        for (var node = 0; node < inputs.Count; node++)
            foreach (var input in inputs[node].Distinct()) Route(input, node);
        for (var node = 0; node < Layer.Count; node++)
        {
            while (layers.Count <= Layer[node]) layers.Add([]);
            layers[Layer[node]].Add(node);
        }
        Height = new double[Layer.Count];
        foreach (var layer in layers)
            for (var i = 0; i < layer.Count; i++) Height[layer[i]] = i * distance;
        for (var sweep = 0; sweep < Sweeps; sweep++) Sweep(towardsRight: sweep % 2 == 1, reorder: sweep < Sweeps - 4);
        var top = Height.DefaultIfEmpty().Min();
        for (var i = 0; i < Height.Length; i++) Height[i] -= top;
    }

    void AssignLayers(IReadOnlyList<IReadOnlyList<int>> inputs)
    {
        foreach (var x in inputs) Add(x.Select(i => Layer[i] + 1).DefaultIfEmpty(0).Max());
        // A leaf stands right before the first node that uses it.
        var first = Enumerable
            .Range(0, inputs.Count)
            .SelectMany(node => inputs[node].Select(x => (x, Layer: Layer[node])))
            .ToLookup(use => use.x, use => use.Layer);
        for (var node = 0; node < inputs.Count; node++)
            if (inputs[node].Count == 0 && first[node].Any()) Layer[node] = first[node].Min() - 1;
    }

    int Add(int layer)
    {
        Layer.Add(layer);
        left.Add([]);
        right.Add([]);
        return Layer.Count - 1;
    }

    void Route(int from, int to)
    {
        var route = new List<int> { from };
        for (var layer = Layer[from] + 1; layer < Layer[to]; layer++) route.Add(Add(layer));
        route.Add(to);
        foreach (var (a, b) in route.Zip(route.Skip(1)))
        {
            right[a].Add(b);
            left[b].Add(a);
        }
        Routes[(from, to)] = [.. route];
    }

    void Sweep(bool towardsRight, bool reorder)
    {
        foreach (var layer in towardsRight ? layers : layers.AsEnumerable().Reverse())
        {
            var wanted = layer.ToDictionary(
                node => node,
                node => (towardsRight ? left : right)[node] is { Count: > 0 } near ? near.Average(n => Height[n]) : Height[node]);
            if (reorder)
                Order(layer, wanted);
            Place(layer, wanted);
        }
    }

    /// <summary>A layer by the wanted heights, but for what is used before something else: that stands above it.</summary>
    void Order(List<int> layer, Dictionary<int, double> wanted)
    {
        var above = layer.ToDictionary(node => node, _ => new HashSet<int>());
        foreach (var user in layer.SelectMany(node => right[node]).Distinct())
            foreach (var (first, second) in left[user].Zip(left[user].Skip(1))) above[second].Add(first);
        var waiting = new SortedSet<(double Wanted, int Node)>(layer.Select(node => (wanted[node], node)));
        var (placed, ready) = (new HashSet<int>(), new SortedSet<(double Wanted, int Node)>(waiting.Where(w => above[w.Node].Count == 0)));
        var below = layer.SelectMany(node => above[node].Select(first => (first, node))).ToLookup(p => p.first, p => p.node);
        layer.Clear();
        while (waiting.Count > 0)
        {
            // Where all that is left waits for one another, the orders contradict each other: the highest goes first.
            var next = ready.Count > 0 ? ready.Min : waiting.Min;
            ready.Remove(next);
            waiting.Remove(next);
            placed.Add(next.Node);
            layer.Add(next.Node);
            foreach (var node in below[next.Node].Where(node => !placed.Contains(node) && above[node].IsSubsetOf(placed)))
                ready.Add((wanted[node], node));
        }
    }

    /// <summary>
    /// Heights in the order of a layer as near to the wanted ones as the distance allows: runs that would overlap move together.
    /// </summary>
    void Place(List<int> layer, Dictionary<int, double> wanted)
    {
        var runs = new Stack<(int Count, double Start)>();
        foreach (var node in layer)
        {
            (int Count, double Start) run = (1, wanted[node]);
            while (runs.TryPeek(out var before) && before.Start + before.Count * distance > run.Start)
            {
                runs.Pop();
                run = (
                    before.Count + run.Count,
                    (before.Start * before.Count + (run.Start - before.Count * distance) * run.Count) / (before.Count + run.Count));
            }
            runs.Push(run);
        }
        var i = 0;
        foreach (var (count, start) in runs.Reverse())
            for (var k = 0; k < count; k++) Height[layer[i++]] = start + k * distance;
    }
}
