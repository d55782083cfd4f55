using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FunctionalDL;

/// <summary>Random inputs that follow from a seed, the run and the input's name alone: whoever has the file draws the same.</summary>
static class DrawnInputs
{
    /// <summary>Floats uniform in [−1, 1), integers 0 or 1.</summary>
    public static Tensor Of(string name, TensorType type, Key run)
    {
        var own = run.Fold(BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        var uniform = own.Uniform(type.Shape, DType.Float64).As<double>();
        return type.DType.IsFloat() ? uniform.Map(u => 2 * u - 1).Cast(type.DType) : uniform.Map(u => u < 0.5 ? 0.0 : 1).Cast(type.DType);
    }

    public static Key Run(long seed, int trial, int step) => Key.Of(seed).Fold(trial).Fold(step);
}
