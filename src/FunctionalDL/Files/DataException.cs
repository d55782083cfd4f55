namespace FunctionalDL;

/// <summary>A data file is missing, damaged, or holds something it should not.</summary>
public class DataException : FunctionalException
{
    /// <summary>An error with a message.</summary>
    public DataException(string message) : base(message) { }

    /// <summary>An error with a message and its cause.</summary>
    public DataException(string message, Exception inner) : base(message, inner) { }
}
