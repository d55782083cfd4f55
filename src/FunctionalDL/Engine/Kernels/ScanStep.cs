using FunctionalDL.Ops;

namespace FunctionalDL.Engine;

/// <summary>
/// A loop over time: a plan for one step, run again and again on windows of the inputs and of the result, so that carried and stacked values are
/// written where they belong.
/// </summary>
sealed unsafe class ScanStep : Step
{
    readonly ScanBody body;
    readonly View[] inputs;
    readonly int length;
    readonly Plan plan;
    readonly Storage?[] variables;

    /// <summary>For each output of the step the place of its part in the result, and its number of elements.</summary>
    readonly (int Start, int Count)[] parts;

    public ScanStep(ScanBody body, View[] inputs, TensorType type, Sizes sizes)
    {
        (this.body, this.inputs) = (body, inputs);
        Level = LevelAfter(inputs);
        length = inputs[body.Carries.Length].Sizes[0];
        Output = new(type.DType, type.Shape.ElementCount) { Producer = this };
        plan = new(Simplification.Apply(body.Outputs), sizes, [.. Enumerable.Range(0, body.Next.Length + body.Stacked.Length)]);
        variables = [.. body.Variables.Select(v => plan.Variables.GetValueOrDefault(v.VariableName!))];
        parts = new (int, int)[plan.Outputs.Length];
        var start = 0;
        foreach (var (i, shape) in body.Results(length).Index())
        {
            parts[i] = (start, plan.Outputs[i].Count);
            start += shape.Resolve(sizes).ElementCount;
        }
    }

    public Storage Output { get; }

    public override IEnumerable<Storage> Reads => inputs.Select(x => x.Storage).Distinct();

    public override IEnumerable<Storage> Writes => [Output];

    public override long Operations => length * plan.Steps.Sum(s => s.Operations);

    public override string ToString() => $"scan, {length} times: {string.Join(" | ", plan.Steps.Select(s => s.ToString()))}";

    public override void Run(Workspace workspace)
    {
        var inner = workspace.Nested(plan);
        var (carries, elements) = (body.Carries.Length, body.Elements.Length);
        var (result, size) = (Output, Output.DType.ByteSize());
        byte* Part(int output, int at) => workspace[result] + ((long)parts[output].Start + (long)at * parts[output].Count) * size;
        // Values before the step at t are at t, or at t + 1 where time runs backwards.
        int Before(int t) => body.IsReversed ? t + 1 : t;
        int After(int t) => body.IsReversed ? t : t + 1;

        for (var i = 0; i < carries; i++) Copy(workspace[inputs[i]], Part(i, Before(body.IsReversed ? length - 1 : 0)), parts[i].Count * size);
        for (var i = carries + body.Stacked.Length; i < parts.Length; i++) new Span<byte>(Part(i, 0), parts[i].Count * size).Clear();
        for (var step = 0; step < length; step++)
        {
            var t = body.IsReversed ? length - 1 - step : step;
            for (var i = 0; i < variables.Length; i++)
                if (variables[i] is { } variable)
                    inner.Addresses[variable.Slot] = i < carries ? Part(i, Before(t))
                        : workspace[inputs[i]] + (i < carries + elements ? t * variable.Bytes : 0);
            for (var i = 0; i < carries + body.Stacked.Length; i++)
                if (plan.Given.Contains(plan.Outputs[i].Storage)) inner.Addresses[plan.Outputs[i].Storage.Slot] = Part(i, i < carries ? After(t) : t);
            inner.Run();
            for (var i = 0; i < parts.Length; i++)
            {
                var value = inner[plan.Outputs[i]];
                if (i >= carries + body.Stacked.Length) Add(value, Part(i, 0), parts[i].Count);
                else if (Part(i, i < carries ? After(t) : t) is var to && to != value) Copy(value, to, parts[i].Count * size);
            }
        }
    }

    static void Copy(byte* from, byte* to, long bytes) => Buffer.MemoryCopy(from, to, bytes, bytes);

    void Add(byte* value, byte* sum, int count)
    {
        var add = (delegate*<in Strip, void>)Kernel.Of(Code.Add, Output.DType, Extent.Full);
        add(new Strip { A = sum, B = value, D = sum, Rows = 1, Columns = count });
    }
}
