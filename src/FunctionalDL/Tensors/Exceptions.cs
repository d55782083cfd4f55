namespace FunctionalDL;

/// <summary>The base of every error this library raises on bad input. The message names what, where and the likely repair.</summary>
public class FunctionalException : Exception
{
    /// <summary>An error with a message.</summary>
    public FunctionalException(string message) : base(message) { }

    /// <summary>An error with a message and its cause.</summary>
    public FunctionalException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A tensor was built or read with data that does not fit its shape or dtype.</summary>
public class TensorException(string message) : FunctionalException(message);

/// <summary>Shapes do not fit together.</summary>
public class ShapeException(string message) : FunctionalException(message);

/// <summary>Dtypes do not fit together.</summary>
public class DTypeException(string message) : FunctionalException(message);
