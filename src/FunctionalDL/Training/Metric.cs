namespace FunctionalDL;

/// <summary>A figure of merit: a function from predictions and targets, example by example along the first axis, to a number.</summary>
public sealed partial class Metric
{
    readonly Func<Tensor, Tensor, double> measure;

    Metric(string name, Func<Tensor, Tensor, double> measure) => (Name, this.measure) = (name, measure);

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>A metric of your own.</summary>
    public static Metric Of(string name, Func<Tensor, Tensor, double> measure) => new(name, measure);

    /// <summary>The metric of the predictions, given the targets.</summary>
    public double Measure(Tensor predictions, Tensor targets) => measure(predictions, targets);

    /// <summary>The metric's name.</summary>
    public override string ToString() => Name;
}
