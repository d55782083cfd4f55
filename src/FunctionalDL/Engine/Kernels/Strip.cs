namespace FunctionalDL.Engine;

/// <summary>What a loop goes over: rows of operands A, B, C and the result D, with the bytes from one row to the next.</summary>
unsafe ref struct Strip
{
    public byte* A, B, C, D;
    public long StrideA, StrideB, StrideC, StrideD;
    public int Rows, Columns;

    /// <summary>A bit for each of A, B and C that is one number for a whole row.</summary>
    public int Scalars;
}
