using System.CommandLine;
using FunctionalDL.Onnx;

namespace FunctionalDL.Cli;

/// <summary><c>fdl run</c>: the outputs of an ONNX file in OnnxRuntime.</summary>
static class RunCommand
{
    const int Shown = 10;

    public static Command Create()
    {
        var path = new Argument<string>("model") { Description = "The ONNX file." };
        var inputs = Files("--input", "A value of an input: name=file, a .npy, .csv or .png file.");
        var outputs = Files("--output", "Where to write an output: name=file, a .npy or .csv file; without, its first elements are shown.");
        var command = new Command("run", "Run an ONNX model in OnnxRuntime on values from files.") { path, inputs, outputs };
        command.SetAction(result =>
        {
            var file = result.GetValue(path)!;
            var model = OnnxFile.Read(file);
            var declared = ModelInputs.Of(model);
            var given = Named(result.GetValue(inputs)!, "--input", [.. declared.Select(i => i.Name)]);
            var wanted = Named(result.GetValue(outputs)!, "--output", [.. model.Graph.Output.Select(o => o.Name)]);
            if (declared.FirstOrDefault(i => !given.ContainsKey(i.Name)) is { } missing)
                throw new FunctionalException($"Input \"{missing.Name}\" ({ModelText.Of(missing)}) has no value. "
                    + $"Give one: --input {missing.Name}=file.npy.");
            using var session = OnnxSession.Load(file);
            var values = session.Run(TensorSet.Of(declared.Select(i =>
                KeyValuePair.Create(i.Name, ValueFile.Read(given[i.Name], i)))));
            var text = result.InvocationConfiguration.Output;
            foreach (var (name, value) in values)
            {
                if (wanted.TryGetValue(name, out var target)) ValueFile.Write(target, value);
                text.WriteLine(target is null ? $"{name}: {First(value)}" : $"Wrote {target}: {value.Describe()}.");
            }
            return Fdl.Done;
        });
        return command;
    }

    static Option<string[]> Files(string name, string description) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    static string First(Tensor value)
    {
        var shown = Enumerable.Range(0, Math.Min(value.Count, Shown)).Select(i => ValueFile.Text(value, i));
        return $"{value.Describe()} {string.Join(" ", shown)}{(value.Count > Shown ? " …" : "")}";
    }

    /// <summary>Files by name; where there is only one name, it need not be written.</summary>
    static Dictionary<string, string> Named(string[] given, string option, string[] names)
    {
        var files = new Dictionary<string, string>();
        foreach (var text in given)
        {
            var at = names.Where(name => text.StartsWith(name + "=", StringComparison.Ordinal)).MaxBy(name => name.Length);
            if (at is null && (names.Length != 1 || text.Contains('=')))
                throw new FunctionalException($"{option}: \"{text}\" names none of {string.Join(", ", names)}. Write name=file.");
            if (!files.TryAdd(at ?? names[0], at is null ? text : text[(at.Length + 1)..]))
                throw new FunctionalException($"{option}: \"{at ?? names[0]}\" is given twice. Leave one out.");
        }
        return files;
    }
}
