using System.Globalization;
using FunctionalDL;

/// <summary>
/// Flats for sale, made up: what is known of each, with cells missing here and there, and a price in thousands. It follows from the
/// cells, before some are lost, up to a normal error of deviation 20 that no model can foresee.
/// </summary>
static class Flats
{
    static readonly (string Name, double Price)[] Districts = [("Altstadt", 6.5), ("Hafen", 5.2), ("Nordend", 4.1), ("Westhof", 3.3)];

    static readonly string[] Heatings = ["district", "gas", "heat pump"];

    /// <summary>The flats; the same seed gives the same.</summary>
    public static Table Make(int count, long seed) =>
        Table.Of(
            ["area", "rooms", "built", "district", "heating", "lift", "price"],
            Enumerable.Range(0, count).Select(i => Flat(Key.Of(seed).Fold(i))));

    static string?[] Flat(Key key)
    {
        var u = key.Uniform([10], DType.Float64).As<double>();
        var area = Math.Round(25 + 115 * u[0] * u[0] + 20 * u[1]);
        var rooms = 1 + Math.Floor(area / 35 + u[2]);
        var built = 1900 + Math.Floor(124 * u[3]);
        var (district, perArea) = Districts[(int)(4 * u[4])];
        var heating = Heatings[(int)(3 * u[5])];
        var hasLift = u[6] < 0.5;

        // Very old and new flats cost more than those between; a heat pump and a lift add their share.
        var price = area * perArea * (1 + Math.Abs(built - 1965) / 200) * (heating == "heat pump" ? 1.1 : 1) + (hasLift ? 15 : 0)
            + 20 * Math.Sqrt(-2 * Math.Log(1 - u[7])) * Math.Cos(2 * Math.PI * u[8]);
        var lost = (int)(25 * u[9]);
        return
        [
            Text(area),
            lost == 1 ? null : Text(rooms),
            lost == 2 ? null : Text(built),
            lost == 3 ? "" : district,
            lost == 4 ? "" : heating,
            hasLift ? "yes" : "no",
            Text(Math.Round(price, 1)),
        ];
    }

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
