using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// One running festival with one voice. It ends by itself where its standard input does, thus with our process, however that ends.
/// For one caller at a time; after any exception it must be disposed.
/// </summary>
sealed class FestivalProcess : IDisposable
{
    const int LongestSeconds = 600, LongestLine = 4000, MostPhones = 20_000, MostStrayLines = 1000, LongestComplaint = 400;
    // in cells of 24 bytes; its own 10 million would let 400 MB of old utterances lie about
    const string Heap = "1000000";

    static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Process process;
    readonly Stream heard;
    readonly StringBuilder complaint = new();
    readonly byte[] line = new byte[LongestLine];

    volatile bool killed;
    bool disposed;

    /// <exception cref="MediaException">the program, the voice or its phone set is missing.</exception>
    public FestivalProcess(string program, string voice, CancellationToken stop)
    {
        process = Start(program);
        heard = new BufferedStream(process.StandardOutput.BaseStream);
        process.ErrorDataReceived += (_, said) => Note(said.Data);
        process.BeginErrorReadLine();
        try
        {
            Phones = Patiently(() => Greet(voice), stop);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public PhoneSet Phones { get; }

    public int Id => process.Id;

    /// <summary>False once it has ended or been ended.</summary>
    public bool IsUsable => !killed && !process.HasExited;

    /// <summary>Utterances so far.</summary>
    public int Spoken { get; private set; }

    /// <param name="utterance">Of <see cref="FestivalText"/>.</param>
    /// <exception cref="MediaException">festival refuses, ends or does not finish.</exception>
    public SpokenLine Speak(string utterance, VoiceSpec voice, CancellationToken stop) => Patiently(
        () =>
        {
            Say(FestivalScheme.Speak(++Spoken, voice, utterance));
            return Receive(Reply(FestivalScheme.Spoken));
        },
        stop);

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        Kill();
        process.WaitForExit(LongestFarewell);
        process.StandardInput.Dispose();
        heard.Dispose();
        process.Dispose();
    }

    static Process Start(string program)
    {
        var start = new ProcessStartInfo(program, ["--heap", Heap, "--pipe"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardInputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
        };
        start.Environment["HOME"] = "/";        // a user's .festivalrc would change the voices, or print
        try
        {
            return Process.Start(start) ?? throw new MediaException($"{program} did not start.");
        }
        catch (Win32Exception failure)
        {
            throw new MediaException($"festival's program {program} is not installed; {FestivalProgram.Installation} brings it and the voices of training.", failure);
        }
    }

    PhoneSet Greet(string voice)
    {
        Say(FestivalScheme.Definitions + FestivalScheme.Start(voice));
        var reply = Reply(FestivalScheme.Ready, FestivalScheme.NoVoice);
        if (reply[0] == FestivalScheme.NoVoice)
            throw new MediaException($"festival has no voice '{voice}', expected one of {string.Join(", ", reply[1..]).Trim('(', ')')}; {FestivalProgram.Installation} brings those of training.");
        var name = string.Join(' ', reply[1..]);
        return PhoneSet.OfFestival(name) ?? throw new MediaException($"festival's voice '{voice}' has the phone set '{name}', expected radio, italian or finnish.");
    }

    void Say(string command)
    {
        process.StandardInput.Write(command);
        process.StandardInput.Flush();
    }

    /// <summary>The words of its next answer; what else it prints is passed over.</summary>
    string[] Reply(params ReadOnlySpan<string> expected)
    {
        for (int stray = 0; stray < MostStrayLines; stray++)
        {
            var words = ReadLine().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            if (expected.Contains(words[0])) return words;
            if (words[0] == FestivalScheme.Failed) throw new MediaException($"festival cannot speak this: {Complaint()}");
        }
        throw new MediaException($"festival printed {MostStrayLines} lines, expected {expected[0]}.");
    }

    /// <summary>Phones, then the samples (16 bits, the machine's own order).</summary>
    SpokenLine Receive(string[] reply)
    {
        int rate = Number(reply, 2, 8000, 48_000), count = Number(reply, 3, 0, rate * LongestSeconds), phones = Number(reply, 4, 0, MostPhones);
        var marks = new List<(string, long)>(phones);
        double start = 0;
        for (int i = 0; i < phones; i++)
        {
            var (name, end) = Phone(ReadLine());
            marks.Add((Phones.Ipa(name) ?? throw new MediaException($"festival spoke the phone '{name}', which its phone set does not have."), (long)(start * rate)));
            start = end;
        }
        var bytes = new byte[2 * count];
        heard.ReadExactly(bytes);
        var samples = new float[count];
        var values = MemoryMarshal.Cast<byte, short>(bytes);
        for (int i = 0; i < count; i++) samples[i] = values[i] / 32768f;
        return new(new Sound(samples, rate), PhonemeTiming.FromStarts(marks, count));
    }

    int Number(string[] reply, int place, int least, int most) =>
        reply.Length == 5 && reply[1] == Spoken.ToString(CultureInfo.InvariantCulture)
        && int.TryParse(reply[place], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new MediaException($"festival answered '{string.Join(' ', reply)}', expected {FestivalScheme.Spoken} {Spoken}, rate, samples and phones.");

    static (string Name, double End) Phone(string printed)
    {
        int blank = printed.IndexOf(' ');
        return blank > 0 && double.TryParse(printed.AsSpan(blank + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double end)
            && end is >= 0 and <= LongestSeconds
            ? (printed[..blank], end)
            : throw new MediaException($"festival printed '{printed[..Math.Min(printed.Length, 40)]}', expected a phone and the second of its end.");
    }

    string ReadLine()
    {
        for (int length = 0; length < LongestLine; length++)
        {
            int read = heard.ReadByte();
            if (read < 0) throw new EndOfStreamException();
            if (read == '\n') return Encoding.Latin1.GetString(line, 0, length);
            line[length] = (byte)read;
        }
        throw new MediaException($"festival printed a line of more than {LongestLine} characters.");
    }

    /// <summary>A process that does not answer in time, or is no longer wanted, is ended, which ends the waiting too.</summary>
    T Patiently<T>(Func<T> act, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var kill = patience.Token.Register(Kill);
        try
        {
            return act();
        }
        catch (IOException failure)
        {
            stop.ThrowIfCancellationRequested();
            throw new MediaException(patience.IsCancellationRequested
                ? $"festival had not finished after {Patience.TotalSeconds} s."
                : $"festival ended while it was to speak. {Complaint()}", failure);
        }
    }

    void Note(string? said)
    {
        lock (complaint)
        {
            if (said is not null && complaint.Length < LongestComplaint) complaint.Append(said).Append(' ');
        }
    }

    string Complaint()
    {
        lock (complaint)
        {
            return complaint.Length == 0 ? "It does not say why." : complaint.ToString(0, Math.Min(complaint.Length, LongestComplaint)).Trim();
        }
    }

    void Kill()
    {
        killed = true;
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // it ended by itself in the meantime
        }
    }
}
