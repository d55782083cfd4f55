using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FunctionalDL;

/// <summary>An ONNX model loaded into OnnxRuntime, run on tensors by name.</summary>
public sealed class OnnxSession : IDisposable
{
    readonly InferenceSession session;
    readonly string source;

    OnnxSession(Func<SessionOptions, InferenceSession> load, string source, Action<SessionOptions>? configure = null)
    {
        this.source = source;
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            configure?.Invoke(options);
            session = WithMemory(() => load(options));
        }
        catch (OnnxRuntimeException e)
        {
            var repair = e.Message.Contains("NotImplemented")
                ? " It computes some ops in float32 only: export the expression WithPrecision(DType.Float32)." : "";
            throw new OnnxRuntimeFailure($"OnnxRuntime cannot load {source}: {e.Message}{repair}", e);
        }
    }

    /// <summary>
    /// The result of what needs memory of a device. That of sessions nobody holds is free once they are collected, for which the garbage
    /// collector, which does not see it, knows no reason.
    /// </summary>
    internal static T WithMemory<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (OnnxRuntimeException e) when (e.Message.Contains("alloc", StringComparison.OrdinalIgnoreCase))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return run();
        }
    }

    /// <summary>A model from a file.</summary>
    /// <exception cref="OnnxRuntimeFailure">There is no such file, or OnnxRuntime refuses it.</exception>
    public static OnnxSession Load(string path) => File.Exists(path)
        ? new(options => new InferenceSession(path, options), path)
        : throw new OnnxRuntimeFailure($"OnnxRuntime: there is no file {Path.GetFullPath(path)}. Check the path.");

    /// <summary>A model from its bytes.</summary>
    /// <exception cref="OnnxRuntimeFailure">OnnxRuntime refuses it.</exception>
    public static OnnxSession Load(byte[] model) => new(options => new InferenceSession(model, options), "the model");

    /// <summary>A model from its bytes, with further options.</summary>
    internal static OnnxSession Load(byte[] model, Action<SessionOptions> configure) =>
        new(options => new InferenceSession(model, options), "the model", configure);

    internal InferenceSession Session => session;

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyList<string> Inputs => session.InputNames;

    /// <summary>The names of the outputs.</summary>
    public IReadOnlyList<string> Outputs => session.OutputNames;

    /// <summary>All outputs by name, given all inputs by name; further tensors are ignored.</summary>
    /// <exception cref="OnnxRuntimeFailure">An input is missing or does not fit, or the run fails.</exception>
    public TensorSet Run(TensorSet inputs)
    {
        var values = new List<OrtValue>();
        try
        {
            foreach (var name in Inputs) values.Add(ToOrt(inputs[name]));
            using var run = new RunOptions();
            using var outputs = WithMemory(() => session.Run(run, Inputs, values, Outputs));
            return TensorSet.Of([.. Outputs.Zip(outputs, (name, value) => KeyValuePair.Create(name, FromOrt(name, value)))]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxRuntimeFailure($"OnnxRuntime cannot run {source} on {inputs}: {e.Message}", e);
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }

    static OrtValue ToOrt(Tensor tensor) => tensor.DType.Visit<Given, OrtValue>(new(tensor));

    readonly struct Given(Tensor tensor) : IElementVisitor<OrtValue>
    {
        public OrtValue Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            // OnnxRuntime's numbers of dtypes are those of ONNX.
            var type = (TensorElementType)tensor.DType.OnnxCode();
            var value = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance,
                type,
                [.. tensor.Shape.Select(d => (long)d.Size)]);
            if (tensor.Count > 0)
                MemoryMarshal.AsBytes(tensor.As<T>().Span).CopyTo(value.GetTensorMutableRawData());
            return value;
        }
    }

    static Tensor FromOrt(string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        // OnnxRuntime's numbers of dtypes are those of ONNX.
        foreach (var dtype in DTypes.All)
            if (dtype.OnnxCode() == (int)info.ElementDataType)
                return dtype.Visit<Taken, Tensor>(new(value, [.. info.Shape.Select(Dim.Of)]));
        throw new OnnxRuntimeFailure(
            $"OnnxRuntime: output \"{name}\" holds {info.ElementDataType}. "
                + $"Cast it in the model to one of {string.Join(", ", DTypes.All.Select(d => d.Name()))}.");
    }

    readonly struct Taken(OrtValue value, Shape shape) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            Tensor.Of(shape, shape.ElementCount == 0 ? [] : MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData()));
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
