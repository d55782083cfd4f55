using System.Reflection;
using System.Runtime.CompilerServices;
using FunctionalDL.Engine;

namespace FunctionalDL.Tests.Engine;

/// <summary>What passes hand to each other is never changed: only the memory and the threads of a run are.</summary>
public class ImmutabilityTests
{
    /// <summary>The types that change, and why.</summary>
    static readonly Dictionary<Type, string> Changing = new()
    {
        [typeof(Loop)] = "a run of many steps",
        [typeof(ManagedLoop)] = "a run of many steps",
        [typeof(ThreadTeam)] = "the threads of the process",
        [typeof(Strip)] = "lives on the stack, in one call of a kernel",
        [typeof(Arena)] = "lives in one call of Allocation.Of",
        [typeof(Fusion)] = "lives in one call of Fusion.Apply",
    };

    const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void Nothing_else_can_be_set() => Assert.Empty(
        typeof(Plan).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Plan).Namespace && !IsChanging(type) && !IsOfTheCompiler(type))
            .SelectMany(Settable)
            .Order());

    [Fact]
    public void What_changes_is_seen() => Assert.All(Changing.Keys, type => Assert.NotEmpty(
        Settable(type).Concat(type.GetNestedTypes(BindingFlags.NonPublic).SelectMany(Settable))));

    static bool IsChanging(Type? type) => type is not null && (Changing.ContainsKey(type) || IsChanging(type.DeclaringType));

    static bool IsOfTheCompiler(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute))
            || member.DeclaringType is { } outer && IsOfTheCompiler(outer);

    static IEnumerable<string> Settable(Type type) => type.IsEnum ? [] :
    [
        .. type.GetProperties(Own).Where(p => p.SetMethod is { } set && !IsInit(set)).Select(p => $"{type.Name}.{p.Name}"),
        .. type.GetFields(Own).Where(f => !f.IsInitOnly && !IsOfTheCompiler(f)).Select(f => $"{type.Name}.{f.Name}"),
    ];

    static bool IsInit(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
