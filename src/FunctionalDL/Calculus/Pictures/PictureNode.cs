using System.Globalization;
using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>A node of a picture. Numbers are part of the node that uses them, and broadcasting is not drawn.</summary>
sealed record PictureNode(
    int Id,
    string Label,
    IReadOnlyList<int> Inputs,
    bool IsVariable,
    bool IsResult,
    string Formula,
    string Type,
    string? Value,
    string? Gradient)
{
    const int LongestFormula = 120;
    const int ElementsShown = 6;

    public static IReadOnlyList<PictureNode> Of(Expr expression, TensorSet? at)
    {
        var order = Graph.TopologicalOrder(expression);
        Expr[] drawn = [.. order.Where(node => node == expression || !IsFolded(node))];
        var ids = drawn.Select((node, id) => (node, id)).ToDictionary(n => n.node, n => n.id);
        var names = Printer.Names([expression]);
        var formulas = Printer.Write(new TextNotation(), [expression], Printer.Labels(new TextNotation(), names));
        var values = at is null ? null : drawn.Zip(Evaluator.Evaluate(drawn, at)).ToDictionary();
        var gradients = at is null || expression.Rank != 0 || !expression.DType.IsFloat() ? [] : Gradients(expression, drawn, at);
        return
        [
            .. drawn.Select(node => new PictureNode(
                ids[node],
                Symbol(node),
                [.. node.Inputs.Select(Through).Where(ids.ContainsKey).Select(x => ids[x])],
                node.VariableName is not null,
                node == expression,
                Short(formulas[node].Text),
                node.Type.ToString(),
                values is null ? null : Text(values[node]),
                gradients.TryGetValue(node, out var g) ? Text(g) : null)),
        ];
    }

    static Dictionary<Expr, Tensor> Gradients(Expr y, Expr[] drawn, TensorSet at)
    {
        Expr[] floats = [.. drawn.Where(node => node.DType.IsFloat())];
        return floats.Zip(Evaluator.Evaluate(y.Gradient(floats), at)).ToDictionary();
    }

    static bool IsFolded(Expr node) => node.Op is BroadcastOp || node.ConstantValue is { Shape.Rank: 0 };

    static Expr Through(Expr x)
    {
        while (x.Op is BroadcastOp) x = x.Inputs[0];
        return x;
    }

    /// <summary>What the node does: its operator alone, or with the numbers it applies, as in u².</summary>
    static string Symbol(Expr node)
    {
        var notation = new TextNotation();
        var x = node.Inputs.Select(Through).ToArray();
        var hasNumbers = x.Any(input => input.ConstantValue is { Shape.Rank: 0 });
        var printed = node
            .Op.Print(
                notation,
                [
                    .. x.Select(input =>
                        input.ConstantValue is { Shape.Rank: 0 } number
                            ? notation.Number(number.GetDouble(0))
                            : notation.Symbol(hasNumbers ? "u" : "")),
                ],
                node)
            .Text;
        if (node.Op is MultiplyOp && !hasNumbers)
            return "×";
        return hasNumbers || x.Length == 0 ? printed : printed.Replace("(, ", "(").Replace("(; ", "(").Replace("()", "").Trim(' ', ',');
    }

    static string Short(string text) => text.Length <= LongestFormula ? text : text[..LongestFormula] + "…";

    static string Text(Tensor value) =>
        value.Shape.Rank == 0
            ? Number(value.GetDouble(0))
            : $"[{string.Join(", ", Enumerable.Range(0, Math.Min(value.Count, ElementsShown)).Select(i => Number(value.GetDouble(i))))}"
                + (value.Count > ElementsShown ? ", …]" : "]");

    static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');
}
