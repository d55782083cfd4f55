using System.Globalization;
using FunctionalDL;

/// <summary>Drawn receipts: two digits, a product and a discount, and the price they make.</summary>
sealed record Receipts(Dataset Left, Dataset Right, Table Table, Tensor Prices)
{
    static readonly (string Name, double Price)[] Products = [("apple", 0.2), ("bread", 0.5), ("cheese", 1.1), ("date", 0.35)];

    public static Receipts Make(int count, long seed)
    {
        var (left, right) = (Digits.Draw(count, 2 * seed), Digits.Draw(count, 2 * seed + 1));
        var random = new Random((int)seed);
        var (rows, prices) = (new List<string?[]>(), new float[count]);
        for (var i = 0; i < count; i++)
        {
            var ((name, price), discount) = (Products[random.Next(Products.Length)], random.Next(0, 6) * 0.1);
            rows.Add([name, discount.ToString(CultureInfo.InvariantCulture)]);
            prices[i] = (float)((left.Targets.GetDouble(i) + right.Targets.GetDouble(i)) / 9 * price * (1 - discount));
        }
        return new(left, right, Table.Of(["product", "discount"], rows), Tensor.Of([count, 1], prices));
    }
}
