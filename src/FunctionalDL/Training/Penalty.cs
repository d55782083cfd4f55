using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// What training makes small beside the loss: a function of the parameters alone. <c>Loss.SoftmaxCrossEntropy + Penalty.L2(1e-4)</c>
/// </summary>
public sealed class Penalty
{
    readonly Func<string, bool> isPenalized;
    readonly Func<Expr, Expr> term;

    Penalty(string name, double strength, Func<string, bool>? isPenalized, Func<Expr, Expr> term)
    {
        if (!(strength >= 0 && double.IsFinite(strength)))
            throw new FunctionalException(FormattableString.Invariant($"Penalty: {name} strength {strength} is not a number, 0 or more."));
        (Name, this.isPenalized, this.term) = (
            FormattableString.Invariant($"{name}({strength})"),
            isPenalized ?? (_ => true),
            w => strength * Sum(term(w)));
    }

    /// <summary>The penalty's name and strength.</summary>
    public string Name { get; }

    /// <summary>λ Σ |w|, which drives weights to 0.</summary>
    /// <param name="strength">λ.</param>
    /// <param name="parameters">The parameters it holds for, by name; all if not given.</param>
    /// <exception cref="FunctionalException">λ is negative or not a number.</exception>
    public static Penalty L1(double strength, Func<string, bool>? parameters = null) => new("l1", strength, parameters, Abs);

    /// <summary>λ Σ w², which keeps weights small.</summary>
    /// <inheritdoc cref="L1"/>
    public static Penalty L2(double strength, Func<string, bool>? parameters = null) => new("l2", strength, parameters, Square);

    /// <summary>The penalty of the parameters, a scalar; null where it holds for none.</summary>
    public Expr? Apply(IEnumerable<Parameter> parameters) => parameters
        .Where(p => p.IsTrainable && isPenalized(p.Name))
        .Aggregate((Expr?)null, (sum, p) => sum is null ? term(p.Variable) : sum + term(p.Variable));

    /// <summary>The penalty's name and strength.</summary>
    public override string ToString() => Name;
}

public sealed partial class Loss
{
    /// <summary>
    /// This loss with a penalty on the parameters. Training makes their sum small; <see cref="Model.Evaluate"/> measures the loss alone.
    /// </summary>
    public static Loss operator +(Loss loss, Penalty penalty) =>
        new(loss, $"{loss.Name} + {penalty.Name}") { Penalties = loss.Penalties.Add(penalty) };

    /// <summary>L plus the penalties of the parameters.</summary>
    internal Expr Penalized(Expr loss, IReadOnlyList<Parameter> parameters) => Penalties.Select(p => p.Apply(parameters))
        .Aggregate(loss, (sum, penalty) => penalty is null ? sum : sum + penalty);
}
