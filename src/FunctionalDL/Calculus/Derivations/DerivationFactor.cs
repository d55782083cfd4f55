namespace FunctionalDL;

/// <summary>One factor of a derivation.</summary>
/// <param name="Name">What it is, such as <c>df1/df2</c>.</param>
/// <param name="Formula">Its formula as text. Between tensors, what it makes of the incoming gradient.</param>
/// <param name="Value">Its value at the point, where there is one and the factor is a number.</param>
public sealed record DerivationFactor(string Name, string Formula, double? Value)
{
    /// <summary>Name, formula and value.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Name} = {Formula}{(Value is { } value ? FormattableString.Invariant($" = {value:G6}") : "")}");
}
