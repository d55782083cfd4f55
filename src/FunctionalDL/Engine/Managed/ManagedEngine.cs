namespace FunctionalDL.Engine;

/// <summary>The managed engine: a plan for each set of sizes, run on a team of threads.</summary>
sealed class ManagedEngine : ComputeEngine
{
    public override string Name => "the managed engine";

    public override bool IsReproducible => true;

    public override CompiledFunction Compile(IReadOnlyList<Expr> outputs, CompileOptions options) =>
        new ManagedFunction(this, outputs, options);
}
