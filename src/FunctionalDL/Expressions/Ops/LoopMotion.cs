using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// Takes out of a loop what need not be done step by step. A product of the elements of a sequence with a matrix that does not change is
/// one product of all elements, before the loop; a sum over the steps of products or sums, Σₜ aₜ·bₜ, is one product [a₀ a₁
/// …]·[b₀; b₁; …] or sum of the values of all steps, after it.
/// </summary>
/// <remarks>
/// Only products and sums are moved: elementwise work stays inside, where its values need no memory.
/// </remarks>
static class LoopMotion
{
    const int Series = 4;

    /// <summary>The results of a loop: the carried values at all times, what the step stacks and what it sums.</summary>
    public static Expr[] Results(ScanBody body, Expr[] inputs)
    {
        (body, inputs) = Before(body, inputs);
        return After(body, inputs);
    }

    /// <summary>The loop with products of elements taken before it: they are elements of one more sequence.</summary>
    public static (ScanBody Body, Expr[] Inputs) Before(ScanBody body, Expr[] inputs)
    {
        var (given, unchanging) = (new HashSet<Expr>(body.Elements), new HashSet<Expr>(body.Constants));
        var products = new List<Expr>();
        foreach (var node in Graph.TopologicalOrder(body.Outputs))
            if (node.Inputs.IsEmpty && node.VariableName is null || !node.Inputs.IsEmpty && node.Inputs.All(unchanging.Contains))
                unchanging.Add(node);
            else if (MovesElements(node) && node.Inputs.All(x => given.Contains(x) || unchanging.Contains(x)))
                given.Add(node);
            else if (node is { Op: MatMulOp, Rank: 2 } && given.Contains(node.Inputs[0]) && unchanging.Contains(node.Inputs[1]))
                products.Add(node);
        if (products.Count == 0)
            return (body, inputs);

        var elements = body.Fresh([.. products], Series);
        var sequences = AtAllSteps(products, body, inputs, []);
        var replaced = products.Zip(elements).ToDictionary(p => p.First, p => p.Second);
        var (next, stacked) = (body.Next.Length, body.Stacked.Length);
        var outputs = Graph.Replace(body.Outputs, replaced);
        var last = body.Carries.Length + body.Elements.Length;
        var used = Graph.TopologicalOrder(outputs).ToHashSet();
        var constants = body.Constants.Zip(inputs[last..]).Where(c => used.Contains(c.First)).ToArray();
        return (
            new(
                body.Carries,
                [.. body.Elements, .. elements],
                [.. constants.Select(c => c.First)],
                [.. outputs[..next]],
                [.. outputs[next..(next + stacked)]],
                [.. outputs[(next + stacked)..]],
                body.IsReversed),
            [.. inputs[..last], .. sequences, .. constants.Select(c => c.Second)]);
    }

    /// <summary>The loop's results, with sums over the steps taken after it where it can stack what they are made of.</summary>
    static Expr[] After(ScanBody body, Expr[] inputs)
    {
        var stacked = body.Stacked.ToList();
        var (moved, summed) = (new List<Expr>(), new List<Expr>());
        foreach (var term in Terms(body.Summed))
        {
            if (term.Op is not (MatMulOp or SumOp) || !term.Inputs.All(x => PerStep(x, body).Any()))
            {
                summed.Add(term);
                continue;
            }
            moved.Add(term);
            foreach (var value in term.Inputs.SelectMany(x => PerStep(x, body)))
                if (!body.Elements.Contains(value) && !stacked.Contains(value)) stacked.Add(value);
        }
        var loop =
            moved.Count == 0
                ? body
                : new(body.Carries, body.Elements, body.Constants, body.Next, [.. stacked], [.. summed], body.IsReversed);
        var results = new ScanOp(loop).Apply(inputs);
        if (moved.Count == 0) return results;

        var carries = body.Carries.Length;
        var values = stacked.Zip(results[carries..]).DistinctBy(p => p.First).ToDictionary(p => p.First, p => p.Second);
        var totals = summed.Zip(results[(carries + stacked.Count)..]).ToDictionary(p => p.First, p => p.Second);
        foreach (var term in moved) totals[term] = Total(term, AtAllSteps(term.Inputs, body, inputs, values));
        return [.. results[..(carries + body.Stacked.Length)], .. Graph.Replace(body.Summed, totals)];
    }

    /// <summary>The sum over the steps of a product or sum whose operands are given for all steps.</summary>
    static Expr Total(Expr term, Expr[] x)
    {
        if (term.Op is SumOp sum) return Sum(x[0], [0, .. sum.Axes.Select(axis => axis + 1)]);
        // Σₜ aₜ·bₜ: time becomes the first part of the axis that is summed over.
        Expr a = x[0], b = x[1];
        int[] leading = [.. Enumerable.Range(1, a.Rank - 3)];
        var (rows, columns) = (
            Transpose(a, [.. leading, a.Rank - 2, 0, a.Rank - 1]),
            Transpose(b, [.. leading, 0, b.Rank - 2, b.Rank - 1]));
        return MatMul(
            Reshape(rows, term.Shape.With(term.Rank - 1, a.Shape[0] * a.Shape[^1])),
            Reshape(columns, term.Shape.With(term.Rank - 2, b.Shape[0] * b.Shape[^2])));
    }

    /// <summary>
    /// The values whose sums over the steps make those of the outputs: what is left when linear ops are done after summing.
    /// </summary>
    static List<Expr> Terms(IReadOnlyCollection<Expr> outputs)
    {
        var wanted = new HashSet<Expr>(outputs);
        var terms = new List<Expr>();
        foreach (var node in Graph.TopologicalOrder(outputs).Reverse())
            if (!wanted.Contains(node)) continue;
            else if (node.Op is AddOp or SubtractOp or NegateOp or ReshapeOp or TransposeOp) wanted.UnionWith(node.Inputs);
            else terms.Add(node);
        return terms;
    }

    /// <summary>Ops that only place elements anew: done for all steps at once they need no memory that the elements do not need.</summary>
    static bool MovesElements(Expr node) => node.Op is ReshapeOp or TransposeOp or SliceOp or ConcatOp or BroadcastOp or PadOp;

    /// <summary>The values of a step that an expression places anew: elements and results, but not what is the same at all steps.</summary>
    static IEnumerable<Expr> PerStep(Expr e, ScanBody body)
    {
        var (seen, open) = (new HashSet<Expr> { e }, new Stack<Expr>([e]));
        while (open.TryPop(out var node))
            if (MovesElements(node))
            {
                foreach (var x in node.Inputs)
                    if (seen.Add(x)) open.Push(x);
            }
            else if (!body.Constants.Contains(node) && (node.VariableName is not null || !node.Inputs.IsEmpty)) yield return node;
    }

    /// <summary>Expressions of a step for all steps at once, given the values of its elements and, stacked, of others.</summary>
    static Expr[] AtAllSteps(IReadOnlyCollection<Expr> expressions, ScanBody body, Expr[] inputs, Dictionary<Expr, Expr> stacked)
    {
        var (carries, last) = (body.Carries.Length, body.Carries.Length + body.Elements.Length);
        (Expr Part, Expr Value)[] slices = [.. body.Elements.Zip(inputs[carries..last]), .. stacked.Select(s => (s.Key, s.Value))];
        // Stand-ins, for the names in a step may be in use outside.
        var parts = slices
            .DistinctBy(s => s.Part)
            .ToDictionary(s => s.Part, s => (One: Placeholder.Like(s.Part), All: Placeholder.Like(s.Value), s.Value));
        var unchanging = body
            .Constants.Zip(inputs[last..])
            .ToDictionary(c => c.First, c => (One: Placeholder.Like(c.First), Value: c.Second));
        var one = Graph.Replace(
            expressions,
            parts
                .Select(p => (p.Key, p.Value.One))
                .Concat(unchanging.Select(c => (c.Key, c.Value.One)))
                .ToDictionary(p => p.Key, p => p.One));
        var all = Differentiation.Vmap(one, [.. parts.Values.Select(p => (p.One, p.All))]);
        return Graph.Replace(
            all,
            parts
                .Values.Select(p => (p.All, p.Value))
                .Concat(unchanging.Values.Select(c => (All: c.One, c.Value)))
                .ToDictionary(p => p.All, p => p.Value));
    }
}
