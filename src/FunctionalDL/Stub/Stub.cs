namespace FunctionalDL;
#pragma warning disable CS1591
public sealed record CompileOptions { public int Threads { get; init; } = 2; }
public static class Compilation {
    public static CompiledFunction Compile(this Expr output, CompileOptions? options = null) => new([output]);
    public static CompiledFunction Compile(IReadOnlyList<Expr> outputs, CompileOptions? options = null) => new(outputs);
}
public sealed class CompiledFunction(IReadOnlyList<Expr> o) {
    public Tensor[] Run(TensorSet values) => Evaluator.Evaluate(o, values);
    public Loop Start(TensorSet c, params (string Variable, int Output)[] carried) => new(o, c, carried);
}
public sealed class Loop(IReadOnlyList<Expr> o, TensorSet c, (string Variable, int Output)[] carried) {
    Dictionary<string, (Shape, Array)> inputs = []; Tensor[] outs = []; TensorSet state = c;
    public Span<T> Input<T>(string v, Shape s) where T : unmanaged { var a = new T[s.ElementCount]; inputs[v] = (s, a); return a; }
    public void Step() {
        var set = state;
        foreach (var (k, (s, a)) in inputs) set = set.With(k, a switch { float[] f => Tensor.Of(s, f), long[] l => Tensor.Of(s, l), double[] d => Tensor.Of(s, d), _ => throw new Exception() });
        outs = Evaluator.Evaluate(o, set);
        foreach (var (v, i) in carried) state = state.With(v, outs[i]);
    }
    public double Scalar(int i) => outs[i].ToScalar();
    public TensorSet State => state;
}
