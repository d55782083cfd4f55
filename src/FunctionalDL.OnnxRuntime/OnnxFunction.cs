namespace FunctionalDL;

/// <summary>Expressions as a model that OnnxRuntime has loaded.</summary>
sealed class OnnxFunction(OnnxRuntimeEngine engine, IReadOnlyList<Expr> outputs, OnnxSession session, string[] names)
    : CompiledFunction(engine, outputs)
{
    public OnnxSession Session => session;

    /// <summary>The names of the outputs in the model.</summary>
    public string[] Names => names;

    protected override Tensor[] Run(TensorSet values, Sizes sizes)
    {
        var results = session.Run(values);
        return [.. names.Select(name => results[name])];
    }

    protected override Loop Start(IReadOnlyList<(int Variable, int Output)> carried) => new OnnxLoop(this, carried);

    /// <summary>A model that gives some variables' values as they are, to bring them from where they were computed.</summary>
    public OnnxSession Reader(IEnumerable<int> variables) =>
        engine.Load(OnnxRuntimeEngine.Named([.. variables.Select(v => Variables[v])], Variables), threads: 1);
}
