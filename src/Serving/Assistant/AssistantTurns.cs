namespace TalkingMachines.Serving;

/// <summary>
/// Joins an assistant with a session: each response becomes a turn that begins with its first sound, the user's voice makes
/// the character fall silent, and the assistant learns how much of an interrupted response was heard.
/// </summary>
public sealed class AssistantTurns : IDisposable
{
    readonly Session session;
    readonly RealtimeAssistant assistant;
    readonly Lock gate = new();
    AssistantTurn? current; // sounds
    AssistantTurn? coming;  // its first words are there, its sound is not
    bool disposed;

    /// <summary>Both stay the caller's.</summary>
    public AssistantTurns(Session session, RealtimeAssistant assistant)
    {
        (this.session, this.assistant) = (session, assistant);
        session.Happened += Watch;
        assistant.UserBeganToSpeak += UserBeganToSpeak;
        assistant.SoundArrived += Say;
        assistant.CaptionArrived += Caption;
    }

    /// <summary>Makes the character fall silent and listen, whoever gave it the words, and ends a response that is being made.</summary>
    /// <returns>The turn that begins.</returns>
    public int Interrupt()
    {
        int turn = session.Interrupt();
        EndResponse();
        return turn;
    }

    void UserBeganToSpeak()
    {
        if (session.IsSpeaking) session.Interrupt();
        EndResponse();
    }

    void Say(AssistantSound sound)
    {
        int? tooLong = null;
        lock (gate)
        {
            if (disposed) return;
            if (sound.IsFirst) Begin(sound.ResponseId);
            if (current?.ResponseId != sound.ResponseId || current.IsComplete) return;
            if (!current.Append(sound.Samples)) tooLong = current.Number;
            if (sound.IsLast || tooLong is not null) current.Complete();
        }
        if (tooLong is { } failed)
        {
            assistant.Interrupt();
            session.Fail(failed, "The assistant sent far more sound than can be said in the same time; it was cut off.");
        }
        // Interrupted on another thread just before the turn began: nobody else will end it.
        if (sound.IsFirst && assistant.WasInterrupted(sound.ResponseId)) CutCurrent(sound.ResponseId);
    }

    void Caption(string responseId, string words)
    {
        lock (gate)
        {
            if (disposed) return;
            if (current?.ResponseId == responseId)
            {
                if (!current.IsComplete) current.Caption(words);
                return;
            }
            if (coming?.ResponseId != responseId) coming = new AssistantTurn(responseId);
            coming.Caption(words);
        }
    }

    // Under the gate.
    void Begin(string responseId)
    {
        current?.Cut();
        current = coming?.ResponseId == responseId ? coming : new AssistantTurn(responseId);
        coming = null;
        current.Begin(session.Speak(), Taken);
    }

    // Another turn, such as a typed text, may have taken the place of the response.
    void Watch(SessionEvent happened)
    {
        bool isTaken;
        lock (gate) isTaken = current is { IsSaid: false } && happened.Turn > current.Number;
        if (isTaken) EndResponse();
    }

    void Taken(AssistantTurn turn)
    {
        bool isCurrent;
        lock (gate) isCurrent = current == turn;
        if (isCurrent) EndResponse();
    }

    void EndResponse()
    {
        TimeSpan? heard = null;
        string? response = null;
        lock (gate)
        {
            coming = null;
            if (current is { IsSaid: false }) (heard, response) = (current.Heard, current.ResponseId);
        }
        assistant.Interrupt(heard);
        if (response is not null) CutCurrent(response);
    }

    void CutCurrent(string responseId)
    {
        lock (gate)
        {
            if (current?.ResponseId != responseId) return;
            CutCurrent();
        }
    }

    // Under the gate.
    void CutCurrent()
    {
        if (current is null) return;
        if (!current.IsSaid && current.Number == session.CurrentTurn) session.Interrupt();
        current.Cut();
        current = null;
    }

    /// <summary>Lets go of both; what is being said ends.</summary>
    public void Dispose()
    {
        session.Happened -= Watch;
        assistant.UserBeganToSpeak -= UserBeganToSpeak;
        assistant.SoundArrived -= Say;
        assistant.CaptionArrived -= Caption;
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            CutCurrent();
        }
    }
}
