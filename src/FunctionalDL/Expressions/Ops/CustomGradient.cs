using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀, a function of x₁, x₂, …, whose derivative with respect to those is given by a rule instead of the chain rule: <c>[…],
/// any… → […]</c>.
/// </summary>
/// <param name="Rule">From the inputs x₁, x₂, …, the value y and the incoming gradient to the gradient of each input.</param>
sealed record CustomGradientOp(Func<Expr[], Expr, Expr, Expr[]> Rule) : Op
{
    public override string Name => "CustomGradient";

    internal override int? Arity => null;

    private protected override Op Remake(AttributeMap a) => new CustomGradientOp(a.Of("rule", Rule));

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x.IsEmpty
        ? throw new FunctionalException("CustomGradient: there are no inputs. Give the value, then what its gradient is with respect to.")
        : x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Expr? Vjp(int i, Expr y, Expr g) => Pullback(y, g)(i);

    internal override Func<int, Expr?> Pullback(Expr y, Expr g)
    {
        var shares = new Lazy<Expr[]>(() => Checked([.. y.Inputs.Skip(1)], y, g));
        return i => i == 0 ? null : shares.Value[i - 1];
    }

    /// <summary>What the rule gives, once it is known to be of the inputs' types.</summary>
    Expr[] Checked(Expr[] x, Expr y, Expr g)
    {
        var shares = Rule(x, y, g);
        return shares.Select(s => s.Type).SequenceEqual(x.Select(e => e.Type))
            ? shares
            : throw new ShapeException(
                $"CustomGradient: the rule gave {string.Join(" and ", shares.Select(s => s.Type))} for inputs "
                    + $"{string.Join(" and ", x.Select(e => e.Type))}. Return one gradient of each input's type."
            );
    }

    // The rule is linear in g: its transpose, the derivative of ⟨rule(g), t⟩ with respect to g, is the derivative along t.
    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        var along = Enumerable.Range(1, t.Length - 1).Where(i => t[i] is not null).ToArray();
        if (along.Length == 0) return null;
        Expr[] x = [.. y.Inputs.Skip(1).Select(Placeholder.Like)], tangents = [.. along.Select(i => Placeholder.Like(t[i]!))];
        var (value, g) = (Placeholder.Like(y), Placeholder.Like(y));
        var shares = Checked(x, value, g);
        var derivative = along.Zip(tangents, (i, tangent) => Sum(shares[i - 1] * tangent)).Aggregate((a, b) => a + b).Gradient(g);
        return derivative.Substitute([
            .. x.Append(value)
                .Concat(tangents)
                .Append(g)
                .Zip([.. y.Inputs.Skip(1), y, .. along.Select(i => t[i]!), ZerosLike(y)], (variable, e) => (variable.VariableName!, e)),
        ]);
    }

    // The rule for one slice, mapped. An input that is the same for all slices gets the sum of their gradients.
    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n)
    {
        Expr[] Mapped(Expr[] inputs, Expr value, Expr gradient)
        {
            Expr[] one = [.. inputs.Select((e, i) => batched[i + 1] ? Placeholder.Like(y.Inputs[i + 1]) : e)];
            var (v, g) = (Placeholder.Like(y), Placeholder.Like(y));
            var shares = Differentiation.Vmap(
                Checked(one, v, g),
                [(v, value), (g, gradient), .. one.Zip(inputs).Where((_, i) => batched[i + 1])]);
            return [.. shares.Select((share, i) => batched[i + 1] ? share : Sum(share, 0))];
        }
        return new(new CustomGradientOp(Mapped), [AllBatched(x, batched, n)[0], .. x.Skip(1)]);
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => x[0];

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => x[0];
}
