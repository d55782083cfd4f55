namespace FunctionalDL;

/// <summary>
/// A run of many steps whose carried variables take the values of outputs after each. The engine owns its memory; that of the managed one
/// allocates nothing once it is
/// there. Not for several threads at a time.
/// </summary>
public abstract class Loop
{
    readonly CompiledFunction function;
    readonly (int Variable, int Output)[] carried;
    readonly Dictionary<string, int> inputs;
    readonly Shape?[] shapes;
    bool isReady, hasRun;

    /// <summary>A run of an engine.</summary>
    /// <param name="function">What a step computes.</param>
    /// <param name="carried">The carried variables by their numbers, and the number of the output each takes its next value from.</param>
    protected Loop(CompiledFunction function, IReadOnlyList<(int Variable, int Output)> carried)
    {
        (this.function, this.carried) = (function, [.. carried]);
        shapes = new Shape?[function.Variables.Count];
        inputs = function.Variables.Index().ToDictionary(v => v.Item.VariableName!, v => v.Index);
        foreach (var (variable, _) in carried) inputs.Remove(Name(variable));
    }

    string Name(int variable) => function.Variables[variable].VariableName!;

    /// <summary>
    /// The engine's own memory for a variable's value in the next steps, to be filled by the caller. Its content stays until it is
    /// written again or the shape changes. The shape fixes the sizes of symbolic dimensions; it may differ from step to step.
    /// </summary>
    /// <exception cref="FunctionalException">There is no such variable, it is carried, or its elements are of another type.</exception>
    public Span<T> Input<T>(string variable, Shape shape) where T : unmanaged
    {
        var number = Find(variable);
        var dtype = function.Variables[number].DType;
        if (DTypes.Of<T>() != dtype)
            throw new DTypeException($"Input \"{variable}\": its elements are {dtype.Name()}, not {DTypes.Of<T>().Name()}. "
                + "Ask for them as they are.");
        return Shaped<T>(number, shape);
    }

    Span<T> Shaped<T>(int variable, Shape shape) where T : unmanaged
    {
        var memory = Memory<T>(variable, shape);
        if (shapes[variable] != shape) (shapes[variable], isReady) = (shape, false);
        return memory;
    }

    /// <summary>Copies a variable's value for the next steps.</summary>
    /// <exception cref="FunctionalException">There is no such variable, it is carried, or the value is of another dtype.</exception>
    public void Set(string variable, Tensor value)
    {
        var number = Find(variable);
        if (value.DType != function.Variables[number].DType)
            throw new DTypeException($"Input \"{variable}\": its elements are {function.Variables[number].DType.Name()}, "
                + $"not {value.DType.Name()}. Cast the value.");
        Put(number, value);
    }

    internal void Put(int variable, Tensor value) => value.DType.Visit<Copy, int>(new(this, variable, value));

    readonly struct Copy(Loop loop, int variable, Tensor value) : IElementVisitor<int>
    {
        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            value.As<T>().Span.CopyTo(loop.Shaped<T>(variable, value.Shape));
            return value.Count;
        }
    }

    int Find(string variable) => inputs.TryGetValue(variable, out var number) ? number
        : throw new FunctionalException(carried.Any(c => Name(c.Variable) == variable)
            ? $"Input \"{variable}\": it is carried from step to step. Start another loop to change it."
            : $"Input \"{variable}\": there is no such variable. There are: {string.Join(", ", inputs.Keys.Take(20))}.");

    /// <summary>Runs once, then carries.</summary>
    /// <exception cref="FunctionalException">
    /// A variable has no value, or one that does not fit its type; or an op meets a value it is not defined for.
    /// </exception>
    public void Step()
    {
        if (!isReady) Prepare(SizesNow());
        isReady = true;
        Run();
        hasRun = true;
    }

    Sizes SizesNow()
    {
        var types = new Dictionary<string, TensorType>();
        foreach (var (variable, shape) in function.Variables.Zip(shapes))
            if (shape is not null) types[variable.VariableName!] = new(variable.DType, shape);
        return Evaluator.Bind(function.Variables, name => types.TryGetValue(name, out var type) ? type : null);
    }

    /// <summary>The value of an output in the last step, valid until the next.</summary>
    /// <exception cref="FunctionalException">No step has run, there is no such output, or its elements are of another type.</exception>
    public ReadOnlySpan<T> Output<T>(int output) where T : unmanaged
    {
        var dtype = Ran(output).DType;
        return DTypes.Of<T>() == dtype ? Result<T>(output)
            : throw new DTypeException($"Output {output}: its elements are {dtype.Name()}, not {DTypes.Of<T>().Name()}. "
                + "Ask for them as they are.");
    }

    /// <summary>The value of an output with one element in the last step, as a double.</summary>
    /// <exception cref="FunctionalException">No step has run, or the output is not a single number.</exception>
    public double Scalar(int output) => Ran(output).DType.Visit<Number, double>(new(this, output));

    readonly struct Number(Loop loop, int output) : IElementVisitor<double>
    {
        public double Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => TElement.ToDouble(loop.Only<T>(output));
    }

    T Only<T>(int output) where T : unmanaged => Result<T>(output) is [var only] ? only
        : throw new TensorException($"Output {output}: {function.Outputs[output].Type} is not a single number. Use Output.");

    Expr Ran(int output)
    {
        if (!hasRun)
            throw new FunctionalException("Loop: no step has run yet. Call Step first.");
        if (output < 0 || output >= function.Outputs.Count)
            throw new FunctionalException($"Loop: there is no output {output}. There are {function.Outputs.Count}, counted from 0.");
        return function.Outputs[output];
    }

    /// <summary>A copy of the carried variables' values after the last step.</summary>
    public TensorSet State => TensorSet.Of(carried.Select((c, number) =>
        KeyValuePair.Create(Name(c.Variable), ValueOf(number, function.Variables[c.Variable].DType, shapes[c.Variable]!))));

    Tensor ValueOf(int number, DType dtype, Shape shape) => dtype.Visit<Carried, Tensor>(new(this, number, shape));

    readonly struct Carried(Loop loop, int number, Shape shape) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            Tensor.Of(shape, loop.Current<T>(number, shape.ElementCount));
    }

    /// <summary>
    /// The engine's memory for a variable's value, to be written by the caller: that of the next steps, of a carried variable before the
    /// first. It stays the same as long
    /// as the shape does.
    /// </summary>
    /// <param name="variable">The variable's number.</param>
    /// <param name="shape">The value's shape.</param>
    protected abstract Span<T> Memory<T>(int variable, Shape shape) where T : unmanaged;

    /// <summary>Told before the first step, and before a step at other sizes.</summary>
    /// <param name="sizes">The sizes of the named dimensions.</param>
    protected abstract void Prepare(Sizes sizes);

    /// <summary>Computes the outputs, and makes those that are carried the values of their variables.</summary>
    protected abstract void Run();

    /// <summary>The value of an output in the last step, valid until the next.</summary>
    /// <param name="output">Its number.</param>
    protected abstract ReadOnlySpan<T> Result<T>(int output) where T : unmanaged;

    /// <summary>The value of a carried variable after the last step, or its first.</summary>
    /// <param name="number">Its number among the carried.</param>
    /// <param name="count">The number of its elements.</param>
    protected abstract ReadOnlySpan<T> Current<T>(int number, int count) where T : unmanaged;
}
