using FunctionalDL.Engine;

namespace FunctionalDL;

/// <summary>
/// What turns expressions into functions and runs them: <see cref="Managed"/>, which is the default, or another, such as OnnxRuntime. One
/// of your own is derived from this
/// class, <see cref="CompiledFunction"/> and <see cref="Loop"/>; the meaning of every op is what <see cref="Evaluator"/> computes.
/// </summary>
public abstract class ComputeEngine
{
    /// <summary>The engine of this library: managed code on the processor's cores, for every op and dtype.</summary>
    public static ComputeEngine Managed { get; } = new ManagedEngine();

    /// <summary>Its name, for messages.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a result has the same bits for any number of threads.</summary>
    public abstract bool IsReproducible { get; }

    /// <summary>Expressions as a function of their variables.</summary>
    /// <exception cref="UnsupportedOpException">The engine has no kernel for an op.</exception>
    /// <exception cref="FunctionalException">Two variables share a name and differ in type.</exception>
    public abstract CompiledFunction Compile(IReadOnlyList<Expr> outputs, CompileOptions options);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
