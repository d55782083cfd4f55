using FunctionalDL.Ops;
using static FunctionalDL.Rules.Parts;

namespace FunctionalDL.Rules;

/// <summary>Choices between two values.</summary>
static class Choices
{
    /// <summary>A number a at an index and 0 elsewhere is a · onehot.</summary>
    public static Expr? Select(Expr node) => node.Inputs[0].Op is OneHotOp onehot && node.DType.IsFloat() && node.Inputs[2].Number() == 0
        && (node.Inputs[1].Number() is not null || node.Inputs[1].IsRepeatedScalar())
        ? node.Inputs[1] * new Expr(onehot with { DType = node.DType }, node.Inputs[0].Inputs[0]) : null;
}
