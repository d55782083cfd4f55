using Microsoft.ML.OnnxRuntime;

namespace FunctionalDL;

/// <summary>An execution provider of OnnxRuntime.</summary>
/// <param name="Name">Its name for users.</param>
/// <param name="FullName">Its name among those that a build of OnnxRuntime has.</param>
/// <param name="Package">The package that brings it.</param>
sealed record OnnxProvider(string Name, string FullName, string Package)
{
    public const string Cpu = "CPU";

    static readonly OnnxProvider[] All =
    [
        new(Cpu, "CPUExecutionProvider", "Microsoft.ML.OnnxRuntime"),
        new("CUDA", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu"),
        new("TensorRT", "TensorrtExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu"),
        new("DML", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML"),
        new("OpenVINO", "OpenVINOExecutionProvider", "Intel.ML.OnnxRuntime.OpenVino"),
        new("QNN", "QNNExecutionProvider", "Microsoft.ML.OnnxRuntime.QNN"),
        new("CoreML", "CoreMLExecutionProvider", "Microsoft.ML.OnnxRuntime on macOS or iOS"),
        new("WebGPU", "WebGpuExecutionProvider", "Microsoft.ML.OnnxRuntime.EP.WebGpu"),
    ];

    /// <summary>What to add for which provider, in a sentence.</summary>
    public static string Packages { get; } =
        $"An execution provider comes with its package: {string.Join(", ", All.Select(p => $"{p.Name} with {p.Package}"))}.";

    /// <summary>The provider of a name, where it is installed.</summary>
    /// <exception cref="OnnxRuntimeFailure">There is none of the name, or its package is not installed.</exception>
    public static OnnxProvider Installed(string name)
    {
        var provider = All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new OnnxRuntimeFailure($"OnnxRuntime: there is no execution provider \"{name}\". "
                + $"There are: {string.Join(", ", All.Select(p => p.Name))}.");
        string[] available = OrtEnv.Instance().GetAvailableProviders();
        return available.Contains(provider.FullName) ? provider : throw new OnnxRuntimeFailure(
            $"OnnxRuntime: the execution provider {provider.Name} is not installed. "
            + $"Add the package {provider.Package} to your project. Installed: {string.Join(", ", available)}.");
    }

    /// <summary>Makes a session run on it, as far as it has kernels.</summary>
    public void AddTo(SessionOptions options, Dictionary<string, string> settings)
    {
        switch (Name)
        {
            case Cpu: break;
            case "CUDA":
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(settings);
                    options.AppendExecutionProvider_CUDA(cuda);
                }
                break;
            case "TensorRT":
                using (var tensorRT = new OrtTensorRTProviderOptions())
                {
                    tensorRT.UpdateOptions(settings);
                    options.AppendExecutionProvider_Tensorrt(tensorRT);
                }
                break;
            default: options.AppendExecutionProvider(Name, settings); break;
        }
    }
}
