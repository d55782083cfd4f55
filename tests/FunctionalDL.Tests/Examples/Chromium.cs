using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace FunctionalDL.Tests.Examples;

/// <summary>A page in a browser without a window, moved by the browser's own protocol for its developer tools.</summary>
sealed class Chromium : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly Process process;
    readonly string profile;
    readonly ClientWebSocket socket = new();
    int calls;

    Chromium(Process process, string profile) => (this.process, this.profile) = (process, profile);

    /// <summary>The browser of this machine; null where there is none.</summary>
    public static string? Program { get; } = Programs.Find("chromium", "chromium-browser", "google-chrome");

    /// <summary>A browser with a page at an address.</summary>
    public static async Task<Chromium> Open(string address)
    {
        var profile = Directory.CreateTempSubdirectory("chromium").FullName;
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0",
            $"--user-data-dir={profile}", "about:blank",
        ];
        var start = new ProcessStartInfo(Program!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        var browser = new Chromium(Process.Start(start)!, profile);
        const string said = "DevTools listening on ws://";
        string? line;
        do line = await browser.process.StandardError.ReadLineAsync().WaitAsync(Patience);
        while (line is not null && !line.StartsWith(said, StringComparison.Ordinal));
        Assert.NotNull(line);
        _ = browser.process.StandardError.ReadToEndAsync();
        _ = browser.process.StandardOutput.ReadToEndAsync();

        using var http = new HttpClient();
        var pages = JsonDocument.Parse(await http.GetStringAsync($"http://{line[said.Length..].Split('/')[0]}/json/list")).RootElement;
        var page = pages.EnumerateArray().First(p => p.GetProperty("type").GetString() == "page");
        await browser.socket.ConnectAsync(new(page.GetProperty("webSocketDebuggerUrl").GetString()!), default);
        await browser.Call("Page.navigate", new { url = address });
        return browser;
    }

    async Task<JsonElement> Call(string method, object parameters)
    {
        using var patience = new CancellationTokenSource(Patience);
        var id = ++calls;
        var message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters });
        await socket.SendAsync(message, WebSocketMessageType.Text, true, patience.Token);
        while (true)
        {
            using var answer = new MemoryStream();
            var buffer = new byte[1 << 16];
            WebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer, patience.Token);
                answer.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);
            var root = JsonDocument.Parse(answer.ToArray()).RootElement;
            if (!root.TryGetProperty("id", out var of) || of.GetInt32() != id) continue;
            return root.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException(root.GetRawText());
        }
    }

    /// <summary>The value of an expression in the page, or what a promise of it comes to.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        var answer = await Call("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        if (answer.TryGetProperty("exceptionDetails", out var error)) throw new InvalidOperationException(error.GetRawText());
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until a condition holds in the page.</summary>
    public async Task Until(string condition)
    {
        var began = Stopwatch.StartNew();
        while (!(await Evaluate($"Boolean({condition})")).GetBoolean())
        {
            if (began.Elapsed > Patience)
                Assert.Fail($"{condition} does not come; the page says: {await Evaluate("document.body.innerText")}");
            await Task.Delay(50);
        }
    }

    /// <summary>Draws a line with the mouse from point to point, in pixels of the page.</summary>
    public async Task Draw(params (double X, double Y)[] points)
    {
        Task Mouse(string type, (double X, double Y) at, int buttons) =>
            Call("Input.dispatchMouseEvent", new { type, x = at.X, y = at.Y, button = "left", buttons, clickCount = 1 });
        await Mouse("mousePressed", points[0], 1);
        foreach (var point in points[1..]) await Mouse("mouseMoved", point, 1);
        await Mouse("mouseReleased", points[^1], 0);
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        try
        {
            Directory.Delete(profile, recursive: true);
        }
        catch (IOException)
        {
            // A child of the browser still writes there; the folder is among temporary ones.
        }
    }
}
