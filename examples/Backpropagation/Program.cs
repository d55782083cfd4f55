// A lecture on back-propagation, executable: each of its questions is answered by the library.
using System.CommandLine;
using FunctionalDL;
using static FunctionalDL.Functions;

var output = new Option<FileInfo>("--out")
{
    Description = "The picture to write, .html or .svg.",
    DefaultValueFactory = _ => new FileInfo("backpropagation.html"),
};

var command = new RootCommand("Back-propagation: losses, the chain rule, and a network of two weights.") { output };
return command.Run(args, arguments => Lecture(arguments.GetValue(output)!));

static object Lecture(FileInfo picture)
{
    var losses = WhatDoesALossMeasure();
    var sine = WhatIsTheDerivativeOfAComposition();
    var (gradient, before, after) = WhatDoesBackPropagationCompute(picture);
    LayerByLayer();
    return new { losses, sine, gradient, before, after };
}

// A network is f(x; w). Training makes L(w) = 1/n Σ Lᵢ(w) small. What is Lᵢ?
static Dictionary<string, double> WhatDoesALossMeasure()
{
    Title("1. What does a loss measure?");
    var (f, y) = (Expr.Variable("f", ["n"], DType.Float64), Expr.Variable("y", ["n"], DType.Float64));
    var (p, label) = (Expr.Variable("p", ["n", 3], DType.Float64), Expr.Variable("label", ["n"], DType.Int64));
    var values = TensorSet.Of(
        ("f", new[] { 0.9, 0.2 }), ("y", new[] { 1.0, 0.0 }),
        ("p", new[,] { { 0.7, 0.2, 0.1 }, { 0.1, 0.8, 0.1 } }), ("label", new[] { 0L, 1L }));
    var losses = new Dictionary<string, double>();
    foreach (var (loss, prediction, target) in new[]
    {
        (Loss.MeanSquaredError, f, y), (Loss.BinaryCrossEntropy, f, y), (Loss.CategoricalCrossEntropy, p, label),
    })
    {
        losses[loss.Name] = loss.Apply(prediction, target).Evaluate(values).ToScalar();
        Console.WriteLine($"{loss.Name,-26} {losses[loss.Name]:F6}");
    }
    return losses;
}

// Theorem 1: d(f1 ∘ f2)/dx = df1/df2 · df2/dx, where each function is differentiable at its immediate input. What is d sin(x²)/dx?
static double WhatIsTheDerivativeOfAComposition()
{
    Title("2. What is the derivative of a composition?");
    var x = Expr.Variable("x");
    var derivation = Sin(Square(x)).Derivation(x, TensorSet.Of(("x", 1.5)));
    Console.WriteLine(derivation);

    Console.WriteLine("And where the condition does not hold?");
    foreach (var point in Differentiability.Check(Relu(x), TensorSet.Of(("x", 0.0)))) Console.WriteLine(point);
    return derivation.Value!.ToScalar();
}

// L(w1, w2) = (f2(w2 f1(w1 x)) − y)². What are ∂L/∂w1 and ∂L/∂w2, for any f1 and f2, and for tanh and σ?
static (double[] Gradient, double Before, double After) WhatDoesBackPropagationCompute(FileInfo picture)
{
    Title("3. What does back-propagation compute?");
    var loss = Expr.Parse("(f2(w2·f1(w1·x)) − y)²");
    Expr[] weights = [Expr.Variable("w1"), Expr.Variable("w2")];
    foreach (var w in weights) Console.WriteLine(loss.Derivation(w));

    Title("4. And with f1 = tanh, f2 = σ, at a point?");
    var at = TensorSet.Of(("x", 0.7), ("y", 0.2), ("w1", -1.3), ("w2", 0.4));
    var functions = new Dictionary<string, Func<Expr, Expr>> { ["f1"] = Tanh, ["f2"] = Sigmoid };
    Derivation[] derivations = [.. weights.Select(w => loss.Derivation(w, at, functions))];
    foreach (var derivation in derivations) Console.WriteLine(derivation);

    const double rate = 0.5;
    double[] gradient = [.. derivations.Select(d => d.Value!.ToScalar())];
    var concrete = loss.Define("f1", Tanh).Define("f2", Sigmoid);
    var next = at.With("w1", at["w1"].ToScalar() - rate * gradient[0]).With("w2", at["w2"].ToScalar() - rate * gradient[1]);
    var (before, after) = (concrete.Evaluate(at).ToScalar(), concrete.Evaluate(next).ToScalar());
    Console.WriteLine($"A step of gradient descent, w − {rate}·∂L/∂w, takes L from {before:F6} to {after:F6}.");

    var drawing = Picture.Of(concrete, at);
    File.WriteAllText(picture.FullName, picture.Extension == ".svg" ? drawing.ToSvg() : drawing.ToHtml());
    Console.WriteLine($"The forward and the backward pass: {picture.Name}");
    return (gradient, before, after);
}

// The same with matrices: each layer's factor becomes a product with a transpose.
static void LayerByLayer()
{
    Title("5. And with layers of many weights?");
    Expr Matrix(string name, params Dim[] shape) => Expr.Variable(name, Shape.Of(shape), DType.Float64);
    var (x, y) = (Matrix("X", "n", 4), Matrix("Y", "n", 2));
    var hidden = Tanh(MatMul(x, Matrix("W1", 4, 3)) + Matrix("b1", 3));
    var network = MatMul(hidden, Matrix("W2", 3, 2)) + Matrix("b2", 2);
    Console.WriteLine(Loss.MeanSquaredError.Apply(network, y).Derivation(Matrix("W1", 4, 3)));
}

static void Title(string text) => Console.WriteLine($"\n{text}\n{new string('=', text.Length)}");
