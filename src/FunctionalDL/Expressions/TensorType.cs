namespace FunctionalDL;

/// <summary>The dtype and shape of an expression's value.</summary>
public readonly record struct TensorType(DType DType, Shape Shape)
{
    /// <summary>The type with every symbol of its shape replaced by its size.</summary>
    public TensorType Resolve(Sizes sizes) => this with { Shape = Shape.Resolve(sizes) };

    /// <summary>The type as it is written, such as <c>float32[batch, 784]</c>.</summary>
    public override string ToString() => DType.Name() + Shape;
}
