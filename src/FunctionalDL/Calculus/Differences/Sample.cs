namespace FunctionalDL;

/// <summary>The value of a function beside a point, and what else was computed there.</summary>
/// <param name="Offset">How far beside, as the number that was moved could hold it.</param>
/// <param name="Value">The function's value.</param>
/// <param name="Watched">The values of parts of the function.</param>
readonly record struct Sample(double Offset, double Value, Tensor[] Watched);
