namespace FunctionalDL.Testing;

public static partial class Laws
{
    const int MostInner = 4;

    /// <summary>
    /// The function that the managed engine compiles agrees with the reference, alone and together with values inside it as further
    /// outputs; one thread and two
    /// give the same bits.
    /// </summary>
    public static void CompiledAgrees(ExpressionCase c) => CompiledAgrees(c, ComputeEngine.Managed);

    /// <summary>
    /// The function that an engine compiles agrees with the reference, alone and together with values inside it as further outputs; one
    /// thread and two
    /// give the same bits, where the engine says so.
    /// </summary>
    public static void CompiledAgrees(ExpressionCase c, ComputeEngine engine)
    {
        Expr[] inner = [.. Graph.TopologicalOrder(c.Output).Where(node => !node.Inputs.IsEmpty && node != c.Output)];
        // Spread over the whole of it, so that early and late values are among them.
        Expr[] some = [.. inner.Where((_, i) => i % (inner.Length / MostInner + 1) == 0)];
        CompiledAgrees([c.Output], c.Values, c.Tolerance, engine);
        if (some.Length > 0) CompiledAgrees([c.Output, .. some], c.Values, c.Tolerance, engine);
    }

    /// <summary>The compiled gradient of L = Σ sin y, with y the value, agrees with the reference, together with L.</summary>
    public static void CompiledGradientAgrees(ExpressionCase c) => CompiledGradientAgrees(c, ComputeEngine.Managed);

    /// <summary>
    /// The gradient of L = Σ sin y that an engine compiles, with y the value, agrees with the reference, together with L. Where rounding
    /// alone makes more of a gradient, which a well-conditioned value does not prevent, more is allowed.
    /// </summary>
    public static void CompiledGradientAgrees(ExpressionCase c, ComputeEngine engine)
    {
        var loss = Sum(Sin(c.Output));
        Expr[] outputs = [loss, .. loss.Gradient(c.FloatVariables)];
        var moves = new Lazy<double[]>(() => Moves(outputs, c.Values));
        CompiledAgrees(outputs, c.Values, i => Math.Max(c.Tolerance, MovedByRounding * moves.Value[i]), engine);
    }

    /// <summary>How far each output goes, relative to max(1, |value|), where floats among the values change by a millionth.</summary>
    static double[] Moves(Expr[] outputs, TensorSet values)
    {
        const double noise = 1e-6;
        var at = 1UL;
        double Moved(double v) => v * (1 + noise * (RandomValues.Mix(at++) * Math.ScaleB(1, -63) - 1));
        var exact = values.Map((_, x) => x.DType.IsFloat() ? x.Cast(DType.Float64) : x);
        var near = exact.Map((_, x) => x is Tensor<double> floats ? floats.Map(Moved) : x);
        var wide = Graph.WithPrecision(outputs, DType.Float64);
        return [.. Evaluator.Evaluate(wide, exact).Zip(Evaluator.Evaluate(wide, near), (a, b) => Enumerable.Range(0, a.Count)
            .Select(i => Math.Abs(a.GetDouble(i) - b.GetDouble(i)) / Math.Max(1, Math.Abs(a.GetDouble(i))))
            .Where(double.IsFinite).DefaultIfEmpty().Max())];
    }

    /// <summary>How much farther than a millionth of noise in the values float32's rounding on the way may take a gradient.</summary>
    const double MovedByRounding = 10;

    /// <summary>
    /// Several outputs compiled as one function agree with the reference; one thread and two give the same bits, where the engine says so.
    /// </summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="values">The variables' values.</param>
    /// <param name="tolerance">The largest error of a float, relative to max(1, |value|).</param>
    /// <param name="engine">The engine that compiles; the managed one, where none is given.</param>
    public static void CompiledAgrees(IReadOnlyList<Expr> outputs, TensorSet values, double tolerance, ComputeEngine? engine = null) =>
        CompiledAgrees(outputs, values, _ => tolerance, engine ?? ComputeEngine.Managed);

    static void CompiledAgrees(IReadOnlyList<Expr> outputs, TensorSet values, Func<int, double> tolerance, ComputeEngine engine)
    {
        var expected = Evaluator.Evaluate([.. outputs], values);
        var one = Compilation.Compile(outputs, new() { Threads = 1, Engine = engine }).Run(values);
        var two = engine.IsReproducible ? Compilation.Compile(outputs, new() { Threads = 2, Engine = engine }).Run(values) : one;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (!one[i].BitEquals(two[i]))
                throw new LawException($"Laws: output {i} on one thread, {one[i]}, and on two, {two[i]}, differ.");
            SameValue($"evaluator and {engine}, output {i},", expected[i], one[i], tolerance(i));
        }
    }

    /// <summary>
    /// An expression written as ONNX and read again has the value it had, whether composites are written as operators or not.
    /// </summary>
    public static void OnnxReadsBack(ExpressionCase c)
    {
        foreach (var primitivesOnly in new[] { false, true })
        {
            var bytes = OnnxExport.ToOnnx([("output", c.Output)], TensorSet.Empty, new() { PrimitivesOnly = primitivesOnly });
            var read = OnnxModel.Parse(bytes).Outputs[0].Value;
            SameValue("an expression and what is read from its ONNX form", c.Evaluate(), read.Evaluate(c.Values), c.Tolerance);
        }
    }

    /// <summary>
    /// An expression simplified has the value it had, up to 100 times the case's tolerance, as it may be put together in another order.
    /// </summary>
    public static void SimplificationKeepsTheValue(ExpressionCase c)
    {
        var simplified = c.Output.Simplify().Evaluate(c.Values);
        SameValue("an expression and its simplification", c.Evaluate(), simplified, SimplifiedTolerance * c.Tolerance);
    }

    /// <summary>The gradient of Σ y by each float variable, simplified, has the value it had.</summary>
    public static void SimplificationKeepsTheGradient(ExpressionCase c)
    {
        var gradients = Sum(c.Output).Gradient(c.FloatVariables);
        foreach (var (expected, gradient) in Evaluator.Evaluate(gradients, c.Values).Zip(gradients))
        {
            var simplified = gradient.Simplify().Evaluate(c.Values);
            SameValue("a gradient and its simplification", expected, simplified, SimplifiedTolerance * c.Tolerance);
        }
    }

    const double SimplifiedTolerance = 100;
}
