using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace FunctionalDL;

/// <summary>
/// A run of many steps in OnnxRuntime. What is carried stays where it was computed; it is brought here when it is asked for.
/// </summary>
sealed class OnnxLoop : Loop
{
    /// <summary>Memory for a variable's value, which does not move, and OnnxRuntime's view of it.</summary>
    sealed record Written(Shape Shape, Array Elements, OrtValue Value);

    readonly OnnxFunction function;
    readonly (int Variable, int Output)[] carried;
    readonly OrtIoBinding binding;
    readonly RunOptions options = new();
    readonly OrtMemoryInfo[] places;
    readonly Written?[] written;
    readonly Lazy<OnnxSession> reader;
    OrtValue[]? results, brought;

    public OnnxLoop(OnnxFunction function, IReadOnlyList<(int Variable, int Output)> carried) : base(function, carried)
    {
        (this.function, this.carried) = (function, [.. carried]);
        binding = function.Session.Session.CreateIoBinding();
        places = [.. function.Session.Session.GetMemoryInfosForOutputs()];
        written = new Written?[function.Variables.Count];
        reader = new(() => function.Reader(carried.Select(c => c.Variable)));
    }

    protected override Span<T> Memory<T>(int variable, Shape shape)
    {
        var count = shape.ElementCount;
        if (written[variable] is not { } memory || memory.Shape != shape)
        {
            // One element more, for an address where there is none. Memory that is pinned for good needs no handle
            // that someone would have to free.
            var elements = GC.AllocateArray<T>(count + 1, pinned: true);
            var place = OrtMemoryInfo.DefaultInstance;
            var view = OrtValue.CreateTensorValueFromMemory(
                place, MemoryMarshal.CreateFromPinnedArray(elements, 0, count), [.. shape.Select(d => (long)d.Size)]);
            written[variable]?.Value.Dispose();
            written[variable] = memory = new(shape, elements, view);
        }
        return ((T[])memory.Elements).AsSpan(0, count);
    }

    protected override void Prepare(Sizes sizes) { }

    protected override void Run()
    {
        try
        {
            // Bound in each step: a value is brought to its place when it is bound, and an output that stays bound would be written over.
            for (var i = 0; i < written.Length; i++) binding.BindInput(function.Variables[i].VariableName!, ValueOf(i));
            for (var i = 0; i < function.Names.Length; i++)
                binding.BindOutputToDevice(function.Names[i], IsCarried(i) ? places[i] : OrtMemoryInfo.DefaultInstance);
            binding.SynchronizeBoundInputs();
            OrtValue[] next = OnnxSession.WithMemory<OrtValue[]>(() =>
            {
                function.Session.Session.RunWithBinding(options, binding);
                binding.SynchronizeBoundOutputs();
                return [.. binding.GetOutputValues()];
            });
            Dispose(ref brought);
            Dispose(ref results);
            results = next;
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxRuntimeFailure($"{function.Engine} cannot run the step: {e.Message}", e);
        }
        finally
        {
            binding.ClearBoundInputs();
            binding.ClearBoundOutputs();
        }
    }

    OrtValue ValueOf(int variable)
    {
        var number = Array.FindIndex(carried, c => c.Variable == variable);
        return number >= 0 && results is not null ? results[carried[number].Output] : written[variable]!.Value;
    }

    bool IsCarried(int output) => Array.Exists(carried, c => c.Output == output);

    static void Dispose(ref OrtValue[]? values)
    {
        foreach (var value in values ?? []) value.Dispose();
        values = null;
    }

    protected override ReadOnlySpan<T> Result<T>(int output) => Array.FindIndex(carried, c => c.Output == output) is >= 0 and var number
        ? Brought()[number].GetTensorDataAsSpan<T>()
        : results![output].GetTensorDataAsSpan<T>();

    protected override ReadOnlySpan<T> Current<T>(int number, int count) => results is null
        ? ((T[])written[carried[number].Variable]!.Elements).AsSpan(0, count)
        : Brought()[number].GetTensorDataAsSpan<T>();

    /// <summary>The carried values in the processor's memory.</summary>
    OrtValue[] Brought()
    {
        if (brought is not null) return brought;
        using var run = new RunOptions();
        string[] inputs = [.. carried.Select(c => function.Variables[c.Variable].VariableName!)];
        return brought = [.. reader.Value.Session.Run(run, inputs, [.. carried.Select(c => results![c.Output])], reader.Value.Outputs)];
    }
}
