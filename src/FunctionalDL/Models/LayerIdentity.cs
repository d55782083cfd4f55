using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// What makes two uses in a model those of one layer: the layer as it was made, and the copies it is part of, the last one first.
/// </summary>
sealed record LayerIdentity(Layer Origin, ImmutableArray<object> Copies)
{
    public LayerIdentity Copied(object copy) => new(Origin, [copy, .. Copies]);
}
