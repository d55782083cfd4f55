using Microsoft.ML;
using Microsoft.ML.Data;

namespace FunctionalDL.Tests.ML;

/// <summary>A data view of arrays, one for each column.</summary>
sealed class MemoryView(params (string Name, DataViewType Type, Array Values)[] columns) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = MakeSchema(columns);

    static DataViewSchema MakeSchema((string Name, DataViewType Type, Array)[] columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var (name, type, _) in columns) builder.AddColumn(name, type);
        return builder.ToSchema();
    }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> needed, Random? random = null) =>
        new Cursor(Schema, [.. columns.Select(column => column.Values)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> needed, int n, Random? random = null) =>
        [GetRowCursor(needed, random)];

    sealed class Cursor(DataViewSchema schema, Array[] values) : DataViewRowCursor
    {
        long position = -1;

        public override long Position => position;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public override bool MoveNext() => ++position < values[0].Length;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref id) => id = new((ulong)position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ref value) => value = ((TValue[])values[column.Index])[position];
    }
}
