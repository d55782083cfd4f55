namespace FunctionalDL;

/// <summary>
/// Expressions compiled by an engine into a function of their variables. It may be called repeatedly and from several threads; each call
/// is pure.
/// </summary>
public abstract class CompiledFunction
{
    /// <summary>A function of an engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="outputs">The expressions.</param>
    /// <exception cref="FunctionalException">Two variables share a name and differ in type.</exception>
    protected CompiledFunction(ComputeEngine engine, IReadOnlyList<Expr> outputs) =>
        (Engine, Outputs, Variables) = (engine, [.. outputs], Graph.Variables(outputs));

    /// <summary>The engine that runs it.</summary>
    public ComputeEngine Engine { get; }

    /// <summary>The expressions, as they were given.</summary>
    public IReadOnlyList<Expr> Outputs { get; }

    /// <summary>The variables they depend on, in the order they are met.</summary>
    public IReadOnlyList<Expr> Variables { get; }

    /// <summary>The values of the outputs, given the variables' values.</summary>
    /// <exception cref="FunctionalException">
    /// A variable has no value, or one that does not fit its type; or an op meets a value it is not defined for.
    /// </exception>
    public Tensor[] Run(params (string Name, Tensor Value)[] values) => Run(TensorSet.Of(values));

    /// <inheritdoc cref="Run(ValueTuple{string, Tensor}[])"/>
    public Tensor[] Run(TensorSet values) => Run(values, Evaluator.Bind(Variables, values));

    /// <summary>The values of the outputs, for an engine to compute.</summary>
    /// <param name="values">A value for each variable, of its type at these sizes; others may be among them.</param>
    /// <param name="sizes">The sizes of the named dimensions.</param>
    protected abstract Tensor[] Run(TensorSet values, Sizes sizes);

    /// <summary>
    /// The most memory in bytes that a run at these sizes needs beside the variables' and the outputs' values, where the engine knows it
    /// before it runs: the managed one
    /// plans the places of all values between together.
    /// </summary>
    /// <param name="sizes">The sizes of the named dimensions.</param>
    /// <exception cref="ShapeException">A named dimension has no size.</exception>
    /// <exception cref="FunctionalException">The engine does not know it.</exception>
    public virtual long PeakBytes(Sizes sizes) => throw new FunctionalException(
        $"PeakBytes: {Engine} takes memory as it runs, so that how much is not known before. "
        + "Ask the function compiled by ComputeEngine.Managed, or measure.");

    /// <summary>
    /// What a run at these values does, as text: the steps, with what was fused into each, its time, operations and traffic, and the
    /// memory used.
    /// </summary>
    /// <exception cref="FunctionalException">The values do not fit, or the engine does not tell.</exception>
    public string Explain(TensorSet values) => Explain(values, Evaluator.Bind(Variables, values));

    /// <summary>What a run does, for an engine that can tell.</summary>
    /// <inheritdoc cref="Run(TensorSet, Sizes)"/>
    protected virtual string Explain(TensorSet values, Sizes sizes) => throw new FunctionalException(
        $"Explain: {Engine} does not tell what it does. "
        + "Use its own means to profile, or explain the function compiled by ComputeEngine.Managed.");

    /// <summary>
    /// Starts a run of many steps in which variables take the values of outputs after each step, such as parameters and an optimizer's
    /// state. The values stay in the engine's own memory.
    /// </summary>
    /// <param name="carriedInitially">The carried variables' values before the first step.</param>
    /// <param name="carried">The variables, and the number of the output each takes its next value from.</param>
    /// <exception cref="FunctionalException">
    /// A name is not that of a variable, an output does not exist or is of another type than the variable, or an initial value is
    /// missing.
    /// </exception>
    public Loop Start(TensorSet carriedInitially, params (string Variable, int Output)[] carried)
    {
        var names = new HashSet<string>();
        var numbers = Variables.Index().ToDictionary(v => v.Item.VariableName!, v => v.Index);
        foreach (var (name, output) in carried)
        {
            if (!numbers.TryGetValue(name, out var number))
                throw new FunctionalException($"Start: there is no variable \"{name}\". "
                    + $"Carry one of: {string.Join(", ", Variables.Select(v => v.VariableName).Take(20))}.");
            if (!names.Add(name)) throw new FunctionalException($"Start: \"{name}\" is carried twice. Carry it once.");
            if (output < 0 || output >= Outputs.Count)
                throw new FunctionalException(
                    $"Start: \"{name}\" is carried from output {output}, and there are {Outputs.Count} outputs. Count from 0.");
            if (Outputs[output].Type != Variables[number].Type)
                throw new FunctionalException($"Start: \"{name}\" is {Variables[number].Type}, output {output} is {Outputs[output].Type}. "
                    + "Carry an output of the variable's type.");
        }
        Evaluator.Bind([.. Variables.Where(v => names.Contains(v.VariableName!))], carriedInitially);
        var loop = Start([.. carried.Select(c => (numbers[c.Variable], c.Output))]);
        foreach (var (name, _) in carried) loop.Put(numbers[name], carriedInitially[name]);
        return loop;
    }

    /// <summary>
    /// Starts a run of many steps, for an engine. The first values of the carried variables come through <see cref="Loop.Memory{T}"/>.
    /// </summary>
    /// <param name="carried">The carried variables by their numbers, and the number of the output each takes its next value from.</param>
    protected abstract Loop Start(IReadOnlyList<(int Variable, int Output)> carried);
}
