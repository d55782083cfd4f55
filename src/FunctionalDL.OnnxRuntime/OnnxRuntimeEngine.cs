using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace FunctionalDL;

/// <summary>
/// OnnxRuntime as an engine: expressions are exported and run there, on the processor or, by the packages of its execution providers,
/// elsewhere. What is carried
/// from step to step stays where the provider computes.
/// </summary>
/// <remarks>
/// A few ops have no kernel in float64, which is told when it compiles. Bits may depend on the number of threads and the version.
/// Empty tensors are not supported by all of its ops.
/// </remarks>
/// <example><code>
/// var run = model.Fit(train, loss, optimizer, epochs: 5, batch: 64, options: new() { Engine = new OnnxRuntimeEngine() });
/// var onGpu = run.Model.On(new OnnxRuntimeEngine("CUDA", new Dictionary&lt;string, string&gt; { ["device_id"] = "0" }));
/// </code></example>
public sealed partial class OnnxRuntimeEngine : ComputeEngine
{
    readonly OnnxProvider provider;
    readonly Dictionary<string, string> settings;
    readonly Action<SessionOptions>? configure;

    /// <summary>OnnxRuntime on an execution provider.</summary>
    /// <param name="provider">CPU, CUDA, TensorRT, DML, OpenVINO, QNN, CoreML or WebGPU; what it has no kernel for runs on the
    /// processor.</param>
    /// <param name="providerOptions">The provider's own options, by the names that OnnxRuntime gives them.</param>
    /// <param name="configure">Sets further options of each session, such as other providers, after threads and provider are set.</param>
    /// <exception cref="OnnxRuntimeFailure">There is no provider of the name, or its package is not installed.</exception>
    public OnnxRuntimeEngine(
        string provider = OnnxProvider.Cpu,
        IReadOnlyDictionary<string, string>? providerOptions = null,
        Action<SessionOptions>? configure = null)
    {
        this.provider = OnnxProvider.Installed(provider);
        settings = new(providerOptions ?? new Dictionary<string, string>());
        this.configure = configure;
    }

    /// <inheritdoc/>
    public override string Name => provider.Name == OnnxProvider.Cpu ? "OnnxRuntime" : $"OnnxRuntime on {provider.Name}";

    /// <inheritdoc/>
    public override bool IsReproducible => false;

    /// <inheritdoc/>
    /// <exception cref="OnnxRuntimeFailure">OnnxRuntime refuses the options or the model.</exception>
    public override CompiledFunction Compile(IReadOnlyList<Expr> outputs, CompileOptions options)
    {
        var named = Named(outputs, Graph.Variables(outputs));
        try
        {
            return new OnnxFunction(this, outputs, Load(named, options.Threads), [.. named.Select(o => o.Name)]);
        }
        catch (UnsupportedOnnxException e) when (e.Node is { } node)
        {
            throw new UnsupportedOpException(this, node, "Compose it of others, or run on ComputeEngine.Managed.");
        }
        catch (OnnxRuntimeFailure e) when (Missing().Match(e.Message) is { Success: true } missing
            && OnnxExport.OriginOf(named, missing.Groups[1].Value) is { } node)
        {
            var isDouble = node.Inputs.Select(x => x.DType).Append(node.DType).Contains(DType.Float64);
            var repair = isDouble
                ? "Compute in float32 (WithPrecision), or run on ComputeEngine.Managed."
                : "Run on ComputeEngine.Managed.";
            throw new UnsupportedOpException(this, node, repair);
        }
    }

    /// <summary>Expressions with names that no variable has.</summary>
    internal static (string Name, Expr Value)[] Named(IReadOnlyList<Expr> outputs, IReadOnlyList<Expr> variables)
    {
        var stem = "output";
        while (variables.Any(v => v.VariableName!.StartsWith(stem, StringComparison.Ordinal))) stem += "_";
        return [.. outputs.Select((output, i) => ($"{stem}{i}", output))];
    }

    internal OnnxSession Load(IReadOnlyList<(string Name, Expr Value)> outputs, int threads) =>
        OnnxSession.Load(OnnxExport.ToOnnx(outputs, TensorSet.Empty), session => Configure(session, threads));

    void Configure(SessionOptions session, int threads)
    {
        session.IntraOpNumThreads = threads;
        try
        {
            provider.AddTo(session, settings);
            configure?.Invoke(session);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            throw new OnnxRuntimeFailure($"{this}: the session's options cannot be set: {e.Message} {OnnxProvider.Packages}", e);
        }
    }

    [GeneratedRegex("Could not find an implementation for .* with name '([^']*)'")]
    private static partial Regex Missing();
}
