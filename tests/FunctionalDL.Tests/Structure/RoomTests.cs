using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text.RegularExpressions;

namespace FunctionalDL.Tests.Structure;

/// <summary>The core's folders are rooms: a room uses itself and the rooms before it, and none after.</summary>
public partial class RoomTests
{
    static readonly string[] Rooms = ["Tensors", "Files", "Expressions", "Calculus", "Engine", "Models", "Data", "Training", "Onnx"];

    static readonly string Source = Path.Combine(Documentation.Pages.Root, "src", "FunctionalDL");

    const BindingFlags All =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    [Fact]
    public void A_room_uses_those_before_it() => Assert.Empty(Violations(Rooms));

    [Fact]
    public void Rooms_in_another_order_are_seen() =>
        Assert.NotEmpty(Violations(["Expressions", .. Rooms.Where(room => room != "Expressions")]));

    [Fact]
    public void Every_folder_is_a_room() => Assert.Equal(
        Rooms.Order(), Directory.GetDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).Order());

    static SortedSet<string> Violations(string[] rooms)
    {
        var (files, types) = (MethodFiles(), TypeRooms());
        int Index(string? room) => Array.IndexOf(rooms, room);
        string? OfType(Type? type)
        {
            while (type is { HasElementType: true } or { DeclaringType: not null })
                type = type.HasElementType ? type.GetElementType()! : type.DeclaringType!;
            return type?.Assembly == typeof(Expr).Assembly ? types.GetValueOrDefault(type.Name.Split('`')[0])?.MinBy(Index) : null;
        }
        string? Of(MemberInfo member) =>
            files.GetValueOrDefault(member.MetadataToken) is { } room && member is MethodBase && member.Module == typeof(Expr).Module
                ? room
                : OfType(member as Type ?? member.DeclaringType);
        var violations = new SortedSet<string>();
        foreach (var type in typeof(Expr).Assembly.GetTypes())
            foreach (var method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)))
                foreach (var used in Used(method))
                    if (Of(method) is { } from && Of(used) is { } to && Index(to) > Index(from))
                        violations.Add($"{from} uses {to}: {type.Name}.{method.Name} uses {used.DeclaringType?.Name}.{used.Name}");
        return violations;
    }

    /// <summary>The room of the file each method is written in, by its metadata token.</summary>
    static Dictionary<int, string> MethodFiles()
    {
        using var file = File.OpenRead(Path.ChangeExtension(typeof(Expr).Assembly.Location, "pdb"));
        var reader = MetadataReaderProvider.FromPortablePdbStream(file).GetMetadataReader();
        var result = new Dictionary<int, string>();
        foreach (var handle in reader.MethodDebugInformation)
            if (reader.GetMethodDebugInformation(handle).Document is { IsNil: false } document
                && RoomOf(reader.GetString(reader.GetDocument(document).Name)) is { } room)
                result[MetadataTokens.GetToken(handle.ToDefinitionHandle())] = room;
        return result;
    }

    static string? RoomOf(string file) =>
        Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar) is [var room, _, ..] && Rooms.Contains(room) ? room : null;

    /// <summary>The rooms in which a type is declared, by its name.</summary>
    static Dictionary<string, string[]> TypeRooms() =>
        Directory
            .EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Where(file => RoomOf(file) is not null)
            .SelectMany(file => Declared().Matches(File.ReadAllText(file)).Select(match => (match.Groups[1].Value, Room: RoomOf(file)!)))
            .GroupBy(p => p.Value, p => p.Room)
            .ToDictionary(g => g.Key, g => g.Distinct().ToArray());

    [GeneratedRegex(@"^(?:[a-z]+ )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>*]+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields()
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>What a method's signature and instructions name.</summary>
    static IEnumerable<MemberInfo> Used(MethodBase method)
    {
        foreach (var parameter in method.GetParameters()) yield return parameter.ParameterType;
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < il.Length;)
        {
            var code = Codes[il[at] == 0xFE ? unchecked((short)(0xFE00 | il[at + 1])) : il[at]];
            at += code.Size;
            if (
                code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok
                && method.Module.ResolveMember(BitConverter.ToInt32(il, at), TypeArguments(method), MethodArguments(method)) is { } member)
                yield return member;
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    static Type[]? TypeArguments(MethodBase method) =>
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;

    static Type[]? MethodArguments(MethodBase method) => method.IsGenericMethod ? method.GetGenericArguments() : null;
}
