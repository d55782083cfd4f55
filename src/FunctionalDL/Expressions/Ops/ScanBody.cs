using System.Collections.Immutable;

namespace FunctionalDL.Ops;

/// <summary>
/// One step of a loop over time, as expressions of variables that stand for the carried values, the elements of the sequences at this step, and
/// what is the same at all steps.
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
    ScanBody? adjoint, tangent;

    public IEnumerable<Expr> Variables => [.. Carries, .. Elements, .. Constants];

    public IReadOnlyCollection<Expr> Outputs => [.. Next, .. Stacked, .. Summed];

    /// <summary>The shapes of the results of a loop of some length: each carried value before the first step and after every step, what is stacked, what is summed.</summary>
    public IEnumerable<Shape> Results(Dim length) =>
        [.. Next.Select(e => e.Shape.Insert(0, length + 1)), .. Stacked.Select(e => e.Shape.Insert(0, length)), .. Summed.Select(e => e.Shape)];

    /// <summary>The results in the vector that is a loop's value, one after another.</summary>
    public Expr[] Split(Expr value, Dim length)
    {
        Dim start = 0;
        var results = new List<Expr>();
        foreach (var shape in Results(length))
        {
            results.Add(Functions.Reshape(Functions.SliceFrom(value, 0, start, shape.Elements), shape));
            start += shape.Elements;
        }
        return [.. results];
    }

    /// <summary>A carried value as each step found it, from its values at all times; element t belongs to step t.</summary>
    public Expr Before(Expr values) => Functions.SliceFrom(values, 0, IsReversed ? 1 : 0, values.Shape[0] - 1);

    /// <summary>A carried value as each step left it.</summary>
    public Expr After(Expr values) => Functions.SliceFrom(values, 0, IsReversed ? 0 : 1, values.Shape[0] - 1);

    /// <summary>A carried value after the last step.</summary>
    public Expr Last(Expr values) => Functions.Index(values, 0, IsReversed ? 0 : -1);

    /// <summary>
    /// The step of the loop that goes back: with λ the gradient of the carried values after a step, before it is λ·∂next/∂carry + … + what the result's
    /// own gradient adds there. It computes the step's inside anew from the carried values, so that those are all a loop has to remember.
    /// </summary>
    /// <remarks>
    /// Carries λ; elements: the carried values before the step, the elements, the gradients of the carried values before the step and of what was
    /// stacked; constants: those, and the gradients of what was summed. It stacks the elements' gradients and sums those of the constants.
    /// </remarks>
    public ScanBody Adjoint => adjoint ??= MakeAdjoint();

    ScanBody MakeAdjoint()
    {
        ImmutableArray<Expr> carry = Fresh(Next, 0), before = Fresh(Carries, 1), stacked = Fresh(Stacked, 2), summed = Fresh(Summed, 3);
        var (elements, constants) = (Floats(Elements), Floats(Constants));
        var g = Differentiation.Vjp([.. Outputs.Zip(carry.Concat(stacked).Concat(summed))], [.. Carries, .. elements, .. constants]);
        return new(carry, [.. Carries, .. Elements, .. before, .. stacked], [.. Constants, .. summed],
            [.. g.Zip(before, (share, own) => share + own)], [.. g.Skip(Carries.Length).Take(elements.Length)], [.. g[^constants.Length..]], !IsReversed);
    }

    /// <summary>
    /// The step of the derivative along a direction: carries the tangents; its elements are the carried values before the step, the elements and the
    /// tangents of those that are floats; likewise the constants. Its results are the tangents of this one's.
    /// </summary>
    public ScanBody Tangent => tangent ??= MakeTangent();

    ScanBody MakeTangent()
    {
        ImmutableArray<Expr> carry = Fresh(Carries, 0), elements = Fresh(Floats(Elements), 1), constants = Fresh(Floats(Constants), 2);
        var t = Differentiation.Jvp(Outputs, [.. Carries.Concat(Floats(Elements)).Concat(Floats(Constants)).Zip(carry.Concat(elements).Concat(constants))]);
        return new(carry, [.. Carries, .. Elements, .. elements], [.. Constants, .. constants], [.. t[..Next.Length]], [.. t[Next.Length..^Summed.Length]], [.. t[^Summed.Length..]], IsReversed);
    }

    /// <summary>The step of n loops side by side: carried values and results have a first axis of size n, and so have the variables that are marked.</summary>
    public ScanBody Batched(bool[] marked, Dim n)
    {
        Expr[] one = [.. Variables], all = [.. one.Select((v, i) => i < Carries.Length || marked[i] ? Expr.Variable(v.VariableName!, v.Shape.Insert(0, n), v.DType) : v)];
        var outputs = Differentiation.Vmap(Outputs, [.. one.Zip(all).Where(p => p.First != p.Second)]);
        var (first, last) = (Carries.Length, Carries.Length + Elements.Length);
        return new([.. all[..first]], [.. all[first..last]], [.. all[last..]], [.. outputs[..first]], [.. outputs[first..^Summed.Length]], [.. outputs[^Summed.Length..]], IsReversed);
    }

    public static ImmutableArray<Expr> Floats(IEnumerable<Expr> variables) => [.. variables.Where(x => x.DType.IsFloat())];

    /// <summary>Variables of the types of other expressions, with names that this body does not use.</summary>
    public ImmutableArray<Expr> Fresh(ImmutableArray<Expr> like, int series) =>
        [.. like.Select((e, i) => Expr.Variable($"g{Variables.Count()}_{series}_{i}", e.Shape, e.DType))];

    /// <summary>The body with each op replaced.</summary>
    public ScanBody Map(Func<Op, Op> map)
    {
        var all = Graph.Rebuild([.. Variables, .. Outputs], (node, x) => map(node.Op) is var op && ReferenceEquals(op, node.Op) ? node.WithInputs(x) : new(op, x));
        var next = 0;
        ImmutableArray<Expr> Take(ImmutableArray<Expr> like) => [.. all[next..(next += like.Length)]];
        return new(Take(Carries), Take(Elements), Take(Constants), Take(Next), Take(Stacked), Take(Summed), IsReversed);
    }

    // A loop's step is the same only as itself: comparing graphs takes as many steps as they have nodes.
    public bool Equals(ScanBody? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>What each carried value becomes, on one line.</summary>
    public override string ToString()
    {
        const int longest = 100;
        var steps = string.Join(", ", Carries.Zip(Next, (h, next) => $"{h.VariableName} ← {Printer.Print(next, 4).ReplaceLineEndings("; ")}"));
        return steps.Length <= longest ? steps : steps[..longest] + "…";
    }
}
