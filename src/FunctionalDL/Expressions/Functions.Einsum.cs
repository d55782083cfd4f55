namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// Einstein's summation: the product of operands whose axes are labelled by letters, summed over all labels that the result does not
    /// have, such as <c>"bij,bjk->bik"</c>, products of matrices, or <c>"ii"</c>, the trace.
    /// </summary>
    /// <example>
    /// <code>
    /// var outer = Functions.Einsum("i,j->ij", Expr.Variable("x", [2]), Expr.Variable("y", [3]));  // [2, 3]
    /// </code>
    /// </example>
    /// <remarks>
    /// A label twice in one operand takes its diagonal. "..." stands for all axes without a label, which broadcast. Without "->" the
    /// result has the axes of "..." and then the labels that occur once, in the order of the alphabet. An axis of size 1 is repeated.
    /// Operands are multiplied one after another, two at a time as one matrix product.
    /// </remarks>
    /// <param name="equation">The labels of each operand, separated by commas, then "->" and those of the result; spaces are free.</param>
    /// <param name="x">The operands, numbers of one dtype.</param>
    /// <exception cref="FunctionalException">The equation is none, or not for as many operands.</exception>
    /// <exception cref="ShapeException">An operand has other axes, or axes of one label differ.</exception>
    public static Expr Einsum(string equation, params Expr[] x)
    {
        if (x.Length == 0) throw new FunctionalException($"Einsum: there are no operands for \"{equation}\". Give one for each term.");
        var (labels, result) = EinsumEquation.Read(equation, [.. x.Select(e => e.Shape)]);
        CheckSizes(equation, x, labels);
        Labelled[] operands = [.. x.Zip(labels, (e, axes) => Diagonal(e, axes))];
        var product = operands[0];
        for (var i = 1; i < operands.Length; i++)
            product = Contracted(product, operands[i], [.. operands.Skip(i + 1).SelectMany(e => e.Labels), .. result]);
        product = Summed(product, result.Contains);
        return Transpose(product.Value, [.. result.Select(label => Array.IndexOf(product.Labels, label))]);
    }

    /// <summary>A tensor with a label for each axis, no two the same.</summary>
    readonly record struct Labelled(Expr Value, int[] Labels)
    {
        public Dim Size(int label) => Value.Shape[Array.IndexOf(Labels, label)];
    }

    static void CheckSizes(string equation, Expr[] x, int[][] labels)
    {
        var sizes = x.Zip(labels).SelectMany(operand => operand.Second.Zip(operand.First.Shape));
        foreach (var same in sizes.GroupBy(axis => axis.First, axis => axis.Second))
            if (same.Where(size => size != 1).Distinct().ToArray() is [var one, var other, ..])
                throw new ShapeException(
                    $"Einsum: in \"{equation}\" {(same.Key > 0 ? $"\"{(char)same.Key}\"" : "an axis of \"...\"")} is {one} and {other}. "
                        + "Axes of one label have one size."
                );
    }

    /// <summary>The elements at which axes of one label have one index.</summary>
    static Labelled Diagonal(Expr x, int[] labels)
    {
        for (var at = labels.Length - 1; at > 0; at--)
        {
            var first = Array.IndexOf(labels, labels[at]);
            if (first == at) continue;
            if (x.Shape[first] != x.Shape[at])
                throw new ShapeException(
                    $"Einsum: \"{(char)labels[at]}\" is the label of axes {first} and {at} of {x.Shape}. Only a square has a diagonal.");
            int[] others = [.. Enumerable.Range(0, x.Rank).Where(axis => axis != first && axis != at)];
            var n = x.Shape[at];
            var square = Transpose(x, [.. others, first, at]);
            var flat = Reshape(square, [.. square.Shape.Slice(0, others.Length), n * n]);
            x = n is { IsKnown: true, Size: > 0 }
                ? Slice(flat, -1, 0, flat.Shape[^1].Size, n.Size + 1)
                : Gather(flat, Range(n) * (SizeOf(n, DType.Int64) + 1), others.Length);
            labels = [.. others.Select(axis => labels[axis]), labels[at]];
            at = labels.Length;
        }
        return new(x, labels);
    }

    /// <summary>Summed over the labels that nobody needs.</summary>
    static Labelled Summed(Labelled x, Func<int, bool> isNeeded)
    {
        int[] axes = [.. Enumerable.Range(0, x.Labels.Length).Where(axis => !isNeeded(x.Labels[axis]))];
        return axes.Length == 0 ? x : new(Sum(x.Value, axes), [.. x.Labels.Where(isNeeded)]);
    }

    /// <summary>The product of two, summed over the labels that both have and nobody else needs: one product of matrices.</summary>
    static Labelled Contracted(Labelled a, Labelled b, HashSet<int> needed)
    {
        // An axis of size 1 is one factor for all along the other's.
        (a, b) = (Squeezed(a, b), Squeezed(b, a));
        (a, b) = (
            Summed(a, label => needed.Contains(label) || b.Labels.Contains(label)),
            Summed(b, label => needed.Contains(label) || a.Labels.Contains(label)));
        int[] shared = [.. a.Labels.Intersect(b.Labels)],
            batch = [.. shared.Where(needed.Contains)],
            summed = [.. shared.Except(needed)],
            left = [.. a.Labels.Except(shared)],
            right = [.. b.Labels.Except(shared)];
        Shape Sizes(Labelled of, int[] labels) => [.. labels.Select(of.Size)];
        Expr Ordered(Labelled of, int[] labels) => Transpose(of.Value, [.. labels.Select(label => Array.IndexOf(of.Labels, label))]);
        var (each, rows, columns) = (Sizes(a, batch), Sizes(a, left), Sizes(b, right));
        int[] labels = [.. batch, .. left, .. right];
        if (summed.Length == 0)
            return new(
                Reshape(Ordered(a, [.. batch, .. left]), each.Concat(rows).Concat([.. right.Select(_ => (Dim)1)]))
                    * Reshape(Ordered(b, [.. batch, .. right]), each.Concat([.. left.Select(_ => (Dim)1)]).Concat(columns)),
                labels);
        var inner = Sizes(a, summed).Elements;
        var product = MatMul(
            Reshape(Ordered(a, [.. batch, .. left, .. summed]), each.Concat([rows.Elements, inner])),
            Reshape(Ordered(b, [.. batch, .. summed, .. right]), each.Concat([inner, columns.Elements])));
        return new(Reshape(product, each.Concat(rows).Concat(columns)), labels);
    }

    /// <summary>Without the axes of size 1 along which the other is longer.</summary>
    static Labelled Squeezed(Labelled x, Labelled other)
    {
        bool IsOne(int label) => x.Size(label) == 1 && other.Labels.Contains(label) && other.Size(label) != 1;
        int[] labels = [.. x.Labels.Where(label => !IsOne(label))];
        return new(Reshape(x.Value, [.. labels.Select(x.Size)]), labels);
    }
}
