using System.Collections.Immutable;

namespace FunctionalDL.Ops;

/// <summary>
/// One step of a loop over time, as expressions of variables that stand for the carried values, the elements of the sequences at this
/// step, and what is the same at all steps.
/// </summary>
/// <param name="Carries">Variables for the values carried from step to step.</param>
/// <param name="Elements">Variables for the elements of the sequences at a step.</param>
/// <param name="Constants">Variables for what does not change.</param>
/// <param name="Next">What each carried value becomes.</param>
/// <param name="Stacked">Values kept for each step.</param>
/// <param name="Summed">Values added up over the steps.</param>
/// <param name="IsReversed">Whether the loop goes from the last element to the first.</param>
sealed record ScanBody(
    ImmutableArray<Expr> Carries, ImmutableArray<Expr> Elements, ImmutableArray<Expr> Constants,
    ImmutableArray<Expr> Next, ImmutableArray<Expr> Stacked, ImmutableArray<Expr> Summed, bool IsReversed)
{
    const int KeptSeries = 5;

    ScanBody? adjoint, tangent, keeping;
    ImmutableArray<Expr> kept;
    ScanBody? root;

    /// <summary>The body this one is, apart from what it keeps beyond that for the way back.</summary>
    public ScanBody Root => root ?? this;

    public IEnumerable<Expr> Variables => [.. Carries, .. Elements, .. Constants];

    public IReadOnlyCollection<Expr> Outputs => [.. Next, .. Stacked, .. Summed];

    /// <summary>
    /// The shapes of the results of a loop of some length: each carried value before the first step and after every step, what is
    /// stacked, what is summed.
    /// </summary>
    public IEnumerable<Shape> Results(Dim length) =>
        [
            .. Next.Select(e => e.Shape.Insert(0, length + 1)),
            .. Stacked.Select(e => e.Shape.Insert(0, length)),
            .. Summed.Select(e => e.Shape),
        ];

    /// <summary>The number of a result among those of a body which stacks more.</summary>
    public int IndexIn(ScanBody wider, int result) =>
        result < Next.Length + Stacked.Length ? result : result + wider.Stacked.Length - Stacked.Length;

    /// <summary>A carried value as each step found it, from its values at all times; element t belongs to step t.</summary>
    public Expr Before(Expr values) => Functions.SliceFrom(values, 0, IsReversed ? 1 : 0, values.Shape[0] - 1);

    /// <summary>A carried value as each step left it.</summary>
    public Expr After(Expr values) => Functions.SliceFrom(values, 0, IsReversed ? 0 : 1, values.Shape[0] - 1);

    /// <summary>A carried value after the last step.</summary>
    public Expr Last(Expr values) => Functions.Index(values, 0, IsReversed ? 0 : -1);

    /// <summary>
    /// The step of the loop that goes back: with λ the gradient of the carried values after a step, before it is λ·∂next/∂carry +
    /// … + what the result's own gradient adds there. What is dear of the step's inside it is given, and the rest it computes anew.
    /// </summary>
    /// <remarks>
    /// Carries λ; elements: the carried values before the step, the elements, the gradients of the carried values before the step and of
    /// what was stacked, and what is <see cref="Kept"/>; constants: those, and the gradients of what was summed. It stacks the elements'
    /// gradients and sums those of the constants.
    /// </remarks>
    public ScanBody Adjoint => adjoint ??= MakeAdjoint();

    /// <summary>The products and functions of a step that its derivative needs.</summary>
    public ImmutableArray<Expr> Kept => Adjoint is null ? [] : kept;

    /// <summary>This body, which also stacks what is kept for the way back.</summary>
    public ScanBody Keeping => keeping ??= Kept.All(IsResult) ? this
        : new(Carries, Elements, Constants, Next, [.. Stacked, .. Kept.Where(e => !IsResult(e))], Summed, IsReversed) { root = Root };

    bool IsResult(Expr e) => Next.Contains(e) || Stacked.Contains(e);

    ScanBody MakeAdjoint()
    {
        ImmutableArray<Expr> carry = Fresh(Next, 0), before = Fresh(Carries, 1), stacked = Fresh(Stacked, 2), summed = Fresh(Summed, 3);
        var (elements, constants) = (Floats(Elements), Floats(Constants));
        var g = Differentiation.Vjp(
            [.. Outputs.Zip(carry.Concat(stacked).Concat(summed), (y, g) => (y, new Cotangent(g)))],
            [.. Carries, .. elements, .. constants]);
        Expr[] results = [.. g.Zip(before, (share, own) => share + own), .. g.Skip(Carries.Length)];
        kept = [.. Dear(results)];
        var given = Fresh(kept, KeptSeries);
        results = Graph.Replace(results, kept.Zip(given).ToDictionary(p => p.First, p => p.Second));
        return new(
            carry,
            [.. Carries, .. Elements, .. before, .. stacked, .. given],
            [.. Constants, .. summed],
            [.. results[..Carries.Length]],
            [.. results[Carries.Length..^constants.Length]],
            [.. results[^constants.Length..]],
            !IsReversed);
    }

    /// <summary>The products and functions of the step itself that expressions need first, when they are followed inwards.</summary>
    List<Expr> Dear(Expr[] expressions)
    {
        var own = Graph.Dependents(Graph.TopologicalOrder(Outputs), Carries.Concat(Elements));
        var (seen, open, dear) = (new HashSet<Expr>(expressions), new Stack<Expr>(expressions), new List<Expr>());
        while (open.TryPop(out var node))
            if (own.Contains(node) && node.Op is MatMulOp or UnaryOp && node.DType == Next[0].DType) dear.Add(node);
            else
                foreach (var x in node.Inputs)
                    if (seen.Add(x)) open.Push(x);
        return dear;
    }

    /// <summary>
    /// The step of the derivative along a direction: carries the tangents; its elements are the carried values before the step, the
    /// elements and the tangents of those that are floats; likewise the constants. Its results are the tangents of this one's.
    /// </summary>
    public ScanBody Tangent => tangent ??= MakeTangent();

    ScanBody MakeTangent()
    {
        ImmutableArray<Expr> carry = Fresh(Carries, 0),
            elements = Fresh(Floats(Elements), 1),
            constants = Fresh(Floats(Constants), 2);
        var t = Differentiation.Jvp(
            Outputs,
            [.. Carries.Concat(Floats(Elements)).Concat(Floats(Constants)).Zip(carry.Concat(elements).Concat(constants))]);
        return new(
            carry,
            [.. Carries, .. Elements, .. elements],
            [.. Constants, .. constants],
            [.. t[..Next.Length]],
            [.. t[Next.Length..^Summed.Length]],
            [.. t[^Summed.Length..]],
            IsReversed);
    }

    /// <summary>
    /// The step of n loops side by side: carried values and results have a first axis of size n, and so have the variables that are
    /// marked.
    /// </summary>
    public ScanBody Batched(bool[] marked, Dim n)
    {
        Expr[] one = [.. Variables],
            all =
            [.. one.Select((v, i) => i < Carries.Length || marked[i] ? Expr.Variable(v.VariableName!, v.Shape.Insert(0, n), v.DType) : v)];
        var outputs = Differentiation.Vmap(Outputs, [.. one.Zip(all).Where(p => p.First != p.Second)]);
        var (first, last) = (Carries.Length, Carries.Length + Elements.Length);
        return new(
            [.. all[..first]],
            [.. all[first..last]],
            [.. all[last..]],
            [.. outputs[..first]],
            [.. outputs[first..^Summed.Length]],
            [.. outputs[^Summed.Length..]],
            IsReversed);
    }

    public static ImmutableArray<Expr> Floats(IEnumerable<Expr> variables) => [.. variables.Where(x => x.DType.IsFloat())];

    /// <summary>Variables of the types of other expressions, with names that this body does not use.</summary>
    public ImmutableArray<Expr> Fresh(ImmutableArray<Expr> like, int series) =>
        [.. like.Select((e, i) => Expr.Variable($"g{Variables.Count()}_{series}_{i}", e.Shape, e.DType))];

    /// <summary>
    /// The step as a graph of carried values, elements and constants to what is carried on, stacked and summed; how many of them are
    /// carried, are elements and are stacked; and the direction.
    /// </summary>
    public ScanBody Remake(AttributeMap a)
    {
        var body = a.Of("body", Step);
        var (inputs, outputs) = (body.Inputs, body.Outputs);
        var (carries, elements) = (a.Of("carries", Carries.Length), a.Of("elements", Elements.Length));
        var stacked = a.Of("stacked", Stacked.Length);
        if (
            carries < 1
            || elements < 0
            || stacked < 0
            || carries + (long)elements > inputs.Length
            || carries + (long)stacked > outputs.Length)
            throw new FunctionalException(
                $"Scan: {carries} carried values, {elements} elements and {stacked} stacked values of a step with {inputs.Length} inputs "
                    + "and "
                + $"{outputs.Length} outputs. Carried values are the first inputs and outputs, the others come after them.");
        return new(inputs[..carries], inputs[carries..(carries + elements)], inputs[(carries + elements)..],
            outputs[..carries], outputs[carries..(carries + stacked)], outputs[(carries + stacked)..], a.Of("isReversed", IsReversed));
    }

    GraphAttribute Step => new(Variables, Outputs);

    // Two steps are the same where they are of the same nodes: comparing graphs takes as many steps as they have nodes.
    public bool Equals(ScanBody? other) => other is not null && (ReferenceEquals(this, other) || IsReversed == other.IsReversed
        && Carries.Length == other.Carries.Length && Elements.Length == other.Elements.Length && Stacked.Length == other.Stacked.Length
        && Step == other.Step);

    public override int GetHashCode() => HashCode.Combine(IsReversed, Step);

    /// <summary>What each carried value becomes, on one line.</summary>
    public override string ToString()
    {
        const int longest = 100;
        var steps = string.Join(
            ", ",
            Carries.Zip(Next, (h, next) => $"{h.VariableName} ← {Printer.Print(next, 4).ReplaceLineEndings("; ")}"));
        return steps.Length <= longest ? steps : steps[..longest] + "…";
    }
}
