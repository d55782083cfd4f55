namespace FunctionalDL;

/// <summary>A page that needs nothing but itself.</summary>
static class HtmlPage
{
    const string Common =
        "body { font: 16px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 "
            + "1.5rem } h1 { font-size: 1.4rem; font-weight: 600 }";

    public static string Of(string title, string style, string body) =>
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            + $"content=\"width=device-width\">\n<title>{MathMlNotation.Escape(title)}</title>\n<style>{Common} "
            + $"{style}</style>\n</head>\n<body>\n<h1>{MathMlNotation.Escape(title)}</h1>\n{body}</body>\n</html>\n";
}
