using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace FunctionalDL.Tests.Onnx;

/// <summary>The proof beside an exported model.</summary>
public class ProofTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static readonly Model Mlp = Model.Input(6).Dense(5).Tanh().Dense(3).Softmax().Initialize(1);

    (string Model, string Proof) Exported(string name = "model.onnx")
    {
        var path = Path.Combine(folder, name);
        Mlp.ExportOnnx(path);
        return (path, ModelProof.PathOf(path));
    }

    [Fact]
    public void A_proof_says_what_was_seen()
    {
        var (model, file) = Exported();
        Assert.Equal(Path.Combine(folder, "model.proof.json"), file);
        var proof = ModelProof.Read(file);
        var bytes = File.ReadAllBytes(model);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal([new ProvenFile("model.onnx", bytes.Length, hash)], proof.Files);
        Assert.Equal((18, 8, "0.1.0"), (proof.Versions.Opset, proof.Versions.Ir, proof.Versions.FunctionalDL));
        Assert.StartsWith("1.", proof.Versions.OnnxRuntime);
        Assert.Equal([1, 2, 7, 33], proof.Runs.Select(r => r.Sizes["batch"]));
        Assert.Equal([[1, 6], [2, 6], [7, 6], [33, 6]], proof.Runs.Select(r => r.Inputs["input"]));
        Assert.Equal((43 * 3, "output"), (proof.Outputs[0].Elements, proof.Outputs[0].Name));
        Assert.InRange(proof.Outputs[0].MaxDifference, 1e-12, 1e-6);
        Assert.All(proof.Runs, run => Assert.Equal(run.Sizes["batch"], run.Probes[0].Sum, 1e-6));
        Assert.InRange(proof.Check(model)!.Value, 0, 1e-6);
        Assert.InRange(proof.Verify(model, Mlp).MaxDifference, 0, 1e-6);
    }

    [Fact]
    public void The_gradient_is_checked_along_a_random_direction()
    {
        var gradient = ModelProof.Read(Exported().Proof).Gradient;
        Assert.Equal((GradientVerdict.Agrees, ""), (gradient.Verdict, gradient.Reason));
        Assert.Equal((59, 59), (gradient.Moved, gradient.Elements));
        Assert.NotEqual(0, gradient.Reverse);
        Assert.Equal(gradient.Reverse, gradient.Differences, 1e-8);
        Assert.Equal(gradient.Reverse, gradient.Forward, 1e-12);
        Assert.Contains("agrees with central differences", gradient.ToString());
    }

    /// <summary>A gradient that is not the derivative, with values that are right.</summary>
    [Fact]
    public void A_gradient_that_is_not_the_derivative_is_told_of()
    {
        var path = Path.Combine(folder, "a.onnx");
        var x = Expr.Variable("x", ["n", 3]);
        GradientProof Gradient(Expr y) => VerifiedExport.ExportOnnx(path, [("y", y)], TensorSet.Empty).Gradient!;
        var stopped = Gradient(x * StopGradient(x));
        Assert.Equal(GradientVerdict.Disagrees, stopped.Verdict);
        Assert.Contains("StopGradient", stopped.ToString());
        Assert.Equal(GradientVerdict.Agrees, Gradient(x * x).Verdict);
        Assert.Equal(GradientVerdict.CannotBeCompared, Gradient(ArgMax(x)).Verdict);
        Assert.Equal(GradientVerdict.CannotBeCompared, Gradient(Sqrt(x - 5)).Verdict);
        Assert.Contains("no output is a number", Gradient(ArgMax(x)).ToString());
    }

    [Fact]
    public void The_same_model_gives_the_same_proof()
    {
        byte[] Proof(string name) => File.ReadAllBytes(Exported(name).Proof);
        var text = System.Text.Encoding.UTF8.GetString(Proof("a.onnx"));
        Assert.Equal(text.Replace("a.onnx", "b.onnx"), System.Text.Encoding.UTF8.GetString(Proof("b.onnx")));
        Assert.DoesNotContain("\r", text);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var (_, file) = Exported();
        var proof = ModelProof.Read(file);
        var copy = Path.Combine(folder, "copy.json");
        proof.Write(copy);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(copy));
    }

    [Fact]
    public void Training_steps_have_a_proof_of_their_file_and_gradient()
    {
        var loss = Loss.CategoricalCrossEntropy.Apply(Mlp.Output, Expr.Variable("target", [Model.Batch], DType.Int64));
        var path = Path.Combine(folder, "step.onnx");
        new TrainingStep(loss, Mlp.Parameters, Optimizer.Adam(1e-3)).ExportOnnx(path);
        var proof = ModelProof.Read(ModelProof.PathOf(path));
        Assert.Equal((12, false), (proof.Runs.Count, proof.IsDrawn));
        Assert.Null(proof.Check(path));
        Assert.Equal(GradientVerdict.Agrees, proof.Gradient.Verdict);
    }

    [Fact]
    public void A_changed_model_is_not_the_proven_one()
    {
        var (model, file) = Exported();
        var (proof, bytes) = (ModelProof.Read(file), File.ReadAllBytes(model));
        bytes[^20] ^= 1;
        File.WriteAllBytes(model, bytes);
        Assert.Contains("SHA-256", Assert.Throws<ProofException>(() => proof.Check(model)).Message);
        File.WriteAllBytes(model, bytes[..^1]);
        Assert.Contains("bytes", Assert.Throws<ProofException>(() => proof.CheckFiles(model)).Message);
        File.Delete(model);
        Assert.Contains("cannot be read", Assert.Throws<DataException>(() => proof.Check(model)).Message);
    }

    /// <summary>A proof whose numbers were changed, of the right file.</summary>
    [Theory, InlineData("sum"), InlineData("first")]
    public void A_model_that_computes_something_else_is_not_as_proven(string part)
    {
        var (model, file) = Exported();
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        var probe = json["runs"]![1]!["probes"]![0]!;
        if (part == "sum") probe["sum"] = 5.0;
        else probe["first"]![2] = 0.9;
        File.WriteAllText(file, json.ToJsonString());
        var error = Assert.Throws<ProofException>(() => ModelProof.Read(file).Check(model)).Message;
        Assert.Contains("output \"output\" is not what was proven, at batch = 2", error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\": \"another\"}")]
    public void Damaged_proofs_are_refused_in_words(string text)
    {
        var path = Path.Combine(folder, "p.json");
        File.WriteAllText(path, text);
        var error = Assert.Throws<DataException>(() => ModelProof.Read(path)).Message;
        Assert.Contains(path, error);
        Assert.Contains("Export the model again", error);
    }

    [Theory, InlineData("files"), InlineData("runs"), InlineData("gradient"), InlineData("versions"), InlineData("tolerance")]
    public void A_proof_without_a_part_is_refused(string part)
    {
        var (_, file) = Exported();
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        json.Remove(part);
        File.WriteAllText(file, json.ToJsonString());
        Assert.Throws<DataException>(() => ModelProof.Read(file));
        json[part] = null;
        File.WriteAllText(file, json.ToJsonString());
        Assert.Throws<DataException>(() => ModelProof.Read(file));
    }

    [Fact]
    public void A_proof_names_no_file_elsewhere()
    {
        var (model, file) = Exported();
        var proof = ModelProof.Read(file);
        var elsewhere = proof with { Files = [.. proof.Files, new("../secret", 1, "")] };
        Assert.Contains("not a file of the model's folder", Assert.Throws<OnnxImportException>(() => elsewhere.Check(model)).Message);
    }

    [Fact]
    public void Nothing_is_left_where_one_of_the_files_cannot_be_written()
    {
        Directory.CreateDirectory(Path.Combine(folder, "model.onnx"));
        Assert.Throws<DataException>(() => Exported());
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(Path.Combine(folder, "model.onnx"));

        Directory.CreateDirectory(Path.Combine(folder, "model.proof.json"));
        Assert.Contains("model.proof.json", Assert.Throws<DataException>(() => Exported()).Message);
        Assert.Empty(Directory.GetFiles(folder));

        Assert.Contains("no such", Assert.Throws<DataException>(() => Exported(Path.Combine("no such", "a.onnx"))).Message);
    }

    [Fact]
    public void A_model_without_a_proof_is_one_file()
    {
        Mlp.ExportOnnx(Path.Combine(folder, "model.onnx"), verification: new() { Proof = false });
        Assert.Equal(["model.onnx"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void NaN_in_both_and_what_rounding_decides_are_in_the_proof()
    {
        var x = Expr.Variable("x", ["n"]);
        var path = Path.Combine(folder, "nan.onnx");
        VerifiedExport.ExportOnnx(path, [("y", Sqrt(x)), ("z", Exp(x + 200))], TensorSet.Empty);
        var proof = ModelProof.Read(ModelProof.PathOf(path));
        Assert.InRange(proof.Outputs[0].BothNaN, 1, 42);
        Assert.Equal(43, proof.Outputs[1].DecidedByRounding);
        Assert.InRange(proof.Check(path)!.Value, 0, 1e-6);
    }
}
