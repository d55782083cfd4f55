using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using FunctionalDL.Tests.Onnx;

namespace FunctionalDL.Tests.Examples;

/// <summary>The page, as a visitor sees it: a real browser and a real mouse.</summary>
public class BrowserExampleTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose()
    {
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules)) Directory.Delete(modules);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void It_writes_the_page_and_its_models()
    {
        var (code, output, _) = Example.Run("Browser", "--images", "3000", "--epochs", "3", "--out", folder, "--json");
        Assert.Equal(0, code);
        Assert.InRange(Example.Figures(output).GetProperty("testAccuracy").GetDouble(), 0.9, 1);
        string[] files =
        [
            "batch.onnx", "index.html", "node.mjs", "package.json", "page.mjs", "predict.onnx", "predict.proof.json", "train.onnx",
            "train.start.onnx",
            "training.mjs",
        ];
        Assert.Equal(files, Example.Figures(output).GetProperty("files").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public void Bad_arguments_end_in_an_error_that_says_what()
    {
        string[] settings = ["--images", "100", "--epochs", "1", "--out", folder];
        Assert.Contains("0 images", Example.Run("Browser", "--images", "0", "--out", folder).Error);
        Assert.Contains("Take another port", Example.Run("Browser", [.. settings, "--serve", "70000"]).Error);
    }

    [BrowserFact]
    public async Task A_visitor_draws_a_digit_and_the_page_learns_the_correction()
    {
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), Npm.Web.Folder!);
        var losses = TrainingExportTests.Export("dropout and statistics", folder);
        using var server = Serve(out var address);
        try
        {
            await using var page = await Chromium.Open(address);
            await page.Until("document.getElementById('status')?.textContent === 'Ready.'");
            var taken = await Drawn(page);
            Assert.True((await page.Evaluate("saliency.getContext('2d').getImageData(0, 0, 28, 28).data.some(x => x > 0)")).GetBoolean());

            // Not what it is, but anything may be taught.
            var label = (taken + 3) % 10;
            await page.Evaluate($"document.getElementById('label').value = {label}; document.getElementById('learn').click()");
            await page.Until("document.getElementById('status').textContent.startsWith('Learned')");
            Assert.Equal($"{label}", (await page.Evaluate("document.getElementById('prediction').textContent")).GetString());

            await page.Evaluate("document.getElementById('clear').click()");
            await page.Until("document.getElementById('prediction').textContent === ''");
            Assert.Equal(label, await Drawn(page));

            // Dropout in the browser draws what it draws here.
            var theirs = await page.Evaluate("""
                (async () => {
                  const ort = await import("./node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs");
                  const { train } = await import("./training.mjs");
                  const load = (file) => ort.InferenceSession.create(file);
                  const [step, start, batch] = await Promise.all(["step.onnx", "step.start.onnx", "step.batch.onnx"].map(load));
                  return (await train(step, await start.run({}), await batch.run({}), 200)).losses;
                })()
                """);
            TrainingExportTests.SameCurve(losses, theirs.EnumerateArray().Select(e => e.GetDouble()));
        }
        finally
        {
            server.StandardInput.WriteLine();
            if (!server.WaitForExit(10_000)) server.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Draws a seven, and says what it is taken for.</summary>
    static async Task<int> Drawn(Chromium page)
    {
        var corner = await page.Evaluate("(() => { const at = drawing.getBoundingClientRect(); return [at.x, at.y]; })()");
        var (x, y) = (corner[0].GetDouble(), corner[1].GetDouble());
        await page.Draw((x + 80, y + 60), (x + 140, y + 60), (x + 200, y + 60), (x + 170, y + 140), (x + 130, y + 230));
        await page.Until("document.getElementById('prediction').textContent !== ''");
        return int.Parse((await page.Evaluate("document.getElementById('prediction').textContent")).GetString()!);
    }

    Process Serve(out string address)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        address = $"http://localhost:{port}/";
        string[] arguments =
        [
            Assembly.Load("Browser").Location, "--images", "3000", "--epochs", "3", "--out", folder, "--serve", $"{port}",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        string? line;
        do line = process.StandardOutput.ReadLine();
        while (line is not null && !line.StartsWith(address, StringComparison.Ordinal));
        Assert.NotNull(line);
        return process;
    }
}
