namespace FunctionalDL;

/// <summary>The slopes of a function along one of its variables.</summary>
/// <param name="Variable">The variable.</param>
/// <param name="Slopes">What its values around the point show.</param>
/// <param name="Gradient">What the chain rule, with the derivatives the library takes at kinks, gives.</param>
public sealed record PartialSlopes(string Variable, Slopes Slopes, double Gradient)
{
    const double Tolerance = 1e-5;

    /// <summary>Whether the function has a derivative here and the chain rule gives another number.</summary>
    public bool IsMissed => Slopes.Kind == Smoothness.Differentiable
        && !(Math.Abs(Gradient - Slopes.Derivative) <= Tolerance * Math.Max(1, Math.Abs(Slopes.Derivative)));

    /// <summary>The variable, its slopes, and what the chain rule gives.</summary>
    public override string ToString() => FormattableString.Invariant($"{Variable}: {Slopes}; the chain rule gives {Gradient:R}");
}

/// <summary>Where the chain rule's condition fails at a point, and what is known of the whole function nevertheless.</summary>
/// <param name="Places">
/// The nodes that are not differentiable at their immediate inputs. Where there is none, the function is differentiable.
/// </param>
/// <param name="Partials">
/// What the function's values show along each variable that is one number; looked at where the condition fails.
/// </param>
public sealed record DifferentiabilityReport(IReadOnlyList<NonSmoothPoint> Places, IReadOnlyList<PartialSlopes> Partials)
{
    /// <summary>Whether the function has a finite value at the point.</summary>
    public bool HasValue { get; init; } = true;

    /// <summary>
    /// Whether the function of one number is known to be differentiable: by the chain rule's condition or by its slopes. Of several
    /// variables only partial derivatives are known where the condition fails, and this is false.
    /// </summary>
    public bool IsDifferentiable => Places.Count == 0 || HasValue && Partials is [{ Slopes.Kind: Smoothness.Differentiable }];

    /// <summary>Sentences: each place, and what is known of the whole.</summary>
    public IReadOnlyList<string> Lines => [.. Places.Select(p => p.ToString()), .. Whole()];

    IEnumerable<string> Whole()
    {
        if (Places.Count == 0) yield break;
        if (!HasValue)
        {
            yield return "As a whole the function has no value here, and no derivative.";
            yield break;
        }
        foreach (var (variable, slopes, gradient) in Partials)
        {
            yield return $"As a whole the function{(Partials.Count > 1 ? $" of {variable} alone" : "")} {slopes}.";
            if (new PartialSlopes(variable, slopes, gradient).IsMissed)
            {
                var given = Expr.Constant(gradient).Print();
                yield return $"The chain rule, with the derivatives taken at these places, gives {given} instead.";
            }
        }
    }

    /// <summary>The sentences, a line each.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Lines);
}
