namespace TalkingMachines.Media.Speech;

/// <summary>
/// A voice of festival, for any number of threads, which take turns. Its process starts with the first line (a second or so) and
/// stays; a new one follows after a failure, and now and then in any case, so that nothing that festival keeps can pile up.
/// </summary>
sealed class FestivalVoice(string program, string name) : IDisposable
{
    const int MostUtterances = 2000, LongestSeconds = 3600;

    readonly SemaphoreSlim turn = new(1);
    readonly CancellationTokenSource ending = new();

    FestivalProcess? process;

    /// <exception cref="MediaException">festival or the voice is missing.</exception>
    public void Check(CancellationToken stop) => InTurn((_, _) => true, stop);

    /// <exception cref="MediaException">festival or the voice is missing, refuses or does not finish.</exception>
    public List<SpokenLine> Speak(string text, VoiceSpec voice, CancellationToken stop) => InTurn(
        (festival, wanted) =>
        {
            var lines = new List<SpokenLine>();
            double seconds = 0;
            foreach (var utterance in FestivalText.Utterances(text, festival.Phones))
            {
                var line = festival.Speak(utterance, voice, wanted);
                seconds += (double)line.Sound.Samples.Length / line.Sound.SampleRate;
                if (seconds > LongestSeconds) throw new MediaException($"The text would take over {LongestSeconds / 60} minutes to speak, expected less.");
                lines.Add(line);
            }
            return lines;
        },
        stop);

    /// <summary>Ends the process at once, also in the middle of a line.</summary>
    public void Dispose()
    {
        if (ending.IsCancellationRequested) return;
        ending.Cancel();
        turn.Wait();
        process?.Dispose();
        process = null;
        turn.Release();
    }

    T InTurn<T>(Func<FestivalProcess, CancellationToken, T> act, CancellationToken stop)
    {
        turn.Wait(stop);
        try
        {
            ObjectDisposedException.ThrowIf(ending.IsCancellationRequested, this);
            using var wanted = CancellationTokenSource.CreateLinkedTokenSource(stop, ending.Token);
            return act(Running(wanted.Token), wanted.Token);
        }
        catch
        {
            process?.Dispose();
            process = null;
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    FestivalProcess Running(CancellationToken wanted)
    {
        if (process is { IsUsable: false } or { Spoken: > MostUtterances })
        {
            process.Dispose();
            process = null;
        }
        return process ??= new FestivalProcess(program, name, wanted);
    }
}
