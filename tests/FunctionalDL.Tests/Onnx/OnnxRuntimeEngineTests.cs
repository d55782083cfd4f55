using Microsoft.ML.OnnxRuntime;

namespace FunctionalDL.Tests.Onnx;

/// <summary>Execution providers and session options of the engine.</summary>
public class OnnxRuntimeEngineTests
{
    [Fact]
    public void A_provider_that_is_not_installed_is_told_with_its_package()
    {
        static string Refusal(string provider) => Assert.Throws<OnnxRuntimeFailure>(() => new OnnxRuntimeEngine(provider)).Message;
        Assert.Contains("is not installed. Add the package Microsoft.ML.OnnxRuntime.Gpu ", Refusal("CUDA"));
        Assert.Contains("is not installed. Add the package Microsoft.ML.OnnxRuntime.DirectML ", Refusal("dml"));
        Assert.Contains("is not installed. Add the package Intel.ML.OnnxRuntime.OpenVino ", Refusal("OpenVINO"));
        Assert.Contains("no execution provider \"GPU\". There are: CPU, CUDA", Refusal("GPU"));
    }

    [Fact]
    public void Session_options_are_the_users()
    {
        var x = Expr.Variable("x");
        var threads = new List<int>();
        var engine = new OnnxRuntimeEngine(configure: options => threads.Add(options.IntraOpNumThreads));
        Assert.Equal(Math.Sin(1), Sin(x).Compile(new() { Engine = engine, Threads = 2 }).Run(("x", 1.0))[0].ToScalar(), 1e-12);
        Assert.Equal([2], threads);

        var gpu = new OnnxRuntimeEngine(configure: options => options.AppendExecutionProvider_CUDA());
        var error = Assert.Throws<OnnxRuntimeFailure>(() => Sin(x).Compile(new() { Engine = gpu })).Message;
        Assert.Contains("options cannot be set", error);
        Assert.Contains("CUDA with Microsoft.ML.OnnxRuntime.Gpu", error);
    }

    [Fact]
    public void A_node_is_traced_to_its_expression()
    {
        var x = Expr.Variable("x");
        (string, Expr)[] outputs = [("y", Exp(Sin(x)))];
        Assert.Equal("Exp", OnnxExport.OriginOf(outputs, "Exp")!.Op.Name);
        Assert.Null(OnnxExport.OriginOf(outputs, "Exp_1"));
    }
}
