using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace FunctionalDL;

/// <summary>
/// Makes features for a model out of a table's columns, <c>float32 [rows, features]</c>: numbers normalized, categories one by one, missing values filled in and marked, and
/// numbers far from all others brought nearer.
/// It is fitted on training data and applied to others like it; as an expression of raw inputs, <c>float32 [rows, columns]</c>, it becomes part of an exported model.
/// </summary>
/// <param name="columns">The columns with what was fitted to each, in the order of the raw inputs.</param>
public sealed class TableEncoder(ImmutableArray<TableColumn> columns)
{
    const int MostCategories = 1000;

    /// <summary>The columns with what was fitted to each, in the order of the raw inputs.</summary>
    public ImmutableArray<TableColumn> Columns { get; } = columns;

    /// <summary>The names of the features in order.</summary>
    public ImmutableArray<string> Features { get; } = [.. columns.SelectMany(column => column.Features)];

    /// <summary>The encoder fitted to columns of a table. A column is one of numbers where all its known values are, and one of categories otherwise.</summary>
    /// <param name="table">The training data.</param>
    /// <param name="columns">The columns to make features of: not the target.</param>
    /// <param name="categorical">Columns that are categories though their texts look like numbers.</param>
    /// <exception cref="DataException">
    /// There is no such column, a column has no values at all, most but not all of its values are numbers, or it has more than 1000 categories.
    /// </exception>
    public static TableEncoder Fit(Table table, IEnumerable<string> columns, IEnumerable<string>? categorical = null)
    {
        HashSet<string> categories = [.. categorical ?? []];
        foreach (var name in categories) table.Text(name);
        TableEncoder encoder = new([.. columns.Select(name => FitColumn(table, name, categories.Contains(name)))]);
        return encoder.Columns.Length > 0 ? encoder : throw new DataException("TableEncoder: no columns are chosen. Choose at least one.");
    }

    static TableColumn FitColumn(Table table, string name, bool isCategorical)
    {
        var text = table.Text(name);
        var known = text.Count(cell => cell != "");
        var numbers = isCategorical ? 0 : text.Count(cell => Table.Number(cell) is not null);
        if (known == 0) throw new DataException($"TableEncoder: column \"{name}\" has no values. Leave it out.");
        if (2 * numbers > known)
        {
            return NumberColumn.Fit(name, table.Convert([name], (_, cell) => cell == "" ? float.NaN : Table.Number(cell),
                "is not a number, and most of the column are. Correct it, mark it as missing (CsvOptions.Missing), or name the column as categorical."));
        }
        var categories = table.Categories(name);
        return categories.Length <= MostCategories
            ? new CategoryColumn(name, known < text.Length ? categories.Add("") : categories)
            : throw new DataException($"TableEncoder: column \"{name}\" has {categories.Length} different texts, more than {MostCategories}. Leave it out, or join some of them.");
    }

    /// <summary>The raw inputs of a table: a row for each of its rows, a number for each column. See the kinds of <see cref="TableColumn"/> for what stands for what.</summary>
    /// <exception cref="DataException">A column is not there, or a cell of a column of numbers is not one.</exception>
    public Tensor<float> Raw(Table table)
    {
        Func<string, float?>[] readers = [.. Columns.Select(column => column.Reader())];
        return table.Convert([.. Columns.Select(column => column.Name)], (column, cell) => readers[column](cell),
            "is not a finite number, as the column's values are. Correct it, or mark it as missing (CsvOptions.Missing).");
    }

    /// <summary>The features of a table.</summary>
    /// <inheritdoc cref="Raw"/>
    public Tensor Encode(Table table) => Apply(Expr.Constant(Raw(table))).Evaluate();

    /// <summary>The features of raw inputs as an expression: <c>[rows, columns] → [rows, features]</c>.</summary>
    /// <exception cref="ShapeException">There is not one raw input for each column.</exception>
    public Expr Apply(Expr raw) => raw.Rank == 2 && raw.Shape[1] == Columns.Length
        ? Functions.Concat(1, [.. Columns.Select((column, i) => column.Encode(Functions.Slice(raw, 1, i, i + 1)))])
        : throw new ShapeException($"TableEncoder: takes [rows, {Columns.Length}], given {raw.Shape}. Give a number for each of the columns {string.Join(", ", Columns.Select(c => c.Name))}.");

    /// <summary>A model of features with this encoder in front: the model of raw inputs to export.</summary>
    /// <exception cref="FunctionalException">The model does not take these features.</exception>
    public Model Before(Model model) => model.WithInput(Layer.Of("encode", Apply), Columns.Length);

    /// <summary>
    /// The columns in order as JSON, for those who use an exported model: <c>[{"name": "age"}, {"name": "colour", "categories": ["blue", "red"]}]</c>.
    /// Put it among the model's metadata, under <c>columns</c> say.
    /// </summary>
    public string Describe()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var column in Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                if (column is CategoryColumn { Categories: var categories })
                {
                    json.WriteStartArray("categories");
                    foreach (var category in categories) json.WriteStringValue(category);
                    json.WriteEndArray();
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
