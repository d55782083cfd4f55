using System.Collections.Immutable;
using System.Globalization;

namespace FunctionalDL;

/// <summary>
/// A table of text: named columns, rows of as many cells, read from a CSV file (<see cref="CsvFile"/>) or made of any other source of rows.
/// Cells become numbers or labels where tensors are made of them; <see cref="TableEncoder"/> makes features of both, and of missing
/// values. Immutable.
/// </summary>
public sealed class Table : RowSet<Table>
{
    readonly TableSource source;
    readonly ImmutableArray<TableRow> rows;

    /// <summary>A table of at least one row, each of as many cells as there are columns.</summary>
    internal Table(TableSource source, ImmutableArray<string> columns, ImmutableArray<TableRow> rows)
    {
        if (columns.Distinct().Count() != columns.Length)
            throw new DataException(
                $"Table: {source.Place} {rows[0].Number}: two columns of one name: {string.Join(", ", columns)}. Rename one.");
        (this.source, Columns, this.rows) = (source, columns, rows);
    }

    /// <summary>
    /// A table of rows from anywhere; a cell that is null or empty is a missing value. Numbers are written with a decimal point and
    /// nothing else. Errors count the rows from 0.
    /// </summary>
    /// <param name="columns">The columns' names.</param>
    /// <param name="rows">The rows, each of as many cells as there are columns.</param>
    /// <exception cref="DataException">There are no rows, one has another number of cells, or two columns have one name.</exception>
    public static Table Of(IEnumerable<string> columns, IEnumerable<IEnumerable<string?>> rows)
    {
        string[] names = [.. columns];
        TableRow[] all = [.. rows.Select((cells, i) => new TableRow(i, [.. cells.Select(cell => cell ?? "")]))];
        if (all.Length == 0) throw new DataException("Table: there are no rows. Give at least one.");
        var other = Array.FindIndex(all, row => row.Cells.Length != names.Length);
        return other < 0
            ? new(new("row", NumberNotation.Plain, HasHeader: true), [.. names], [.. all])
            : throw new DataException(
                $"Table: row {other} has {all[other].Cells.Length} cells, there are {names.Length} columns. Give every row as many.");
    }

    /// <summary>The columns' names; of a CSV file without a header "0", "1", ….</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>Whether the columns' names are those of the source; otherwise they are numbers.</summary>
    public bool HasHeader => source.HasHeader;

    /// <summary>The number of rows, the header not counted.</summary>
    public override int Count => rows.Length;

    /// <summary>The cells of a column as they stand, "" where a value is missing.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public string[] Text(string column)
    {
        var at = Find(column);
        return [.. rows.Select(row => row.Cells[at])];
    }

    /// <summary>Columns as numbers: <c>float32 [rows, columns]</c>.</summary>
    /// <exception cref="DataException">
    /// There is no such column, or a cell is missing or not a finite number, or it is beyond 2²⁴ and float32 does not hold it, such as a
    /// time in seconds or an id.
    /// </exception>
    public Tensor<float> Numbers(params string[] columns) => (Tensor<float>)Numbers(DType.Float32, columns);

    /// <summary>Columns as numbers: <c>dtype [rows, columns]</c>. In float64 whole numbers keep 15 digits and more, in int64 all.</summary>
    /// <exception cref="DataException">
    /// There is no such column, or a cell is missing or not a finite number, or it is a whole number of more digits than the dtype keeps,
    /// or in int64 one that is not whole.
    /// </exception>
    /// <exception cref="DTypeException">The dtype is bool.</exception>
    public Tensor Numbers(DType dtype, params string[] columns) =>
        dtype.IsNumeric()
            ? dtype.Visit<Converted, Tensor>(new(this, dtype, columns))
            : throw new DTypeException($"Table: {dtype.Name()} holds no numbers. Take float32, float64 or int64.");

    readonly struct Converted(Table table, DType dtype, string[] columns) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            dtype.IsInteger() ? Integers<T, TElement>(table, dtype.Name(), columns) : Floats<T, TElement>(table, dtype.Name(), columns);

        static Tensor Integers<T, TElement>(Table table, string name, string[] columns)
            where T : unmanaged
            where TElement : IElement<T> =>
            table.Convert<T>(
                columns,
                (_, cell) => table.Whole(cell) is { } x && Conversion.Whole<T, TElement>(TElement.Of(x)) == x ? TElement.Of(x) : null,
                cell => table.NotNumber(cell, $"is not a whole number of {name}. Take it in float64."));

        static Tensor Floats<T, TElement>(Table table, string name, string[] columns) where T : unmanaged where TElement : IElement<T>
        {
            // All whole numbers up to here are kept, and more digits than these are nobody's.
            var (exact, most) = (1L, 1L << 53);
            while (exact < most && TElement.ToDouble(TElement.Of(exact + 1)) == exact + 1) exact *= 2;
            bool IsKept(double x) => TElement.ToDouble(TElement.Of(x)) is var kept && double.IsFinite(kept)
                && (Math.Abs(x) <= exact || Math.Abs(x) > most || kept == x);
            return table.Convert<T>(columns, (_, cell) => table.Notation.Read(cell) is { } x && IsKept(x) ? TElement.Of(x) : null,
                cell => table.NotNumber(cell, $"is a number that {name} does not keep. Take it in float64, Numbers(DType.Float64, …), "
                    + $"and normalize it before it becomes {name}, as a TableEncoder does."));
        }
    }

    long? Whole(string cell)
    {
        if (long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return Notation.Read(cell) is { } x && double.IsInteger(x) && Math.Abs(x) <= 1L << 53 ? (long)x : null;
    }

    /// <summary>Why a cell is refused as a number of a dtype, where it is a number.</summary>
    string NotNumber(string cell, string otherwise) => Notation.Read(cell) is null ? NotNumber(cell) : otherwise;

    /// <summary>Why a cell is refused as a number.</summary>
    internal string NotNumber(string cell) => NumberHint.Of(cell, Notation) is { } hint ? $"is not a finite number: it {hint}."
        : "is not a finite number. Correct it, mark it as missing (CsvOptions.Missing), or read the column as categories.";

    /// <summary>The different texts of a column in the order of their character codes, missing values left out.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public ImmutableArray<string> Categories(string column) =>
        [.. Text(column).Where(text => text != "").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A column as labels: the index of each row's text among the classes, <c>int64 [rows]</c>.</summary>
    /// <param name="column">The column.</param>
    /// <param name="classes">The texts there may be, such as the <see cref="Categories"/> of all data there is.</param>
    /// <exception cref="DataException">There is no such column, or two classes are equal, or a cell is missing or not one of
    /// them.</exception>
    public Tensor<long> Labels(string column, ImmutableArray<string> classes)
    {
        var index = new Dictionary<string, long>();
        foreach (var (i, text) in classes.Index())
            if (!index.TryAdd(text, i))
                throw new DataException(
                    $"Table: \"{text}\" is twice among the classes {string.Join(", ", classes.Take(20))}. Give each once.");
        return (Tensor<long>)
            Convert(
                    [column],
                    (_, cell) => index.TryGetValue(cell, out var label) ? label : (long?)null,
                    _ => $"is not one of the classes {string.Join(", ", classes.Take(20))}. Correct it, or give its class too.")
                .Reshape([Count]);
    }

    /// <summary>The rows in which none of these columns is missing.</summary>
    /// <exception cref="FunctionalException">There is no such column, or no such row.</exception>
    public Table WithoutMissing(params string[] columns)
    {
        string[][] texts = [.. columns.Select(Text)];
        return Rows([.. Enumerable.Range(0, Count).Where(row => texts.All(text => text[row] != ""))]);
    }

    /// <inheritdoc/>
    protected override Table Choose(ReadOnlySpan<int> chosen)
    {
        var result = ImmutableArray.CreateBuilder<TableRow>(chosen.Length);
        foreach (var row in chosen) result.Add(rows[row]);
        return new(source, Columns, result.MoveToImmutable());
    }

    /// <summary>The cells of columns mapped to elements, row by row.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="element">The element of a cell in one of the columns; null refuses it.</param>
    /// <param name="refusal">What is wrong with a cell that is refused, and how to mend it.</param>
    Tensor<T> Convert<T>(IReadOnlyList<string> columns, Func<int, string, T?> element, Func<string, string> refusal) where T : unmanaged
    {
        var shape = Shape.Of(Count, columns.Count);
        var result = new T[shape.ElementCount];
        Fill(columns, 0, result, element, refusal);
        return Tensor<T>.Adopt(shape, result);
    }

    /// <summary>The cells of columns from a row on mapped to elements, row by row, as many as there is room for.</summary>
    /// <inheritdoc cref="Convert"/>
    internal void Fill<T>(IReadOnlyList<string> columns, int first, Span<T> to, Func<int, string, T?> element, Func<string, string> refusal)
        where T : unmanaged
    {
        int[] places = [.. columns.Select(Find)];
        for (var i = 0; i < to.Length; i++)
        {
            var (row, column) = (first + i / places.Length, i % places.Length);
            var cell = rows[row].Cells[places[column]];
            to[i] = element(column, cell) ?? throw new DataException($"{Place(row, columns[column])} "
                + (cell == "" ? "the value is missing. Fill it in, or choose the rows WithoutMissing." : $"\"{cell}\" {refusal(cell)}"));
        }
    }

    /// <summary>What errors call a cell.</summary>
    internal string Place(int row, string column) => $"Table: {source.Place} {rows[row].Number}, column \"{column}\":";

    internal NumberNotation Notation => source.Notation;

    internal int Find(string column) =>
        Columns.IndexOf(column) is >= 0 and var at
            ? at
            : throw new DataException(
                $"Table: there is no column \"{column}\".{Spelling.Suggest(column, Columns)} There are: {string.Join(", ", Columns)}."
                    + (HasHeader ? "" : " The first line was read as data; give CsvOptions.HasHeader = true if it names the columns."));

    /// <summary>The number of rows, and of each column its name, what it holds and its first cells.</summary>
    public override string ToString() => TableText.Of(this);
}
