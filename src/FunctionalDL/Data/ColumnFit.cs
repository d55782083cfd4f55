namespace FunctionalDL;

/// <summary>What is seen of a table's column, part after part, and what kind of column it is at the end.</summary>
sealed class ColumnFit(string name, bool isCategorical, bool isEmbedded)
{
    const int MostFeatures = 1000, MostEmbedded = 1 << 24;

    readonly NumberSummary numbers = new();
    readonly HashSet<string> texts = [];
    readonly int most = isEmbedded ? MostEmbedded : MostFeatures;
    long known, missing;
    string? number, noNumber, likeNumber, unit;

    public void Add(Table part)
    {
        foreach (var (row, cell) in part.Text(name).Index())
        {
            if (cell == "")
            {
                missing++;
                continue;
            }
            known++;
            var isNumber = !isCategorical && !isEmbedded && part.Notation.Read(cell) is { } value && Add(value);
            if (isNumber) number ??= $"{cell}";
            if (texts.Count <= most && texts.Add(cell) && !isNumber && !isCategorical && !isEmbedded) Look(part, row, cell);
        }
    }

    bool Add(double value)
    {
        numbers.Add(value);
        return true;
    }

    /// <summary>Keeps the first text that is no number, the first that looks like one, and the unit that all have.</summary>
    void Look(Table part, int row, string cell)
    {
        var own = NumberHint.Unit(cell) ?? "";
        unit = unit is null || unit == own ? own : "";
        noNumber ??= $"{part.Place(row, name)} \"{cell}\" is not a number";
        if (likeNumber is null && NumberHint.Of(cell, part.Notation) is { } hint) likeNumber = $"{part.Place(row, name)} \"{cell}\" {hint}";
    }

    /// <exception cref="DataException">There are no values, or too many texts, or some are numbers or look like them and others are
    /// not.</exception>
    public TableColumn ToColumn()
    {
        if (known == 0) throw new DataException($"TableEncoder: column \"{name}\" has no values. Leave it out.");
        if (numbers.Count == known) return NumberColumn.Of(name, numbers, missing > 0);
        if (likeNumber is not null) throw new DataException($"{likeNumber}; or, where texts are meant, name the column as categorical.");
        if (numbers.Count > 0)
        {
            var share = 2 * numbers.Count > known ? "most" : $"{numbers.Count:N0} of {known:N0}";
            throw new DataException($"{noNumber}, and {share} of the column are, such as \"{number}\". "
                + "Correct it, mark it as missing (CsvOptions.Missing), or name the column as categorical.");
        }
        if (unit is { Length: > 0 } && texts.Count > 2)
        {
            throw new DataException($"{noNumber}, and all of the column are numbers with \"{unit}\". Give CsvOptions.Units = [\"{unit}\"]; "
                + "or, where texts are meant, name the column as categorical.");
        }
        if (texts.Count > most)
        {
            throw new DataException($"TableEncoder: column \"{name}\" has {texts.Count} different texts, more than {most}. "
                + "Leave it out, join some of them, or have it embedded.");
        }
        return new CategoryColumn(
            name,
            [.. texts.Order(StringComparer.Ordinal), .. missing > 0 ? [""] : Array.Empty<string>()],
            isEmbedded);
    }
}
