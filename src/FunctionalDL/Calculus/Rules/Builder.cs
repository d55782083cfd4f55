using FunctionalDL.Ops;

namespace FunctionalDL.Rules;

/// <summary>Builds expressions of kept nodes, and knows which of them are needed in more than one place.</summary>
sealed class Builder(Interner kept)
{
    readonly HashSet<Expr> seen = [], shared = [];

    /// <summary>
    /// Notes what a node of the graph has become: a part that is needed elsewhere too is not taken apart, unless it is made of numbers
    /// only, as 2·π is.
    /// </summary>
    public void Note(Expr part, bool isShared)
    {
        if (!part.Inputs.IsEmpty && part.Inputs.All(x => x.ConstantValue is not null)) return;
        if (!seen.Add(part) || isShared) shared.Add(part);
    }

    public bool IsShared(Expr part) => shared.Contains(part);

    public Expr Of(Expr node) => kept.Of(node);

    public Expr Of(Op op, params Expr[] x) => kept.Of(op, x);

    /// <summary>A number everywhere in the shape of an expression.</summary>
    public Expr Number(Expr like, double value) => Repeat(Of(Expr.Constant(value, like.DType)), like.Shape);

    public Expr Repeat(Expr x, Shape shape) => x.Shape == shape ? x : Of(Functions.Broadcast(x.Op is BroadcastOp ? x.Inputs[0] : x, shape));

    /// <summary>a·x, as −x where a is −1.</summary>
    public Expr Times(double a, Expr x) => a switch
    {
        1 => x,
        -1 => Of(new NegateOp(), x),
        _ => Of(new MultiplyOp(), Number(x, a), x),
    };

    /// <summary>The product of some factors, from the left.</summary>
    public Expr Multiply(IEnumerable<Expr> factors) => factors.Aggregate((x, y) => Of(new MultiplyOp(), x, y));
}
