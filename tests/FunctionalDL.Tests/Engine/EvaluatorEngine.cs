namespace FunctionalDL.Tests.Engine;

/// <summary>An engine as anyone can write one, of public members alone: it runs the evaluator.</summary>
sealed class EvaluatorEngine : ComputeEngine
{
    public override string Name => "the evaluator";

    public override bool IsReproducible => true;

    public override CompiledFunction Compile(IReadOnlyList<Expr> outputs, CompileOptions options) => new Function(this, outputs);

    sealed class Function(ComputeEngine engine, IReadOnlyList<Expr> outputs) : CompiledFunction(engine, outputs)
    {
        protected override Tensor[] Run(TensorSet values, Sizes sizes) => Evaluator.Evaluate([.. Outputs], values);

        protected override Loop Start(IReadOnlyList<(int Variable, int Output)> carried) => new Steps(this, carried);
    }

    sealed class Steps : Loop
    {
        readonly CompiledFunction function;
        readonly IReadOnlyList<(int Variable, int Output)> carried;
        readonly (Shape Shape, Array Elements)?[] memory;
        Tensor[]? results;

        public Steps(CompiledFunction function, IReadOnlyList<(int Variable, int Output)> carried) : base(function, carried)
        {
            (this.function, this.carried) = (function, carried);
            memory = new (Shape, Array)?[function.Variables.Count];
        }

        protected override Span<T> Memory<T>(int variable, Shape shape)
        {
            if (memory[variable]?.Shape != shape) memory[variable] = (shape, new T[shape.ElementCount]);
            return (T[])memory[variable]!.Value.Elements;
        }

        protected override void Prepare(Sizes sizes) { }

        protected override void Run() =>
            results = function.Run(TensorSet.Of(function.Variables.Select((v, i) => KeyValuePair.Create(v.VariableName!, Value(i)))));

        Tensor Value(int variable)
        {
            foreach (var c in carried)
                if (c.Variable == variable && results is not null) return results[c.Output];
            var (shape, elements) = memory[variable]!.Value;
            return elements switch
            {
                float[] x => Tensor.Of(shape, x),
                double[] x => Tensor.Of(shape, x),
                long[] x => Tensor.Of(shape, x),
                _ => Tensor.Of(shape, (bool[])elements),
            };
        }

        protected override ReadOnlySpan<T> Result<T>(int output) => results![output].As<T>().Span;

        protected override ReadOnlySpan<T> Current<T>(int number, int count) => Value(carried[number].Variable).As<T>().Span;
    }
}
