using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace FunctionalDL;

/// <summary>The numbers of a column, row after row; a key is the index from 0 that it stands for.</summary>
sealed class DataViewNumbers
{
    readonly DataViewSchema.Column column;
    readonly Action<List<float>> next;
    readonly List<float> values = [];
    int size;

    /// <exception cref="DataException">The column holds no numbers.</exception>
    public DataViewNumbers(IDataView view, DataViewRowCursor row, DataViewSchema.Column column) =>
        (this.column, next) = (column, Reader(view, row, column));

    /// <summary>The number of rows read.</summary>
    public int Rows { get; private set; }

    /// <summary>The rows read: <c>float32 [rows, size]</c>.</summary>
    public Tensor ToTensor() => Tensor.Of(Shape.Of(Rows, size), (ReadOnlySpan<float>)CollectionsMarshal.AsSpan(values));

    /// <summary>Reads the row the cursor is at.</summary>
    public void Read()
    {
        var before = values.Count;
        next(values);
        var count = values.Count - before;
        if (Rows == 0)
            size = count;
        if (count != size)
            throw new DataException(
                $"DataView: column \"{column.Name}\" holds {count} numbers in row {Rows} and {size} in row 0. Give every row as many.");
        for (var i = before; i < values.Count; i++)
            if (float.IsNaN(values[i]))
                throw Refused(
                    "a value is missing. Fill it in, or make a Table of the rows (ReadTable) and fit a TableEncoder, which marks it.");
        Rows++;
    }

    Action<List<float>> Reader(IDataView view, DataViewRowCursor row, DataViewSchema.Column column)
    {
        switch (column.Type)
        {
            case VectorDataViewType { ItemType: NumberDataViewType { RawType: var type } } when type == typeof(float):
                return Vector<float>(row, column, x => x);
            case VectorDataViewType { ItemType: NumberDataViewType { RawType: var type } } when type == typeof(double):
                return Vector<double>(row, column, Kept);
            case NumberDataViewType or BooleanDataViewType:
                var number = DataViewCell.Of(view, row, column);
                return to => to.Add(Kept(number.Number()));
            case KeyDataViewType:
                var key = DataViewCell.Of(view, row, column);
                return to => to.Add(key.Number() is > 0 and var k ? Kept(k - 1) : float.NaN);
            default:
                throw new DataException(
                    $"DataView: column \"{column.Name}\" holds {column.Type}, not numbers. Make a Table of the rows (ReadTable) and fit "
                        + "a TableEncoder, or leave the column out."
                );
        }
    }

    static Action<List<float>> Vector<T>(DataViewRow row, DataViewSchema.Column column, Func<T, float> number)
    {
        var (getter, value) = (row.GetGetter<VBuffer<T>>(column), default(VBuffer<T>));
        return to =>
        {
            getter(ref value);
            foreach (var x in value.DenseValues()) to.Add(number(x));
        };
    }

    /// <summary>
    /// A number in float32, which has seven digits; of more before its point none may be lost, or times and ids would become one another.
    /// </summary>
    float Kept(double x) =>
        double.IsNaN(x) || float.IsFinite((float)x) && (Math.Abs(x) is <= 1 << 24 or > 1L << 53 || (float)x == x)
            ? (float)x
            : throw Refused(
                $"{x} is a number that float32 does not keep. Make a Table of the rows (ReadTable) and fit a TableEncoder, which "
                    + "normalizes it in float64."
            );

    DataException Refused(string why) => new($"DataView: row {Rows}, column \"{column.Name}\": {why}");
}
