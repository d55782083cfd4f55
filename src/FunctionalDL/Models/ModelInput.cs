namespace FunctionalDL;

/// <summary>An input of a model: its name, and what a row of a batch of it is.</summary>
/// <param name="Name">The name, by which data sets and predictions give it.</param>
/// <param name="DType">The dtype.</param>
/// <param name="Shape">The shape of one example; a batch is <c>[batch, shape…]</c>.</param>
/// <example><code>
/// ModelInput.Of("image", 1, 28, 28), ModelInput.Of("tokens", DType.Int64, "time")
/// </code></example>
public sealed record ModelInput(string Name, DType DType, Shape Shape)
{
    /// <summary>A float32 input.</summary>
    public static ModelInput Of(string name, params Dim[] shape) => new(name, DType.Float32, [.. shape]);

    /// <summary>An input of a dtype.</summary>
    public static ModelInput Of(string name, DType dtype, params Dim[] shape) => new(name, dtype, [.. shape]);

    /// <summary>The variable that stands for a batch.</summary>
    public Expr Variable => Expr.Variable(Name, [Model.Batch, .. Shape], DType);

    /// <summary>The name and the type of a batch.</summary>
    public override string ToString() => $"{Name} {Variable.Shape}";
}
