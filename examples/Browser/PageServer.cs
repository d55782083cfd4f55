using System.Net;
using FunctionalDL;

/// <summary>Shows the files of a folder to browsers on this machine.</summary>
static class PageServer
{
    /// <summary>Types that browsers insist on: scripts and WebAssembly run under their own only.</summary>
    static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".wasm"] = "application/wasm",
    };

    /// <summary>Serves until a line is entered.</summary>
    /// <exception cref="FunctionalException">The port is taken, or there is none of the number.</exception>
    public static void Serve(string folder, int port)
    {
        using var listener = new HttpListener();
        try
        {
            listener.Prefixes.Add($"http://localhost:{port}/");
            listener.Start();
        }
        catch (Exception e) when (e is HttpListenerException or ArgumentException)
        {
            throw new FunctionalException($"--serve {port}: {e.Message} Take another port, such as 8080.");
        }
        _ = Answer(listener, Path.GetFullPath(folder));
        Console.WriteLine($"http://localhost:{port}/ until a line is entered");
        Console.ReadLine();
        listener.Stop();
    }

    static async Task Answer(HttpListener listener, string root)
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                using var response = context.Response;
                var path = Path.GetFullPath(Path.Combine(root, Uri.UnescapeDataString(context.Request.Url!.AbsolutePath).TrimStart('/')));
                if (path == root || path == root + Path.DirectorySeparatorChar) path = Path.Combine(root, "index.html");
                if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
                {
                    response.StatusCode = (int)HttpStatusCode.NotFound;
                    continue;
                }
                response.ContentType = Types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
                await using var file = File.OpenRead(path);
                response.ContentLength64 = file.Length;
                await file.CopyToAsync(response.OutputStream);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The browser went away, or the server ends: the loop looks which.
            }
        }
    }
}
