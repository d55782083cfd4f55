namespace FunctionalDL.Benchmarks;

/// <summary>The workloads of the peer program: the same shapes, losses and optimizers.</summary>
static class Workloads
{
    public static IReadOnlyList<(string Name, Func<Workload> Make)> All { get; } =
    [
        ("mlp-tiny", () => Mlp("mlp-tiny", [4, 16, 3], 16, GradientDescent)),
        ("mlp-digits", () => Mlp("mlp-digits", [784, 256, 128, 10], 64, GradientDescent)),
        ("mlp-digits-adam", () => Mlp("mlp-digits-adam", [784, 256, 128, 10], 64, Adam)),
        ("mlp-wide", () => Mlp("mlp-wide", [784, 512, 512, 10], 256, GradientDescent)),
        ("cnn-digits", () => Cnn(batch: 64)),
        ("lstm-chars", () => Lstm(vocabulary: 65, hidden: 128, length: 32, batch: 32)),
        ("transformer-chars", () => Transformer(vocabulary: 65, width: 128, heads: 4, layers: 2, length: 64, batch: 16)),
        ("gelu-grad-1m", () => Elementwise(1_000_000)),
        ("matmul-1024", () => Product(1024)),
    ];

    /// <summary>What some of the models predict, by the size of the batch.</summary>
    public static IReadOnlyList<(string Name, Func<int, Workload> Make)> Predicted { get; } =
    [
        ("mlp-digits", batch => Predict("mlp-digits", p => Perceptron(p, [784, 256, 128, 10]), Images(batch, [784]))),
        ("cnn-digits", batch => Predict("cnn-digits", Convolutional, Images(batch, [1, 28, 28]))),
        (
            "transformer-chars",
            batch =>
                Predict(
                    "transformer-chars",
                    p => Attentive(p, vocabulary: 65, width: 128, heads: 4, layers: 2, length: 64),
                    ("x", Labels(1, [batch, 64], 65)))),
    ];

    /// <summary>Parameters declared as they are used.</summary>
    sealed class Parameters
    {
        readonly List<(Expr Variable, Tensor Value)> all = [];

        public IReadOnlyList<(Expr Variable, Tensor Value)> All => all;

        public Expr Declare(Shape shape, double scale, double shift = 0)
        {
            var variable = Expr.Variable($"p{all.Count}", shape);
            var value = Key.Of(all.Count).Uniform(shape).As<float>().Map(u => (float)(scale * (2 * u - 1) + shift));
            all.Add((variable, value));
            return variable;
        }

        public Expr Linear(Expr x, int from, int to)
        {
            var bound = 1 / Math.Sqrt(from);
            return MatMul(x, Declare([from, to], bound)) + Declare([to], bound);
        }

        public Expr Normalize(Expr x, int width)
        {
            var centred = x - MeanKeep(x, -1);
            return centred / Sqrt(MeanKeep(Square(centred), -1) + 1e-5) * Declare([width], 0, 1) + Declare([width], 0);
        }
    }

    /// <summary>What an optimizer makes of parameters and their gradients: new parameters, and state with its next value.</summary>
    delegate (Expr[] Updated, (Expr State, Expr Next)[] State) Optimizer(Expr[] w, Expr[] g);

    static (Expr[], (Expr, Expr)[]) GradientDescent(Expr[] w, Expr[] g) => ([.. w.Zip(g, (w, g) => w - 0.01 * g)], []);

    static (Expr[], (Expr, Expr)[]) Adam(Expr[] w, Expr[] g)
    {
        const double rate = 1e-3, first = 0.9, second = 0.999, epsilon = 1e-8;
        var step = Expr.Variable("step", [], DType.Float32);
        var next = step + 1;
        var state = new List<(Expr, Expr)> { (step, next) };
        var rates = rate / (1 - Exp(Math.Log(first) * next));
        var correction = 1 / Sqrt(1 - Exp(Math.Log(second) * next));
        var updated = new Expr[w.Length];
        for (var i = 0; i < w.Length; i++)
        {
            var (m, v) = (Expr.Variable($"m{i}", w[i].Shape), Expr.Variable($"v{i}", w[i].Shape));
            var (mean, square) = (first * m + (1 - first) * g[i], second * v + (1 - second) * Square(g[i]));
            state.AddRange([(m, mean), (v, square)]);
            updated[i] = w[i] - rates * mean / (Sqrt(square) * correction + epsilon);
        }
        return (updated, [.. state]);
    }

    static Workload Train(string name, Expr loss, Parameters parameters, Optimizer optimizer, TensorSet inputs)
    {
        Expr[] w = [.. parameters.All.Select(p => p.Variable)];
        var (updated, state) = optimizer(w, loss.Gradient(w));
        var initial = TensorSet.Of([
            .. parameters.All.Select(p => (p.Variable.VariableName!, p.Value)),
            .. state.Select(s => (s.State.VariableName!, Tensor.Zeros(s.State.DType, s.State.Shape))),
        ]);
        return new(
            name,
            [loss, .. updated, .. state.Select(s => s.Next)],
            initial,
            [.. initial.Names.Select((n, i) => (n, i + 1))],
            inputs);
    }

    static Expr CrossEntropy(Expr logits, Expr labels) => -Mean(Sum(LogSoftmax(logits) * OneHot(labels, logits.Shape[^1]), 1));

    static Tensor Labels(int seed, Shape shape, int classes) =>
        Tensor.Of(shape, Key.Of(seed).Uniform(shape).As<float>().Map(u => (long)(u * classes)).Span);

    /// <summary>A prediction; its parameters are constants, as they are in an ONNX model.</summary>
    static Workload Predict(string name, Func<Parameters, Expr> model, (string, Tensor) input)
    {
        var parameters = new Parameters();
        var output = model(parameters);
        return new(
            name,
            [output.Substitute([.. parameters.All.Select(p => (p.Variable.VariableName!, Expr.Constant(p.Value)))])],
            TensorSet.Empty,
            [],
            TensorSet.Of(input));
    }

    static (string, Tensor) Images(int batch, Shape shape) => ("x", Key.Of(100).Uniform([batch, .. shape]));

    static Expr Perceptron(Parameters parameters, int[] widths)
    {
        var h = Expr.Variable("x", ["batch", widths[0]]);
        for (var i = 0; i + 1 < widths.Length; i++)
        {
            h = parameters.Linear(h, widths[i], widths[i + 1]);
            if (i + 2 < widths.Length) h = Relu(h);
        }
        return h;
    }

    static Workload Mlp(string name, int[] widths, int batch, Optimizer optimizer)
    {
        var parameters = new Parameters();
        var y = Expr.Variable("y", ["batch"], DType.Int64);
        return Train(name, CrossEntropy(Perceptron(parameters, widths), y), parameters, optimizer, TensorSet.Of(
            Images(batch, [widths[0]]), ("y", Labels(101, [batch], widths[^1]))));
    }

    static Expr Convolutional(Parameters parameters)
    {
        var h = Expr.Variable("x", ["batch", 1, 28, 28]);
        foreach (var (inputs, outputs) in new[] { (1, 16), (16, 32) })
        {
            var bound = 1 / Math.Sqrt(9 * inputs);
            h = Conv(h, parameters.Declare([outputs, inputs, 3, 3], bound), padding: 1) + parameters.Declare([outputs, 1, 1], bound);
            h = MaxPool(Relu(h), [2, 2]);
        }
        return parameters.Linear(Reshape(h, ["batch", 32 * 7 * 7]), 32 * 7 * 7, 10);
    }

    static Workload Cnn(int batch)
    {
        var parameters = new Parameters();
        var y = Expr.Variable("y", ["batch"], DType.Int64);
        return Train("cnn-digits", CrossEntropy(Convolutional(parameters), y), parameters, GradientDescent, TensorSet.Of(
            Images(batch, [1, 28, 28]), ("y", Labels(101, [batch], 10))));
    }

    static Workload Lstm(int vocabulary, int hidden, int length, int batch)
    {
        var parameters = new Parameters();
        var bound = 1 / Math.Sqrt(hidden);
        var (x, y) = (Expr.Variable("x", ["batch", length], DType.Int64), Expr.Variable("y", ["batch", length], DType.Int64));
        var embedded = Gather(parameters.Declare([vocabulary, hidden], 1), Transpose(x));
        var inputs = parameters.Linear(embedded, hidden, 4 * hidden) + parameters.Declare([4 * hidden], bound);
        var recurrent = parameters.Declare([hidden, 4 * hidden], bound);
        var zeros = Broadcast(Expr.Constant(0, DType.Float32), ["batch", hidden]);
        var scan = Scan([zeros, zeros], [inputs], (carried, element) =>
        {
            var gates = element[0] + MatMul(carried[0], recurrent);
            Expr Gate(int i) => Slice(gates, 1, i * hidden, (i + 1) * hidden);
            var c = Sigmoid(Gate(1)) * carried[1] + Sigmoid(Gate(0)) * Tanh(Gate(2));
            return [Sigmoid(Gate(3)) * Tanh(c), c];
        });
        var logits = parameters.Linear(scan.Steps[0], hidden, vocabulary);
        var loss = -Mean(Sum(LogSoftmax(logits) * OneHot(Transpose(y), vocabulary), 2));
        return Train(
            "lstm-chars",
            loss,
            parameters,
            Adam,
            TensorSet.Of(("x", Labels(1, [batch, length], vocabulary)), ("y", Labels(2, [batch, length], vocabulary))));
    }

    static Expr Attentive(Parameters parameters, int vocabulary, int width, int heads, int layers, int length)
    {
        var x = Expr.Variable("x", ["batch", length], DType.Int64);
        var h = Gather(parameters.Declare([vocabulary, width], 1), x) + parameters.Declare([length, width], 1);
        var past = Range(length) <= ExpandDims(Range(length), 1);
        for (var layer = 0; layer < layers; layer++)
        {
            var qkv = parameters.Linear(parameters.Normalize(h, width), width, 3 * width);
            Expr Part(int i) =>
                Transpose(Reshape(SliceFrom(qkv, 2, i * width, width), ["batch", length, heads, width / heads]), 0, 2, 1, 3);
            var scores = MatMul(Part(0), Transpose(Part(1))) * (1 / Math.Sqrt(width / heads));
            // The future is masked: position i attends to positions j ≤ i.
            var masked = Select(past, scores, Expr.Constant(-1e9, DType.Float32));
            var attended = Reshape(Transpose(MatMul(Softmax(masked), Part(2)), 0, 2, 1, 3), ["batch", length, width]);
            h += parameters.Linear(attended, width, width);
            h += parameters.Linear(Gelu(parameters.Linear(parameters.Normalize(h, width), width, 4 * width)), 4 * width, width);
        }
        return parameters.Linear(parameters.Normalize(h, width), width, vocabulary);
    }

    static Workload Transformer(int vocabulary, int width, int heads, int layers, int length, int batch)
    {
        var parameters = new Parameters();
        var logits = Attentive(parameters, vocabulary, width, heads, layers, length);
        var y = Expr.Variable("y", ["batch", length], DType.Int64);
        var loss = -Mean(Sum(LogSoftmax(logits) * OneHot(y, vocabulary), 2));
        return Train(
            "transformer-chars",
            loss,
            parameters,
            Adam,
            TensorSet.Of(("x", Labels(1, [batch, length], vocabulary)), ("y", Labels(2, [batch, length], vocabulary))));
    }

    static Workload Elementwise(int n)
    {
        var x = Expr.Variable("x", [n]);
        var y = Mean(Gelu(x) * Tanh(x));
        var values = RandomNormal(Expr.Constant(7L), [n]).Compile().Run()[0];
        return new("gelu-grad-1m", [y, y.Gradient(x)], TensorSet.Empty, [], TensorSet.Of(("x", values)));
    }

    static Workload Product(int n)
    {
        var (a, b) = (Expr.Variable("a", [n, n]), Expr.Variable("b", [n, n]));
        return new(
            "matmul-1024",
            [MatMul(a, b)],
            TensorSet.Empty,
            [],
            TensorSet.Of(("a", Key.Of(1).Uniform([n, n])), ("b", Key.Of(2).Uniform([n, n]))));
    }
}
