using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace FunctionalDL;

/// <summary>The cell of a column in the row a cursor is at: a number, a text or a truth; null where it is missing.</summary>
readonly record struct DataViewCell(Func<IConvertible?> Value)
{
    /// <summary>The cell as text; null where it is missing.</summary>
    public string? Text() => Value() switch
    {
        null or float.NaN or double.NaN => null,
        var value => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The cell as a number; NaN where it is missing.</summary>
    public double Number() => Value()?.ToDouble(CultureInfo.InvariantCulture) ?? double.NaN;

    /// <summary>A column's cell.</summary>
    /// <exception cref="DataException">The column holds something else.</exception>
    public static DataViewCell Of(IDataView view, DataViewRowCursor row, DataViewSchema.Column column)
    {
        if (column.Type is not (NumberDataViewType or BooleanDataViewType or TextDataViewType or KeyDataViewType))
            throw new DataException(
                $"DataView: column \"{column.Name}\" holds {column.Type}. Take columns of numbers, texts and truths, or make it one.");
        if (view is not DataFrame frame)
            return new(Getter(row, column));
        // As a data view, a frame says 0 or false where it holds null.
        var cells = frame[column.Name];
        return new(() => (IConvertible?)cells[row.Position]);
    }

    static Func<IConvertible?> Getter(DataViewRow row, DataViewSchema.Column column) => Type.GetTypeCode(column.Type.RawType) switch
    {
        TypeCode.Single => Get<float>(row, column),
        TypeCode.Double => Get<double>(row, column),
        TypeCode.Boolean => Get<bool>(row, column),
        TypeCode.SByte => Get<sbyte>(row, column),
        TypeCode.Byte => Get<byte>(row, column),
        TypeCode.Int16 => Get<short>(row, column),
        TypeCode.UInt16 => Get<ushort>(row, column),
        TypeCode.Int32 => Get<int>(row, column),
        TypeCode.UInt32 => Get<uint>(row, column),
        TypeCode.Int64 => Get<long>(row, column),
        TypeCode.UInt64 => Get<ulong>(row, column),
        _ => Text(row, column),
    };

    static Func<IConvertible?> Get<T>(DataViewRow row, DataViewSchema.Column column) where T : struct, IConvertible
    {
        var (getter, value) = (row.GetGetter<T>(column), default(T));
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    static Func<IConvertible?> Text(DataViewRow row, DataViewSchema.Column column)
    {
        var (getter, value) = (row.GetGetter<ReadOnlyMemory<char>>(column), default(ReadOnlyMemory<char>));
        return () =>
        {
            getter(ref value);
            return value.ToString();
        };
    }
}
