using System.Buffers;
using FunctionalDL.Engine;

namespace FunctionalDL;

/// <summary>
/// Expressions compiled into a function of their variables. It may be called repeatedly and from several threads; each call is pure. For every set of actual
/// sizes a plan is made on first use and kept.
/// </summary>
public sealed class CompiledFunction
{
    readonly int threads;
    readonly PlanCache plans;

    internal CompiledFunction(IReadOnlyList<Expr> outputs, CompileOptions options)
    {
        Outputs = [.. outputs];
        Variables = Graph.Variables(outputs);
        threads = options.Threads;
        plans = new(sizes => new(Outputs, sizes, [.. Enumerable.Range(0, Outputs.Count)]));
    }

    /// <summary>The expressions, as they were given.</summary>
    public IReadOnlyList<Expr> Outputs { get; }

    /// <summary>The variables they depend on, in the order they are met.</summary>
    public IReadOnlyList<Expr> Variables { get; }

    /// <summary>The values of the outputs, given the variables' values.</summary>
    /// <exception cref="FunctionalException">A variable has no value, or one that does not fit its type; or an op meets a value it is not defined for.</exception>
    public Tensor[] Run(params (string Name, Tensor Value)[] values) => Run(TensorSet.Of(values));

    /// <inheritdoc cref="Run(ValueTuple{string, Tensor}[])"/>
    public Tensor[] Run(TensorSet values) => With(values, (workspace, results, sizes) =>
    {
        workspace.Run();
        return Outputs.Select((o, i) => workspace.Plan.Outputs[i] is var view && results.TryGetValue(view.Storage, out var result)
            ? result.Reshape(o.Shape.Resolve(sizes)) : workspace.Read(view, o.Shape.Resolve(sizes))).ToArray();
    });

    /// <summary>
    /// The most memory in bytes that a run at these sizes needs beside the variables' and the outputs' values: known before it runs, as the places of all values between
    /// are planned together.
    /// </summary>
    /// <param name="sizes">The sizes of the named dimensions.</param>
    /// <exception cref="ShapeException">A named dimension has no size.</exception>
    public long PeakBytes(Sizes sizes) => plans[sizes].Bytes(threads);

    /// <summary>What a run at these values does, as text: the steps, with what was fused into each, its time, operations and traffic, and the memory used.</summary>
    /// <inheritdoc cref="Run(ValueTuple{string, Tensor}[])"/>
    public string Explain(TensorSet values) => With(values, (workspace, _, _) => Explanation.Of(workspace));

    /// <summary>Uses a workspace whose variables lie in their values, and whose outputs lie in new tensors where a step writes them.</summary>
    unsafe TResult With<TResult>(TensorSet values, Func<Workspace, IReadOnlyDictionary<Storage, Tensor>, Sizes, TResult> use)
    {
        var sizes = Evaluator.Bind(Variables, values);
        var plan = plans[sizes];
        var workspace = Workspace.For(plan, threads);
        var results = plan.Given.ToDictionary(storage => storage, storage => Tensor.Unwritten(storage.DType, checked((int)storage.Count)));
        var pins = new List<MemoryHandle>();
        try
        {
            foreach (var (storage, value) in plan.Variables.Select(v => (v.Value, values[v.Key])).Concat(results.Select(r => (r.Key, r.Value))))
            {
                pins.Add(Workspace.Pin(value));
                workspace.Addresses[storage.Slot] = (byte*)pins[^1].Pointer;
            }
            return use(workspace, results, sizes);
        }
        finally
        {
            foreach (var pin in pins) pin.Dispose();
            plan.Idle.Give(workspace);
        }
    }

    /// <summary>
    /// Starts a run of many steps in which variables take the values of outputs after each step, such as parameters and an optimizer's state. The values
    /// stay in the engine's own memory.
    /// </summary>
    /// <param name="carriedInitially">The carried variables' values before the first step.</param>
    /// <param name="carried">The variables, and the number of the output each takes its next value from.</param>
    /// <exception cref="FunctionalException">A name is not that of a variable, an output does not exist or is of another type than the variable, or an initial value is missing.</exception>
    public Loop Start(TensorSet carriedInitially, params (string Variable, int Output)[] carried)
    {
        var names = new HashSet<string>();
        var byName = Variables.ToDictionary(v => v.VariableName!);
        foreach (var (name, output) in carried)
        {
            var variable = byName.GetValueOrDefault(name)
                ?? throw new FunctionalException($"Start: there is no variable \"{name}\". Carry one of: {string.Join(", ", Variables.Select(v => v.VariableName).Take(20))}.");
            if (!names.Add(name)) throw new FunctionalException($"Start: \"{name}\" is carried twice. Carry it once.");
            if (output < 0 || output >= Outputs.Count)
                throw new FunctionalException($"Start: \"{name}\" is carried from output {output}, and there are {Outputs.Count} outputs. Count from 0.");
            if (Outputs[output].Type != variable.Type)
                throw new FunctionalException($"Start: \"{name}\" is {variable.Type}, output {output} is {Outputs[output].Type}. Carry an output of the variable's type.");
        }
        return new(this, new(sizes => new(Outputs, sizes, [.. carried.Select(c => c.Output)])), threads, carriedInitially.Where((name, _) => names.Contains(name)), carried);
    }
}
