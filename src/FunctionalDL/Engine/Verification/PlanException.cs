namespace FunctionalDL;

/// <summary>
/// The engine made a plan that it must not run: a step would touch memory that is not its own, or read what nobody wrote. This is an
/// error of the library, not of its user; nothing was computed. Please report it with the expression; the evaluator, <c>Evaluate</c>,
/// gives the value meanwhile.
/// </summary>
public sealed class PlanException(string message) : FunctionalException(message);
