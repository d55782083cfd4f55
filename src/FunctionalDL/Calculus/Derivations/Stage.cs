namespace FunctionalDL;

/// <summary>
/// One of the functions a derivation takes an expression apart into: a part of the graph with a name of its own, differentiated with
/// respect to the stages it is applied to.
/// </summary>
sealed class Stage(Expr node, int number)
{
    /// <summary>The node whose value the stage computes.</summary>
    public Expr Node { get; } = node;

    /// <summary>The variable that stands for the value in the stages that use it.</summary>
    public Expr Placeholder { get; } = Expr.Variable($"stage {number}", node.Shape, node.DType);

    /// <summary>The variable that stands for the incoming gradient ∂L/∂node.</summary>
    public Expr Incoming { get; } = Expr.Variable($"gradient {number}", node.Shape, node.DType);

    /// <summary>The stage as a function of the placeholders of those it uses.</summary>
    public Expr Body { get; set; } = node;

    /// <summary>The stages this one is applied to, each with the derivative.</summary>
    public List<Factor> Factors { get; } = [];

    /// <summary>The factors by which the derivative arrives here, from the stages that use this one.</summary>
    public List<Factor> Uses { get; } = [];

    /// <summary>Whether paths part or meet here, so that the derivative gets a line of its own.</summary>
    public bool IsJunction => Uses.Count != 1 || Factors.Count > 1;
}

/// <summary>
/// ∂outer/∂inner, over the placeholders of the stages the outer one uses. Between scalars it is the derivative itself;
/// otherwise what it makes of the incoming gradient ∂L/∂outer.
/// </summary>
sealed record Factor(Stage Outer, Stage Inner, Expr Formula);
