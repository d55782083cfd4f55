using FunctionalDL.Onnx;

namespace FunctionalDL;

/// <summary>The runs of a proof, done again from the file alone.</summary>
static class Rerun
{
    /// <returns>The largest difference from what was proven.</returns>
    /// <exception cref="ProofException">It is larger than the proof's tolerance.</exception>
    public static double Of(ModelProof proof, string path)
    {
        var proto = OnnxFile.Read(path);
        var initialized = proto.Graph.Initializer.Select(i => i.Name).ToHashSet();
        ValueInfoProto[] inputs = [.. proto.Graph.Input.Where(i => !initialized.Contains(i.Name))];
        using var session = OnnxSession.Load(path);
        var worst = 0.0;
        foreach (var run in proof.Runs)
        {
            var key = DrawnInputs.Run(proof.Seed, run.Trial, run.Step);
            var results = session.Run(TensorSet.Of(inputs.Select(input =>
                KeyValuePair.Create(input.Name, DrawnInputs.Of(input.Name, Type(input, run, path), key)))));
            foreach (var probe in run.Probes) worst = Math.Max(worst, Compare(proof, run, probe, results));
        }
        return worst;
    }

    static double Compare(ModelProof proof, ProvenRun run, OutputProbe probe, TensorSet results)
    {
        if (!results.TryGetValue(probe.Name, out var result))
            throw new ProofException($"Proof: the model has no output \"{probe.Name}\", which was proven. Get the proven model.");
        double[] elements = result.Cast(DType.Float64).ToArray<double>();
        var distance = probe.DistanceTo(OutputProbe.Of(probe.Name, result.Describe(), elements));
        var allowed = Math.Max(proof.Tolerance, result.DType.IsFloat() ? result.DType.Epsilon() : 0);
        return distance <= allowed
            ? distance
            : throw new ProofException($"Proof: output \"{probe.Name}\" is not what was proven, at {Told(run)}: "
                + FormattableString.Invariant($"it differs by {distance:0.0e+0}, allowed is {allowed:0.0e+0}. ")
                + $"The proof was made with OnnxRuntime {proof.Versions.OnnxRuntime}: run the model there, or export it again.");
    }

    static string Told(ProvenRun run) =>
        run.Sizes.Count == 0 ? "no sizes" : string.Join(", ", run.Sizes.Select(s => $"{s.Key} = {s.Value}"));

    static TensorType Type(ValueInfoProto input, ProvenRun run, string path)
    {
        if (!run.Inputs.TryGetValue(input.Name, out var shape))
            throw new ProofException($"Proof: input \"{input.Name}\" of {path} was not drawn. Get the proven model.");
        foreach (var dtype in DTypes.All)
            if (dtype.OnnxCode() == input.Type?.TensorType?.ElemType) return new(dtype, [.. shape.Select(d => (Dim)d)]);
        throw new ProofException($"Proof: input \"{input.Name}\" of {path} is no tensor of a dtype that this library has.");
    }
}
