namespace FunctionalDL.Testing;

/// <summary>A law does not hold for an expression.</summary>
public class LawException(string message) : FunctionalException(message);
