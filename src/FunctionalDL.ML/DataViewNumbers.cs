using Microsoft.ML;
using Microsoft.ML.Data;

namespace FunctionalDL;

/// <summary>The numbers of a column, row after row; a key is the index from 0 that it stands for.</summary>
sealed class DataViewNumbers
{
    readonly DataViewSchema.Column column;
    readonly Func<float[]> next;
    readonly List<float> values = [];
    int size;

    /// <exception cref="DataException">The column holds no numbers.</exception>
    public DataViewNumbers(IDataView view, DataViewRowCursor row, DataViewSchema.Column column) => (this.column, next) = (column, Reader(view, row, column));

    /// <summary>The number of rows read.</summary>
    public int Rows { get; private set; }

    /// <summary>The rows read: <c>float32 [rows, size]</c>.</summary>
    public Tensor ToTensor() => Tensor.Of(Shape.Of(Rows, size), values.ToArray());

    /// <summary>Reads the row the cursor is at.</summary>
    public void Read()
    {
        var numbers = next();
        if (Rows == 0) size = numbers.Length;
        if (numbers.Length != size) throw new DataException($"DataView: column \"{column.Name}\" holds {numbers.Length} numbers in row {Rows} and {size} in row 0. Give every row as many.");
        if (numbers.Any(float.IsNaN))
            throw new DataException($"DataView: row {Rows}, column \"{column.Name}\": a value is missing. Fill it in, or make a Table of the rows (ReadTable) and fit a TableEncoder, which marks it.");
        values.AddRange(numbers);
        Rows++;
    }

    static Func<float[]> Reader(IDataView view, DataViewRowCursor row, DataViewSchema.Column column)
    {
        switch (column.Type)
        {
            case VectorDataViewType { ItemType: NumberDataViewType { RawType: var type } } when type == typeof(float): return Vector<float>(row, column, x => x);
            case VectorDataViewType { ItemType: NumberDataViewType { RawType: var type } } when type == typeof(double): return Vector<double>(row, column, x => (float)x);
            case NumberDataViewType or BooleanDataViewType:
                var number = DataViewCell.Of(view, row, column);
                return () => [number.Number()];
            case KeyDataViewType:
                var key = DataViewCell.Of(view, row, column);
                return () => [key.Number() is > 0 and var k ? k - 1 : float.NaN];
            default: throw new DataException($"DataView: column \"{column.Name}\" holds {column.Type}, not numbers. Make a Table of the rows (ReadTable) and fit a TableEncoder, or leave the column out.");
        }
    }

    static Func<float[]> Vector<T>(DataViewRow row, DataViewSchema.Column column, Func<T, float> number)
    {
        var (getter, value) = (row.GetGetter<VBuffer<T>>(column), default(VBuffer<T>));
        return () =>
        {
            getter(ref value);
            return [.. value.DenseValues().Select(number)];
        };
    }
}
