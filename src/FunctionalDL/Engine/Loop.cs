using FunctionalDL.Engine;

namespace FunctionalDL;

/// <summary>
/// A run of many steps whose carried variables take the values of outputs after each. It owns its buffers, allocates nothing once they are there, and is not
/// for several threads at a time.
/// </summary>
public sealed class Loop
{
    /// <summary>A carried variable's value, and memory for the next one.</summary>
    sealed class Carried(string name, int output, Tensor initial)
    {
        public string Name { get; } = name;
        public int Output { get; } = output;
        public TensorType Type { get; } = new(initial.DType, initial.Shape);
        public Block Current { get; set; } = Workspace.Copy(initial);
        public Block Next { get; set; } = Workspace.Copy(initial);

        /// <summary>Where the plan finds the value, and where it leaves the next one.</summary>
        public Storage? Variable { get; set; }
        public View? Result { get; set; }
        public bool IsGiven { get; set; }
    }

    sealed class Given(DType dtype)
    {
        public Shape? Shape { get; set; }
        public Block? Block { get; set; }
        public DType DType { get; } = dtype;
        public int Capacity { get; set; }
        public Storage? Variable { get; set; }
    }

    readonly CompiledFunction function;
    readonly PlanCache plans;
    readonly int threads;
    readonly Carried[] carried;
    readonly Dictionary<string, Given> inputs = [];
    readonly Dictionary<string, TensorType> carriedTypes;
    readonly Given[] given;
    Workspace? workspace;
    bool shapesChanged = true, hasRun;

    internal Loop(CompiledFunction function, PlanCache plans, int threads, TensorSet initially, (string Variable, int Output)[] carried)
    {
        (this.function, this.plans, this.threads) = (function, plans, threads);
        foreach (var variable in function.Variables) inputs[variable.VariableName!] = new(variable.DType);
        foreach (var (name, _) in carried) inputs.Remove(name);
        given = [.. inputs.Values];
        Evaluator.Bind([.. function.Variables.Where(v => !inputs.ContainsKey(v.VariableName!))], initially);
        this.carried = [.. carried.Select(c => new Carried(c.Variable, c.Output, initially[c.Variable]))];
        carriedTypes = this.carried.ToDictionary(c => c.Name, c => c.Type);
    }

    /// <summary>
    /// The engine's own memory for a variable's value in the next steps, to be filled by the caller. Its content stays until it is written again or the
    /// shape changes. The shape fixes the sizes of symbolic dimensions; it may differ from step to step.
    /// </summary>
    /// <exception cref="FunctionalException">There is no such variable, it is carried, or its elements are of another type.</exception>
    public Span<T> Input<T>(string variable, Shape shape) where T : unmanaged
    {
        var input = Find(variable);
        if (DTypes.Of<T>() != input.DType)
            throw new DTypeException($"Input \"{variable}\": its elements are {input.DType.Name()}, not {DTypes.Of<T>().Name()}. Ask for them as they are.");
        if (input.Shape != shape)
        {
            var count = shape.ElementCount;
            if (input.Block is null || input.Capacity < count) (input.Block, input.Capacity) = (new((long)count * input.DType.ByteSize()), count);
            input.Shape = shape;
            shapesChanged = true;
        }
        return input.Block!.Span<T>(0, shape.ElementCount);
    }

    /// <summary>Copies a variable's value for the next steps.</summary>
    /// <exception cref="FunctionalException">There is no such variable, it is carried, or the value is of another dtype.</exception>
    public void Set(string variable, Tensor value) => value.DType.Visit<Copy, int>(new(this, variable, value));

    readonly struct Copy(Loop loop, string variable, Tensor value) : IElementVisitor<int>
    {
        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            value.As<T>().Span.CopyTo(loop.Input<T>(variable, value.Shape));
            return value.Count;
        }
    }

    Given Find(string variable) => inputs.TryGetValue(variable, out var input) ? input
        : throw new FunctionalException(carried.Any(c => c.Name == variable)
            ? $"Input \"{variable}\": it is carried from step to step. Start another loop to change it."
            : $"Input \"{variable}\": there is no such variable. There are: {string.Join(", ", inputs.Keys.Take(20))}.");

    /// <summary>Runs once, then carries.</summary>
    /// <exception cref="FunctionalException">A variable has no value, or one that does not fit its type; or an op meets a value it is not defined for.</exception>
    public unsafe void Step()
    {
        if (shapesChanged) Prepare();
        foreach (var c in carried)
        {
            workspace!.Put(c.Variable!, c.Current);
            if (c.IsGiven) workspace.Put(c.Result!.Storage, c.Next);
        }
        foreach (var input in given) workspace!.Put(input.Variable!, input.Block!);
        workspace!.Run();
        hasRun = true;

        foreach (var c in carried)
            if (workspace[c.Result!] != c.Next.Address) Buffer.MemoryCopy(workspace[c.Result!], c.Next.Address, c.Result!.Storage.Bytes, c.Result.Storage.Bytes);
        foreach (var c in carried) (c.Current, c.Next) = (c.Next, c.Current);
    }

    void Prepare()
    {
        TensorType? Type(string name) => !inputs.TryGetValue(name, out var input) ? carriedTypes[name]
            : input.Shape is { } shape ? new(input.DType, shape) : null;
        var plan = plans[Evaluator.Bind(function.Variables, Type)];
        if (workspace is { } old) old.Plan.Idle.Give(old);
        workspace = Workspace.For(plan, threads);
        foreach (var (name, input) in inputs) input.Variable = plan.Variables[name];
        foreach (var c in carried)
        {
            (c.Variable, c.Result) = (plan.Variables[c.Name], plan.Outputs[c.Output]);
            c.IsGiven = plan.Given.Contains(c.Result.Storage);
        }
        shapesChanged = false;
    }

    /// <summary>The value of an output in the last step, valid until the next.</summary>
    /// <exception cref="FunctionalException">No step has run, there is no such output, or its elements are of another type.</exception>
    public ReadOnlySpan<T> Output<T>(int output) where T : unmanaged
    {
        var view = Ran(output);
        return DTypes.Of<T>() == view.Storage.DType ? workspace!.Span<T>(view)
            : throw new DTypeException($"Output {output}: its elements are {view.Storage.DType.Name()}, not {DTypes.Of<T>().Name()}. Ask for them as they are.");
    }

    /// <summary>The value of an output with one element in the last step, as a double.</summary>
    /// <exception cref="FunctionalException">No step has run, or the output is not a single number.</exception>
    public double Scalar(int output)
    {
        var view = Ran(output);
        if (view.Count != 1) throw new TensorException($"Output {output}: {function.Outputs[output].Type} is not a single number. Use Output.");
        return workspace!.ReadNumber(view);
    }

    View Ran(int output)
    {
        if (!hasRun) throw new FunctionalException("Loop: no step has run yet. Call Step first.");
        if (output < 0 || output >= function.Outputs.Count) throw new FunctionalException($"Loop: there is no output {output}. There are {function.Outputs.Count}, counted from 0.");
        return workspace!.Plan.Outputs[output];
    }

    /// <summary>A copy of the carried variables' values after the last step.</summary>
    public TensorSet State => TensorSet.Of(carried.Select(c => KeyValuePair.Create(c.Name, c.Current.ToTensor(c.Type))));
}
