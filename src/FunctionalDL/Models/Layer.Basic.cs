namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// y = x W + b over the last axis: <c>[batch…, n] → [batch…, units]</c>, with <c>weight [n, units]</c> and <c>bias [units]</c>.
    /// </summary>
    /// <param name="units">The size of the result.</param>
    /// <param name="bias">Whether b is added.</param>
    /// <param name="initializer">The weight's first value, Glorot uniform if not given. The bias starts at 0.</param>
    /// <exception cref="FunctionalException"><paramref name="units"/> is below 1.</exception>
    public static Layer Dense(int units, bool bias = true, Initializer? initializer = null) => units < 1
        ? throw new FunctionalException($"Dense: {units} units. Give 1 or more.")
        : Of("dense", (scope, x) =>
        {
            if (x.Rank < 2) throw new ShapeException($"Dense: takes [batch, n], given {x.Shape}. Give each example an axis of features.");
            var y = Functions.MatMul(x, scope.Parameter("weight", [x.Shape[^1], units], initializer ?? Initializer.GlorotUniform));
            return bias ? y + scope.Parameter("bias", [units], Initializer.Zeros) : y;
        });

    /// <summary>The axes after the first made one: <c>[batch, a, b] → [batch, a·b]</c>.</summary>
    public static Layer Flatten { get; } = Of("flatten", x => Functions.Reshape(x, [x.Shape[0], x.Shape.Slice(1, x.Rank).Elements]));

    /// <summary>The axes after the first in another shape: <c>[batch, …] → [batch, shape…]</c>.</summary>
    public static Layer Reshape(params Dim[] shape) => Of("reshape", x => Functions.Reshape(x, [x.Shape[0], .. shape]));
}
