namespace FunctionalDL;

/// <summary>OnnxRuntime refused a model or failed to run it.</summary>
public class OnnxRuntimeFailure : FunctionalException
{
    /// <summary>A failure with a message.</summary>
    public OnnxRuntimeFailure(string message) : base(message) { }

    /// <summary>A failure with a message and its cause.</summary>
    public OnnxRuntimeFailure(string message, Exception inner) : base(message, inner) { }
}

/// <summary>OnnxRuntime computes something else than the evaluator.</summary>
public class OnnxMismatchException(string message) : FunctionalException(message);
