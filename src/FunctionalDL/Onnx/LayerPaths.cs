using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>
/// The layers that nodes belong to, as paths such as <c>encoder1/attention1</c>: a node is of the layer whose parameters it takes, and
/// otherwise of the innermost that encloses all layers it is computed from.
/// </summary>
sealed class LayerPaths(string around)
{
    const char Separator = '/';

    readonly Dictionary<Expr, string> parameters = [], enclosing = [];

    /// <summary>The path of a node, given what it is computed from, which was asked for before.</summary>
    public string Of(Expr node, IReadOnlyList<Expr> inputs)
    {
        if (node.VariableName is { } name)
        {
            if (name.LastIndexOf('.') is > 0 and var end) parameters[node] = name[..end].Replace('.', Separator);
            return around;
        }
        string[] own = [.. inputs.Where(parameters.ContainsKey).Select(x => parameters[x])];
        if (own.Length == 1 && inputs.Count == 1 && IsView(node)) parameters[node] = own[0];
        if (own.Length > 0)
        {
            var path = own.Aggregate(Common);
            enclosing[node] = path.LastIndexOf(Separator) is > 0 and var parent ? path[..parent] : "";
            return path;
        }
        string[] from = [.. inputs.Where(enclosing.ContainsKey).Select(x => enclosing[x])];
        return from.Length == 0 ? around : enclosing[node] = from.Aggregate(Common);
    }

    static bool IsView(Expr node) => node.Op is BroadcastOp or ReshapeOp or TransposeOp or SliceOp or CastOp or StopGradientOp;

    static string Common(string a, string b)
    {
        if (a == b) return a;
        var shared = a.Split(Separator).Zip(b.Split(Separator)).TakeWhile(parts => parts.First == parts.Second);
        return string.Join(Separator, shared.Select(parts => parts.First));
    }
}
