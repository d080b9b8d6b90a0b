using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// The JSON object of a request, read strictly: unknown, missing, doubled and ill-typed fields are refused, each with a line
/// that names it. By hand rather than by a serializer, whose messages speak of our types.
/// </summary>
internal sealed class JsonBody : IDisposable
{
    static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    readonly JsonDocument document;

    JsonBody(JsonDocument document) => this.document = document;

    /// <param name="fields">Every field that there may be.</param>
    /// <exception cref="WebProblem">The body is no JSON object of these fields.</exception>
    public static async Task<JsonBody> ReadAsync(HttpContext context, params string[] fields)
    {
        if (!context.Request.HasJsonContentType())
            throw new WebProblem(415, "Wrong content type", $"Content-Type is '{context.Request.ContentType}', expected application/json.");
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
        }
        catch (InvalidOperationException)
        {
            throw WebProblem.Senseless("A field's name is not valid Unicode.");
        }
        catch (JsonException wrong) when (wrong.LineNumber is null)
        {
            throw WebProblem.Senseless($"A field is there twice; expected an object with {Listed(fields)}.");
        }
        catch (JsonException wrong)
        {
            throw WebProblem.Senseless($"The body is no JSON at line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}; expected an object with {Listed(fields)}.");
        }
        var body = new JsonBody(document);
        try
        {
            body.Check(fields);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    void Check(string[] fields)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw WebProblem.Senseless($"The body is {Kind(document.RootElement)}, expected an object with {Listed(fields)}.");
        foreach (var field in document.RootElement.EnumerateObject())
            if (!fields.Contains(NameOf(field))) throw WebProblem.Senseless($"The field '{Short(NameOf(field))}' is unknown, expected {Listed(fields)}.");
    }

    /// <summary>A text that must be there.</summary>
    public string Text(string name, int longest) =>
        OptionalText(name, longest) ?? throw WebProblem.Senseless($"The field '{name}' is missing.");

    public string? OptionalText(string name, int longest)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) throw WebProblem.Senseless($"The field '{name}' is {Kind(value)}, expected a text.");
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw WebProblem.Senseless($"The field '{name}' is not valid Unicode.");
        }
        return text.Length <= longest ? text : throw WebProblem.Senseless($"The field '{name}' has {text.Length} characters, expected at most {longest}.");
    }

    /// <summary>A number within bounds.</summary>
    public double? OptionalNumber(string name, double least, double most)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number) throw WebProblem.Senseless($"The field '{name}' is {Kind(value)}, expected a number.");
        return value.TryGetDouble(out double number) && number >= least && number <= most
            ? number
            : throw WebProblem.Senseless(FormattableString.Invariant($"The field '{name}' is {Short(value.GetRawText())}, expected {least} to {most}."));
    }

    /// <summary>True or false, which must be there.</summary>
    public bool Flag(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw WebProblem.Senseless($"The field '{name}' is {Kind(other)}, expected true or false."),
        null => throw WebProblem.Senseless($"The field '{name}' is missing, expected true or false."),
    };

    /// <summary>One word of an enumeration, written small.</summary>
    public T Choice<T>(string name) where T : struct, Enum
    {
        string word = Text(name, 40);
        foreach (var value in Enum.GetValues<T>())
            if (Word(value) == word) return value;
        throw WebProblem.Senseless($"The field '{name}' is '{word}', expected one of {string.Join(", ", Enum.GetValues<T>().Select(Word))}.");
    }

    /// <summary>How an enumeration's value is written outside.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    // null stands for a field that is not there
    JsonElement? Find(string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    static string NameOf(JsonProperty field)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            throw WebProblem.Senseless("A field's name is not valid Unicode.");
        }
    }

    static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    static string Listed(string[] fields) => string.Join(", ", fields);

    static string Short(string text) => text.Length <= 40 ? text : $"{text[..40]}...";

    public void Dispose() => document.Dispose();
}
