namespace FunctionalDL.Engine;

/// <summary>
/// Elements of a storage that a step reads or writes. Every step says so of all it touches, and every plan is checked by it.
/// </summary>
/// <param name="Storage">The storage.</param>
/// <param name="View">The view that the elements are; null where they are all between the first and the last, or some of these.</param>
/// <param name="First">The place of the first element.</param>
/// <param name="Last">The place of the last; before the first where there is none.</param>
/// <param name="DType">What the step takes an element for.</param>
/// <param name="Chosen">
/// Where indices in data choose among slices: how many these are, and what the indices are checked to be below.
/// </param>
readonly record struct Access(
    Storage Storage,
    View? View,
    long First,
    long Last,
    DType DType,
    (int Slices, int? CheckedBelow)? Chosen = null)
{
    /// <summary>All elements of a storage.</summary>
    public static implicit operator Access(Storage all) => new(all, null, 0, all.Count - 1, all.DType);

    /// <summary>The elements of a view.</summary>
    public static implicit operator Access(View view)
    {
        var (first, last) = view.Ends;
        return new(view.Storage, view, first, last, view.Storage.DType);
    }

    /// <summary>Slices of a dense view, chosen by indices that have been checked.</summary>
    public static Access By(int? checkedBelow, Access slices, int count) => slices with { Chosen = (count, checkedBelow) };

    /// <summary>The same, where the step takes the elements for those of a dtype whatever the storage says.</summary>
    public Access As(DType dtype) => this with { DType = dtype };

    public bool IsEmpty => Last < First;

    /// <summary>Whether it is every element of the storage.</summary>
    public bool IsWhole => Storage.Count == 0 || (View?.IsWhole ?? First == 0 && Last == Storage.Count - 1);
}
