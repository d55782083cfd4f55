using FunctionalDL.Onnx;

namespace FunctionalDL.Tests.Onnx;

/// <summary>What people read in a file: names, types and where nodes come from.</summary>
public class NamingTests
{
    static readonly Model Network = Model.Input("time", 8).Then(Layer.TransformerEncoder(2)).Then(Layer.Lstm(3)).Dense(2).Initialize(1);

    static readonly GraphProto Graph = CompositeTests.Written(Network.Outputs, Network.Parameters);

    [Fact]
    public void Nodes_are_named_after_the_layer_they_are_in()
    {
        string[] names = [.. Graph.Node.Select(node => node.Name)];
        Assert.Equal(names, names.Distinct());
        foreach (var name in new[] { "dense1/Gemm", "lstm1/LSTM", "encoder1/residual1/attention1/qkv1/MatMul",
            "encoder1/residual1/attention1/Softmax", "encoder1/residual2/layernorm1/LayerNormalization" })
            Assert.Contains(name, names);
        Assert.Subset(Graph.Initializer.Select(i => i.Name).ToHashSet(), Network.Parameters.Names.ToHashSet());
    }

    [Fact]
    public void A_second_node_of_a_name_has_a_number()
    {
        var x = Expr.Variable("x", ["n"]);
        var graph = CompositeTests.Written([("y", Sin(Sin(x))), ("Cos", Cos(Cos(x)))], TensorSet.Empty);
        Assert.Equal(["Sin", "Sin_1", "Cos_1", "Cos_2"], graph.Node.Select(node => node.Name).SkipLast(2));
    }

    /// <summary>The type of every value that is an expression's, with named dimensions, and the op it comes from.</summary>
    [Fact]
    public void Values_say_their_type_and_where_they_come_from()
    {
        var infos = Graph.ValueInfo.ToDictionary(info => info.Name);
        var softmax = infos["encoder1/residual1/attention1/Softmax"];
        Assert.Equal(["batch", "", "time", "time"], softmax.Type.TensorType.Shape.Dim.Select(d => d.DimParam));
        Assert.Contains("Divide", softmax.DocString);
        var made = Graph.Node.SelectMany(node => node.Output).ToHashSet();
        Assert.All(infos.Keys, name => Assert.Contains(name, made));
        foreach (var node in Graph.Node.Where(node => node.OpType is "LayerNormalization" or "MatMul" or "Gemm" or "Softmax"))
            Assert.Contains(node.Output[0], infos.Keys);
    }

    [Fact]
    public void A_node_is_traced_to_its_expression()
    {
        (string, Expr)[] outputs = [("y", Model.Input(8).Dense(2).Output)];
        Assert.Same(outputs[0].Item2, OnnxExport.OriginOf(outputs, "dense1/Gemm"));
        Assert.Null(OnnxExport.OriginOf(outputs, "nowhere"));
        var primitive = OnnxExport.OriginOf(outputs, "dense1/MatMul", new() { PrimitivesOnly = true });
        Assert.Equal("MatMul", primitive?.Op.Name);
    }

    /// <summary>A node of constants is its value, where that takes no more than they do; a parameter is never folded.</summary>
    [Fact]
    public void Constants_are_computed_when_the_model_is_written()
    {
        var (x, w) = (Expr.Variable("x", ["n", 3]), Expr.Variable("w", [3, 3]));
        var table = Expr.Constant(Key.Of(2).Uniform([3, 3]));
        var graph = CompositeTests.Written(
            [("folded", x + Sum(Transpose(table) * 2 + Sin(table), 0)), ("grown", Sum(Broadcast(table, [5, 3, 3]), 0) + Sum(x)),
                ("parameter", MatMul(x, Sin(w)))],
            TensorSet.Of(("w", Key.Of(1).Uniform([3, 3]))));
        Assert.Equal(["Add", "ReduceSum", "Add", "Sin", "MatMul"], graph.Node.Select(node => node.OpType).SkipLast(3));
        Assert.InRange(graph.Initializer.Sum(i => i.RawData.Length), 0, 3 * 9 * 4);
        Assert.Contains(graph.Initializer, i => i.Name == "w");
    }
}
