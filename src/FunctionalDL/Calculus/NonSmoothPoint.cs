namespace FunctionalDL;

/// <summary>A node that is not differentiable at its inputs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Kind">In which way.</param>
/// <param name="Explanation">Why, and what the library takes as the derivative.</param>
/// <param name="Element">The first such element of its value, in row-major order.</param>
/// <param name="Count">The number of such elements.</param>
public sealed record NonSmoothPoint(Expr Node, NonSmoothKind Kind, string Explanation, int Element, int Count)
{
    /// <summary>The node, where and why.</summary>
    public override string ToString() =>
        $"The chain rule's condition fails at {Printer.Print(Node, 1).Split('\n')[^1]}{Where}. {Explanation}";

    string Where
    {
        get
        {
            if (Node.Rank == 0) return "";
            return Count > 1 ? $", element {Element} and {Count - 1} more" : $", element {Element}";
        }
    }
}
