namespace FunctionalDL;

/// <summary>Turns expressions into functions that run fast and often: analysed once, then run without walking the tree again.</summary>
public static class Compilation
{
    /// <summary>The expression as a function of its variables.</summary>
    /// <exception cref="FunctionalException">Two variables share a name and differ in type, or the engine has no kernel for an
    /// op.</exception>
    public static CompiledFunction Compile(this Expr output, CompileOptions? options = null) => Compile([output], options);

    /// <summary>Several expressions as one function of their variables; what they share is computed once.</summary>
    /// <exception cref="FunctionalException">Two variables share a name and differ in type, or the engine has no kernel for an
    /// op.</exception>
    public static CompiledFunction Compile(IReadOnlyList<Expr> outputs, CompileOptions? options = null)
    {
        options ??= new();
        return options.Engine.Compile(outputs, options);
    }
}
