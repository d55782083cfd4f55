namespace FunctionalDL.Engine;

/// <summary>
/// What one instruction of a tile program computes. Truth values are the numbers 0 and 1 there. Gaussian is e^−x²; ErfByGaussian(x,
/// e^−x²) is erf x, which needs it too; SubtractFrom(a, b) is b − a.
/// </summary>
enum Code
{
    Identity, Negate, Abs, Sign, Exp, Expm1, Log, Log1P, Sqrt, Sin, Cos, Atan, Tanh, Sigmoid, Softplus, Erf, Gaussian, Not, IsTrue,
    Floor, Round, Tan, Asin, Acos, Sinh, Cosh, Asinh, Acosh, Atanh,
    Add, Subtract, Multiply, Divide, Power, Minimum, Maximum, Equal, Less, LessOrEqual, And, Or, SubtractFrom, ErfByGaussian,
    Atan2, Remainder, BitAnd, BitOr, BitXor,
    Select,
    Sum, Max, Min,
}

/// <summary>Facts about a <see cref="Code"/>.</summary>
static class Codes
{
    public static bool IsReduction(this Code code) => code >= Code.Sum;

    /// <summary>
    /// Whether the nearest float32 is computed, so that rounding it to a half float is the rounding of the evaluator, bit for bit.
    /// </summary>
    public static bool IsNearest(this Code code) =>
        code
            is Code.Identity
                or Code.Negate
                or Code.Abs
                or Code.Sign
                or Code.Sqrt
                or Code.Floor
                or Code.Round
                or Code.IsTrue
                or Code.Add
                or Code.Subtract
                or Code.Multiply
                or Code.Divide
                or Code.Minimum
                or Code.Maximum
                or Code.Equal
                or Code.Less
                or Code.LessOrEqual
                or Code.Select
                or Code.Max
                or Code.Min;

    /// <summary>A rough number of vector instructions for each vector, to tell large work from small.</summary>
    public static int Cost(this Code code) => code switch
    {
        Code.Exp or Code.Log or Code.Tanh or Code.Sigmoid or Code.Gaussian or Code.ErfByGaussian => 16,
        Code.Expm1 or Code.Log1P or Code.Softplus or Code.Sin or Code.Cos or Code.Erf => 32,
        Code.Power or Code.Atan or Code.Tan or Code.Asin or Code.Acos or Code.Sinh or Code.Cosh => 200,
        Code.Asinh or Code.Acosh or Code.Atanh or Code.Atan2 or Code.Remainder => 200,
        _ => 1,
    };
}
