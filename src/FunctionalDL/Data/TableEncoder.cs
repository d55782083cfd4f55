using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace FunctionalDL;

/// <summary>
/// Makes features for a model out of a table's columns, <c>float32 [rows, features]</c>: numbers normalized, categories one by one or as
/// an index, missing values filled in
/// and marked, and numbers far from all others brought nearer.
/// It is fitted on training data and applied to others like it; as an expression of raw inputs, <c>float64 [rows, columns]</c>, it becomes
/// part of an exported model.
/// Raw inputs are float64, so that times in seconds and the like keep their digits until they are normalized.
/// </summary>
public sealed class TableEncoder
{
    const int BatchNumbers = 1 << 18;

    readonly Lazy<CompiledFunction> encode;

    /// <summary>An encoder of columns that were fitted.</summary>
    /// <param name="columns">The columns with what was fitted to each, in the order of the raw inputs.</param>
    public TableEncoder(ImmutableArray<TableColumn> columns)
    {
        Columns = columns;
        Features = [.. columns.SelectMany(column => column.Features)];
        encode = new(() => Apply(Expr.Variable("raw", ["rows", Columns.Length], DType.Float64)).Compile());
    }

    /// <summary>The columns with what was fitted to each, in the order of the raw inputs.</summary>
    public ImmutableArray<TableColumn> Columns { get; }

    /// <summary>The names of the features in order.</summary>
    public ImmutableArray<string> Features { get; }

    /// <summary>The encoder fitted to columns of a table. A column is one of numbers where all its known values are, and one of categories
    /// where none is or looks like one.</summary>
    /// <param name="table">The training data.</param>
    /// <param name="columns">The columns to make features of: not the target.</param>
    /// <param name="categorical">Columns that are categories though their texts look like numbers.</param>
    /// <param name="embedded">Columns that are categories of which the feature is an index, for <see cref="Embed"/>: those of many
    /// texts.</param>
    /// <exception cref="DataException">
    /// There is no such column, a column has no values at all, some but not all of its values are numbers, some look like numbers or dates
    /// and are not read as such, or it has
    /// more than 1000 categories and is not embedded.
    /// </exception>
    public static TableEncoder Fit(
        Table table,
        IEnumerable<string> columns,
        IEnumerable<string>? categorical = null,
        IEnumerable<string>? embedded = null
    ) => Fit([table], columns, categorical, embedded);

    /// <summary>
    /// The encoder fitted to a table that comes part by part, such as <see cref="CsvFile.ReadParts"/> gives. It goes through the parts
    /// once and holds one at a time: means and
    /// deviations are those of all numbers, the bounds are exact up to 16,384 different numbers and to a 5,000th of all numbers' ranks
    /// beyond.
    /// </summary>
    /// <param name="parts">The training data.</param>
    /// <param name="columns">The columns to make features of: not the target.</param>
    /// <param name="categorical">Columns that are categories though their texts look like numbers.</param>
    /// <param name="embedded">Columns that are categories of which the feature is an index, for <see cref="Embed"/>: those of many
    /// texts.</param>
    /// <inheritdoc cref="Fit(Table, IEnumerable{string}, IEnumerable{string}, IEnumerable{string})"/>
    public static TableEncoder Fit(
        IEnumerable<Table> parts,
        IEnumerable<string> columns,
        IEnumerable<string>? categorical = null,
        IEnumerable<string>? embedded = null)
    {
        HashSet<string> categories = [.. categorical ?? []];
        HashSet<string> vectors = [.. embedded ?? []];
        ColumnFit[] fits = [.. columns.Select(name => new ColumnFit(name, categories.Contains(name), vectors.Contains(name)))];
        if (fits.Length == 0) throw new DataException("TableEncoder: no columns are chosen. Choose at least one.");
        foreach (var part in parts)
        {
            foreach (var name in categories.Concat(vectors)) part.Find(name);
            foreach (var fit in fits) fit.Add(part);
        }
        return new([.. fits.Select(fit => fit.ToColumn())]);
    }

    /// <summary>
    /// The raw inputs of a table, <c>float64 [rows, columns]</c>: a row for each of its rows, a number for each column. See the kinds of
    /// <see cref="TableColumn"/> for what
    /// stands for what. To train on them, say that values may be missing: <c>new Dataset(encoder.Raw(table), targets, allowMissing:
    /// true)</c>.
    /// </summary>
    /// <exception cref="DataException">A column is not there, or a cell of a column of numbers is not one.</exception>
    public Tensor<double> Raw(Table table) => RawRows(table, 0, table.Count);

    Tensor<double> RawRows(Table table, int first, int count)
    {
        Func<string, double?>[] readers = [.. Columns.Select(column => column.Reader(table.Notation))];
        var shape = Shape.Of(count, Columns.Length);
        var result = new double[shape.ElementCount];
        table.Fill(
            [.. Columns.Select(column => column.Name)],
            first,
            result.AsSpan(),
            (column, cell) => readers[column](cell),
            table.NotNumber);
        return Tensor<double>.Adopt(shape, result);
    }

    /// <summary>The features of a table, <c>float32 [rows, features]</c>, made some rows at a time: beside them it needs a fixed amount of
    /// memory.</summary>
    /// <exception cref="DataException">
    /// A column is not there, a cell of a column of numbers is not one, or there are more features than a tensor holds.
    /// </exception>
    public Tensor Encode(Table table)
    {
        if ((long)table.Count * Features.Length > Array.MaxLength)
            throw new DataException($"TableEncoder: {table.Count:N0} rows of {Features.Length:N0} features are too many for one tensor. "
                + "Encode them in parts, or have columns embedded.");
        var result = new float[table.Count * Features.Length];
        var size = Math.Clamp(BatchNumbers / Features.Length, 1, table.Count);
        for (var first = 0; first < table.Count; first += size)
        {
            var features = encode.Value.Run(("raw", RawRows(table, first, Math.Min(size, table.Count - first))))[0];
            features.As<float>().Span.CopyTo(result.AsSpan(first * Features.Length));
        }
        return Tensor<float>.Adopt([table.Count, Features.Length], result);
    }

    /// <summary>The features of raw inputs as an expression: <c>[rows, columns] → float32 [rows, features]</c>.</summary>
    /// <exception cref="ShapeException">There is not one raw input for each column.</exception>
    public Expr Apply(Expr raw) => raw.Rank == 2 && raw.Shape[1] == Columns.Length
        ? Functions.Concat(1, [.. Columns.Select((column, i) => column.Encode(Functions.Slice(raw, 1, i, i + 1)).Cast(DType.Float32))])
        : throw new ShapeException($"TableEncoder: takes [rows, {Columns.Length}], given {raw.Shape}. Give a number for each of the "
            + $"columns {string.Join(", ", Columns.Select(c => c.Name))}.");

    /// <summary>
    /// A layer that makes a vector of each embedded column's index and leaves the other features as they are: <c>[batch, features] →
    /// [batch, others + embedded·width]</c>, with
    /// <c>weight [categories, width]</c> for each. A text that was not there when the column was fitted is zeros.
    /// </summary>
    /// <param name="width">The size of a vector.</param>
    /// <param name="initializer">The vectors' first values, normal with standard deviation 0.02 if not given.</param>
    /// <exception cref="FunctionalException">The width is below 1, or no column is embedded.</exception>
    public Layer Embed(int width, Initializer? initializer = null)
    {
        if (width < 1 || !Columns.Any(column => column is CategoryColumn { IsEmbedded: true }))
        {
            var count = Columns.Count(column => column is CategoryColumn { IsEmbedded: true });
            throw new FunctionalException(
                $"TableEncoder: embeds {count} columns in vectors of {width}. Fit it with embedded columns, "
                    + "and give a width of 1 or more.");
        }
        return Layer.Of(
            "embed",
            (scope, x) =>
            {
                if (x.Rank != 2 || x.Shape[1] != Features.Length)
                    throw new ShapeException("Embed: takes the encoder's [batch, " + $"{Features.Length}] features, given {x.Shape}.");
                var (parts, at) = (new List<Expr>(), 0);
                foreach (var column in Columns)
                {
                    var own = Functions.Slice(x, 1, at, at += column.Features.Length);
                    parts.Add(
                        column is not CategoryColumn { IsEmbedded: true } embedded
                            ? own
                            : embedded.Embed(
                                own,
                                scope.Parameter(
                                    $"{column.Name}.weight",
                                    [embedded.Categories.Length, width],
                                    initializer ?? Initializer.Normal(0.02))));
                }
                return Functions.Concat(1, [.. parts]);
            });
    }

    /// <summary>A model of features with this encoder in front: the model of raw inputs, <c>float64 [batch, columns]</c>, to
    /// export.</summary>
    /// <exception cref="FunctionalException">The model does not take these features.</exception>
    public Model Before(Model model) => Before(model, model.InputVariable.VariableName!);

    /// <summary>The same before one of several inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The input that takes the features.</param>
    /// <exception cref="FunctionalException">There is no such input, or it does not take these features.</exception>
    public Model Before(Model model, string input)
    {
        var dtype = model.Inputs.FirstOrDefault(i => i.VariableName == input)?.DType ?? DType.Float32;
        return model.WithInput(
            input,
            Layer.Of("encode", raw => Apply(raw).Cast(dtype)),
            ModelInput.Of(input, DType.Float64, Columns.Length));
    }

    /// <summary>
    /// The columns in order as JSON, for those who use an exported model: <c>[{"name": "age"}, {"name": "colour", "categories": ["blue",
    /// "red"]}]</c>.
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
