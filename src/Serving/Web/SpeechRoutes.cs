using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TalkingMachines.Serving.Web;

/// <summary>What makes a character speak, and what makes it stop.</summary>
internal sealed class SpeechRoutes(SessionDesks desks, VoiceRoster voices)
{
    const double Slowest = 0.5, Fastest = 2; // of a voice's own speed: within what both engines take
    const int LowestRate = 8000, HighestRate = 96_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/sessions/{id}/say", SayAsync);
        routes.MapPost("/api/sessions/{id}/sound", PlayAsync).WithMetadata(new BodyLimit(UploadedSound.MostBytes));
        routes.MapPost("/api/sessions/{id}/pcm", PushAsync).WithMetadata(new BodyLimit(UploadedSound.MostBytes));
        routes.MapPost("/api/sessions/{id}/interrupt", InterruptAsync);
        routes.MapPost("/api/sessions/{id}/listening", ListenAsync);
        routes.MapPost("/api/sessions/{id}/microphone", UseMicrophoneAsync);
    }

    async Task SayAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        using var body = await JsonBody.ReadAsync(context, "text", "voice", "rate");
        string text = body.Text("text", SpokenText.Longest);
        if (string.IsNullOrWhiteSpace(text)) throw WebProblem.Senseless("The field 'text' is empty.");
        var voice = await voices.FindAsync(body.OptionalText("voice", 60), body.OptionalNumber("rate", Slowest, Fastest) ?? 1);
        desk.CheckMaySpeak();
        await AcceptAsync(context, desk.Conversation.Say(text, voice));
    }

    async Task PlayAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        desk.CheckMaySpeak();
        var sound = await UploadedSound.TakeAsync(context.Request.Body, UploadedSound.LongestRead, context.RequestAborted);
        try
        {
            desk.CheckMaySpeak(); // it may have been told to listen while the sound came
        }
        catch (WebProblem)
        {
            sound.Dispose();
            throw;
        }
        await AcceptAsync(context, desk.Conversation.Play(sound));
    }

    async Task PushAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        int rate = Number(context, "rate", LowestRate, HighestRate) ?? SoundBlock.SampleRate;
        int? turn = Number(context, "turn", 0, int.MaxValue);
        bool isLast = context.Request.Query["last"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            var other => throw WebProblem.Senseless($"last is '{Short(other)}', expected true or false."),
        };
        await AcceptAsync(context, await desk.PushAsync(context.Request.Body, rate, turn, isLast, context.RequestAborted));
    }

    Task InterruptAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(new TurnAnswer(desks.Of(context).Interrupt()), WebJson.Plain.TurnAnswer);

    async Task ListenAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        using var body = await JsonBody.ReadAsync(context, "listening");
        desk.IsListening = body.Flag("listening");
        var session = desk.Conversation.Session;
        int turn = desk.IsListening && session.IsSpeaking ? desk.Interrupt() : session.CurrentTurn;
        await context.Response.WriteAsJsonAsync(new ListeningAnswer(desk.IsListening, turn), WebJson.Plain.ListeningAnswer);
    }

    async Task UseMicrophoneAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        using var body = await JsonBody.ReadAsync(context, "mode");
        var use = body.Choice<MicrophoneUse>("mode");
        await desk.UseMicrophoneAsync(use, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(new MicrophoneAnswer(JsonBody.Word(desk.Conversation.Microphone.Use)), WebJson.Plain.MicrophoneAnswer);
    }

    static Task AcceptAsync(HttpContext context, int turn)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return context.Response.WriteAsJsonAsync(new TurnAnswer(turn), WebJson.Plain.TurnAnswer);
    }

    static int? Number(HttpContext context, string name, int least, int most)
    {
        string text = context.Request.Query[name].ToString();
        if (text.Length == 0) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw WebProblem.Senseless($"{name} is '{Short(text)}', expected a whole number from {least} to {most}.");
    }

    static string Short(string text) => text.Length <= 40 ? text : $"{text[..40]}...";
}
