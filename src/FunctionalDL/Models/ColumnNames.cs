namespace FunctionalDL;

/// <summary>
/// The names that mean something where none is given: of columns, of variables, and of the inputs and outputs of exported models.
/// </summary>
public static class ColumnNames
{
    /// <summary>
    /// The input of a model begun with <see cref="Model.Input(Dim[])"/>, and the inputs of a data set made of two tensors.
    /// </summary>
    public const string Input = "input";

    /// <summary>The output of a model that is a chain of layers.</summary>
    public const string Output = "output";

    /// <summary>The targets of a data set made of two tensors.</summary>
    public const string Target = "target";

    /// <summary>The variable that stands for the weights of a batch's examples.</summary>
    public const string Weights = "weights";

    /// <summary>The variable that gives a training step its randomness, an int64.</summary>
    public const string Key = "key";

    /// <summary>
    /// The seed of what a training step in ONNX draws, an int64; with <see cref="Step"/> it says the step's key.
    /// </summary>
    public const string Seed = "seed";

    /// <summary>The number of steps done before a training step in ONNX that draws, an int64.</summary>
    public const string Step = "step";

    /// <summary>The variable that stands for a column of targets: an input may have the same name as a target.</summary>
    public static string TargetVariable(string column) => column == Target ? Target : $"{Target}.{column}";
}
