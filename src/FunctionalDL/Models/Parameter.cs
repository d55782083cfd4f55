namespace FunctionalDL;

/// <summary>A parameter a layer declared: its name, type, first value, and whether training changes it by its gradient.</summary>
/// <param name="Name">The name, such as <c>dense1.weight</c>.</param>
/// <param name="Type">The dtype and shape.</param>
/// <param name="Initializer">How the first value is made.</param>
/// <param name="IsTrainable">True for weights; false for statistics that a layer updates itself.</param>
public sealed record Parameter(string Name, TensorType Type, Initializer Initializer, bool IsTrainable)
{
    /// <summary>The variable that stands for the parameter in expressions.</summary>
    public Expr Variable { get; } = new(new Ops.VariableOp(Name, Type) { IsStatistic = !IsTrainable });

    /// <summary>The first value that a key gives.</summary>
    internal Tensor FirstValue(Key key) => Initializer.Create(key, Type.Shape, Type.DType);
}
