using System.Reflection;

namespace FunctionalDL.Tests;

/// <summary>What a type has to make values of itself, such as <c>Layer.Dense</c>.</summary>
static class Factories
{
    /// <summary>
    /// Fails where a factory has no row in a table whose rows are named after them: <c>MaxPool2D</c>, or <c>MaxPool2D, with strides</c>.
    /// </summary>
    /// <param name="rows">The names of the rows.</param>
    /// <param name="elsewhere">Factories that are checked otherwise.</param>
    public static void HaveRows<T>(IEnumerable<string> rows, params string[] elsewhere)
    {
        string[] all =
        [
            .. typeof(T)
                .GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(m =>
                    m is PropertyInfo { PropertyType: var p } && p == typeof(T)
                    || m is MethodInfo { IsSpecialName: false, ReturnType: var r } && r == typeof(T))
                .Select(m => m.Name)
                .Where(name => name != "Of")
                .Distinct(),
        ];
        string[] known = [.. rows.Select(row => row.Split(',')[0]), .. elsewhere];
        Assert.True(!all.Except(known).Any(), $"{typeof(T).Name}: there is no row for {string.Join(", ", all.Except(known))}. Add one.");
        Assert.True(!elsewhere.Except(all).Any(), $"{typeof(T).Name}: there is no {string.Join(", ", elsewhere.Except(all))}.");
    }
}
