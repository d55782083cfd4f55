namespace FunctionalDL.Testing;

/// <summary>
/// Grows one random expression as they stand in calculus: products, quotients, powers and sums of few parts, each of which is used again
/// and again, constants, signs, functions of the parts, and derivatives.
/// </summary>
sealed class AlgebraicBuilder
{
    const int Attempts = 8, MostNodes = 80, MostDifferentiated = 24;

    static readonly double[] Numbers = [-3, -2, -1, -0.5, 0.25, 0.5, 1.5, 2, 3, 4, 5];
    static readonly double[] Exponents = [-3, -2, -1, -0.5, 0.5, 1.5, 2, 2, 2, 3, 4, 1.0 / 3];

    static readonly IReadOnlyList<Func<AlgebraicBuilder, Expr>> Moves =
    [
        b => b.Any() * b.Any(),
        b => b.Any() * b.Any() * b.Any(),
        b => b.Part() * b.Part() * b.Part() * b.Part(),
        b => b.Any() / b.Any(),
        b => b.Part() / b.Part() / b.Part(),
        b => b.Part() / (b.Part() * b.Any()),
        b => b.Any() / b.Raised(b.Part()),
        b => b.Raised(b.Any()),
        b => b.Raised(b.Part()) * b.Raised(b.Part()),
        b => b.Raised(b.Raised(b.Part())),
        b => b.Part() / b.Raised(b.Raised(b.Part())),
        b => Power(b.Part(), b.Part()),
        b => Power(Expr.Constant(b.random.Of([2.0, 0.5, Math.E]), b.dtype), b.Part()),
        b => b.Any() + b.Any(),
        b => b.Any() - b.Any(),
        b => b.Scaled() + b.Scaled(),
        b => b.Scaled() - b.Scaled() + b.Scaled(),
        b => b.random.Of(Numbers) - b.Any(),
        b => b.Part() * b.Any() + b.Part() * b.Any(),
        b => b.Any() / b.Part() - b.Any() / b.Part(),
        b => b.Part() - b.Part() * b.Any(),
        b => b.Scaled(),
        b => b.Scaled(),
        b => -b.Any(),
        b => b.random.Of(Numbers) / b.Any(),
        b => b.Function(b.Any()),
        b => b.Function(b.Part()) * b.Any(),
        b => b.Function(-b.Any()),
        b => Square(Sin(b.Part())) + Square(Cos(b.Part())),
        b => b.Part() is var k && b.Part() is var u ? k * Square(Sin(u)) - b.Scaled(k * Square(Cos(u))) : k,
        b => b.Derivative(), b => b.Derivative(), b => b.Composed(),
    ];

    static readonly IReadOnlyList<Func<Expr, Expr>> Functions =
    [
        Sin,
        Cos,
        Tan,
        Sinh,
        Cosh,
        Tanh,
        Atan,
        Erf,
        Exp,
        Log,
        Sqrt,
        Abs,
        Sigmoid,
        Square,
        x => Sqrt(Square(x)),
        x => Log(Exp(x)),
        x => Exp(Log(x)),
    ];

    /// <summary>What smaller cases may be.</summary>
    public static ExpressionOptions Options { get; } = new() { EmptyTensors = false };

    readonly Random random;
    readonly DType dtype;
    readonly Trace trace;
    readonly Expr[] variables;
    readonly List<Expr> parts = [], pool = [];
    readonly TensorSet values;

    AlgebraicBuilder(Random random)
    {
        this.random = random;
        dtype = random.Next(8) == 0 ? DType.Float32 : DType.Float64;
        trace = new(Sizes.None, Options);
        var isVector = random.Next(4) == 0;
        variables =
        [
            .. new[] { "x", "y", "z" }
                .Take(random.Next(1, 4))
                .Select(name => Expr.Variable(name, isVector && random.Next(2) == 0 ? [3] : Shape.Scalar, dtype)),
        ];
        values = TensorSet.Of(variables.Select(v => KeyValuePair.Create(v.VariableName!, Value(v.Shape))));
        foreach (var variable in variables) trace.Add(variable, values[variable.VariableName!]);
        pool.AddRange(variables);
        for (var i = random.Next(1, 4); i > 0; i--) Try(NewPart, parts);
        parts.AddRange(variables);
    }

    /// <summary>A random expression of up to so many moves.</summary>
    public static ExpressionCase Build(Random random, int moves)
    {
        var builder = new AlgebraicBuilder(random);
        for (var move = 0; move < moves; move++) builder.Try(() => random.Of(Moves)(builder), builder.pool);
        var result = builder.pool[^1];
        // What is used elsewhere too is taken apart by other rules than what is not.
        foreach (var part in builder.parts)
            if (random.Next(3) > 0 && result + builder.Function(part) is var sum && builder.trace.TryAdd(sum)) result = sum;
        return ExpressionCase.Of(result, builder.values);
    }

    void Try(Func<Expr> make, List<Expr> to)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var node = make();
            if (to.Contains(node) || Graph.TopologicalOrder(node).Count > MostNodes || !trace.TryAdd(node)) continue;
            to.Add(node);
            return;
        }
    }

    /// <summary>Numbers away from 0, of few digits.</summary>
    Tensor Value(Shape shape)
    {
        double Number() => random.Next(2, 20) / 8.0 * (random.Next(3) == 0 ? -1 : 1);
        return Tensor.Of(shape, [.. Enumerable.Range(0, (int)shape.ElementCount).Select(_ => Number())]).Cast(dtype);
    }

    Expr NewPart()
    {
        var (a, b) = (random.Of(variables), random.Of(variables));
        return random.Next(10) switch
        {
            0 => Square(a),
            1 => a * b,
            2 => a / random.Of([2.0, 3.0, 4.0]),
            3 => a + b,
            4 => 1 + a,
            5 => Sqrt(a),
            6 => 1 / a,
            7 => Power(a, random.Of(Exponents)),
            8 => a - b,
            _ => Function(a),
        };
    }

    Expr Part() => random.Of(parts);

    Expr Any() => random.Next(5) < 3 ? Part() : pool[^random.Next(1, Math.Min(pool.Count, 6) + 1)];

    Expr Raised(Expr x) => Power(x, random.Of(Exponents));

    Expr Scaled() => Scaled(Any());

    Expr Scaled(Expr x) =>
        random.Next(4) switch
        {
            0 => x * random.Of(Numbers),
            1 => x / random.Of([2.0, -3, 4, 0.5]),
            _ => random.Of(Numbers) * x,
        };

    Expr Function(Expr x) => random.Of(Functions)(x);

    /// <summary>A derivative, up to the third.</summary>
    Expr Derivative()
    {
        var (y, x) = (Any(), random.Of(variables));
        for (var order = random.Next(1, 4); order > 0 && Graph.TopologicalOrder(y).Count <= MostDifferentiated; order--)
            y = Sum(y).Gradient(x);
        return y;
    }

    /// <summary>A part applied to another: g(x) with f(…) for x.</summary>
    Expr Composed()
    {
        var (outer, inner, x) = (Any(), Any(), random.Of(variables));
        return inner.Type == x.Type ? outer.Substitute((x.VariableName!, inner)) : outer;
    }
}
