namespace FunctionalDL;

/// <summary>The columns of a data set as the inputs of a model.</summary>
static class ModelData
{
    /// <summary>
    /// The column that an input takes: that of its name, or the only one of a data set made of two tensors, for a model of one input.
    /// </summary>
    public static Tensor InputOf(this Dataset data, Model model, string name)
    {
        if (data.InputColumns.TryGetValue(name, out var column)) return column;
        if (model.Inputs.Count == 1 && data.InputColumns.Names is [ColumnNames.Input]) return data.Inputs;
        throw new DataException($"Model: the data has no column for input \"{name}\". There are: "
            + $"{string.Join(", ", data.InputColumns.Names)}. Name the column as the input: "
            + $"new Dataset(TensorSet.Of({string.Join(", ", model.Inputs.Select(i => $"(\"{i.VariableName}\", …)"))}), targets).");
    }

    /// <summary>All inputs by their names.</summary>
    public static TensorSet InputsOf(this Dataset data, Model model) =>
        TensorSet.Of(model.Inputs.Select(i => KeyValuePair.Create(i.VariableName!, data.InputOf(model, i.VariableName!))));

    /// <summary>Throws where the data's inputs are not those a model takes.</summary>
    public static void CheckInputs(this Dataset data, Model model)
    {
        foreach (var input in model.Inputs) Check(model, input, data.InputOf(model, input.VariableName!));
    }

    static void Check(Model model, Expr input, Tensor column)
    {
        var given = column.Shape.With(0, Model.Batch);
        if (Takes(input, given) && column.DType == input.DType) return;
        var isOnly = model.Inputs.Count == 1;
        var (what, data) = isOnly ? ("inputs", "the data has") : ($"input \"{input.VariableName}\"", "its column is");
        var message = $"Model: takes {what} {input.Type}, {data} {column.DType.Name()}{given}.";
        var begin = isOnly ? "Input(" : $"ModelInput.Of(\"{input.VariableName}\", ";
        string Begin(string dtype) => $"{begin}{dtype}{string.Join(", ", given.Skip(1))})";
        if (Takes(input, given))
            throw new DTypeException($"{message} Cast the data, inputs.Cast(DType.{input.DType}), "
                + $"or begin the model with {Begin($"DType.{column.DType}, ")}.");
        if (given.Rank > 3 && Takes(input, [given[0], given[^1], .. given.Skip(1).SkipLast(1)]))
            throw new ShapeException($"{message} The data has its channels last, and here they come first: "
                + $"Functions.Transpose(Expr.Constant(inputs), 0, {given.Rank - 1}, "
                + $"{string.Join(", ", Enumerable.Range(1, given.Rank - 2))}).Evaluate().");
        throw new ShapeException($"{message} Reshape or cast the data, or begin the model with {Begin("")}.");
    }

    static bool Takes(Expr input, Shape given) =>
        given.Rank == input.Rank && input.Shape.Zip(given).All(d => !d.First.IsKnown || d.First == d.Second);
}
