using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// espeak-ng's installed shared library (speak_lib.h of 1.51), the only way to the phoneme times of its own synthesizer.
/// Each line loads, asks and unloads it (2 ms): its state is global and no call resets it, so that
/// a second line in the same copy would sound a little different from the first.
/// </summary>
static unsafe partial class EspeakLibrary
{
    public const string DefaultName = "libespeak-ng.so.1";

    const int Synchronous = 2, PhonemeEvents = 1, PhonemesInIpa = 2, DoNotExit = 0x8000;
    const int Utf8 = 1, CountCharacters = 1, RateParameter = 1, PitchParameter = 3, RangeParameter = 4;
    // an hour: text of the longest allowed length can name far more (digits, emoji)
    const int LongestSeconds = 3600;

    static readonly SemaphoreSlim OneAtATime = new(1);
    static Capture? current;

    /// <summary>espeak_EVENT: 24 bytes of integers, a user pointer, 8 bytes of phoneme name.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Event
    {
        public int Type;
        public uint Message;
        public int TextPosition, Length, Milliseconds, Sample;
        public nint UserData;
        public ulong Name;

        public const int End = 0, Phoneme = 7;
    }

    sealed class Capture(int sampleRate, CancellationToken stop)
    {
        public List<short> Samples { get; } = [];
        public List<(string Symbol, long Start)> Marks { get; } = [];
        public CancellationToken Stop { get; } = stop;
        public bool TooLong => Samples.Count > (long)sampleRate * LongestSeconds;
        public Exception? Failure { get; set; }
    }

    /// <exception cref="MediaException">the library or the voice is missing, or the speech is longer than an hour.</exception>
    public static SpokenLine Speak(string library, string text, VoiceSpec voice, CancellationToken stop) =>
        Loaded(library, espeak => Speak(espeak, text, voice, stop), stop);

    /// <exception cref="MediaException">the library or the voice is missing.</exception>
    public static void Check(string library, VoiceSpec voice) => Loaded(library, espeak =>
    {
        if (espeak.Initialize(Synchronous, 0, null, DoNotExit) <= 0) throw NoData();
        try
        {
            Choose(espeak, voice);
            return true;
        }
        finally
        {
            espeak.Terminate();
        }
    });

    static T Loaded<T>(string library, Func<Functions, T> use, CancellationToken stop = default)
    {
        OneAtATime.Wait(stop);
        try
        {
            EspeakData.Check(library);
            if (!NativeLibrary.TryLoad(library, out nint handle))
                throw new MediaException($"espeak-ng's library {library} is not installed, or does not load; `apt-get install espeak-ng` brings it.");
            try
            {
                return use(new Functions(handle));
            }
            finally
            {
                current = null;
                NativeLibrary.Free(handle);
            }
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    static MediaException NoData() => new("espeak-ng found no voice data; `apt-get install espeak-ng-data` brings it.");

    static SpokenLine Speak(Functions espeak, string text, VoiceSpec voice, CancellationToken stop)
    {
        int rate = espeak.Initialize(Synchronous, 0, null, PhonemeEvents | PhonemesInIpa | DoNotExit);
        if (rate <= 0) throw NoData();
        try
        {
            var capture = current = new Capture(rate, stop);
            espeak.SetCallback(&Receive);
            Choose(espeak, voice);
            var bytes = Encoding.UTF8.GetBytes(text + '\0');
            SeedRandom(1);          // breathy and Klatt voices take their noise from the C library's rand()
            fixed (byte* start = bytes)
                espeak.Synthesize(start, (nuint)bytes.Length, 0, CountCharacters, 0, Utf8, null, null);
            return Finish(capture, rate);
        }
        finally
        {
            espeak.Terminate();
        }
    }

    static void Choose(Functions espeak, VoiceSpec voice)
    {
        var name = Encoding.ASCII.GetBytes(voice.Name + '\0');
        fixed (byte* start = name)
        {
            if (espeak.SetVoice(start) != 0)
                throw new MediaException($"espeak-ng has no voice '{voice.Name}', expected one of `espeak-ng --voices`.");
        }
        espeak.SetParameter(RateParameter, voice.WordsPerMinute, 0);
        espeak.SetParameter(PitchParameter, voice.Pitch, 0);
        espeak.SetParameter(RangeParameter, voice.PitchRange, 0);
    }

    static SpokenLine Finish(Capture capture, int rate)
    {
        capture.Stop.ThrowIfCancellationRequested();
        if (capture.Failure is { } failure) throw new MediaException("espeak-ng's speech could not be kept.", failure);
        if (capture.TooLong) throw new MediaException($"The text would take over {LongestSeconds / 60} minutes to speak, expected less.");
        var samples = new float[capture.Samples.Count];
        for (int i = 0; i < samples.Length; i++) samples[i] = capture.Samples[i] / 32768f;
        return new(new Sound(samples, rate), PhonemeTiming.FromStarts(capture.Marks, samples.Length));
    }

    /// <summary>espeak-ng's callback; 1 makes it stop. No exception may cross into the library.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Receive(short* samples, int count, Event* events)
    {
        if (current is not { } capture) return 1;
        try
        {
            if (samples != null) capture.Samples.AddRange(new ReadOnlySpan<short>(samples, count));
            for (; events->Type != Event.End; events++)
            {
                if (events->Type == Event.Phoneme) Mark(capture, events);
            }
            return capture.Stop.IsCancellationRequested || capture.TooLong ? 1 : 0;
        }
        catch (Exception failure) when (failure is OutOfMemoryException or InvalidOperationException)
        {
            capture.Failure = failure;
            return 1;
        }
    }

    static void Mark(Capture capture, Event* phoneme)
    {
        var bytes = new ReadOnlySpan<byte>(&phoneme->Name, sizeof(ulong));
        int end = bytes.IndexOf((byte)0);
        // the name is cut at eight bytes, if need be within a letter
        var symbol = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]).Trim('\uFFFD', ' ', '\n');
        if (symbol.StartsWith('(')) return;             // "(en)": a change of language, no sound
        capture.Marks.Add((symbol.Length == 0 ? TimedPhoneme.Pause : symbol, phoneme->Sample));
    }

    [LibraryImport("libc", EntryPoint = "srand")]
    private static partial void SeedRandom(uint seed);

    /// <summary>The entry points used, as speak_lib.h declares them.</summary>
    readonly struct Functions(nint library)
    {
        public readonly delegate* unmanaged[Cdecl]<int, int, byte*, int, int> Initialize =
            (delegate* unmanaged[Cdecl]<int, int, byte*, int, int>)Entry(library, "espeak_Initialize");
        public readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<short*, int, Event*, int>, void> SetCallback =
            (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<short*, int, Event*, int>, void>)Entry(library, "espeak_SetSynthCallback");
        public readonly delegate* unmanaged[Cdecl]<byte*, int> SetVoice =
            (delegate* unmanaged[Cdecl]<byte*, int>)Entry(library, "espeak_SetVoiceByName");
        public readonly delegate* unmanaged[Cdecl]<int, int, int, int> SetParameter =
            (delegate* unmanaged[Cdecl]<int, int, int, int>)Entry(library, "espeak_SetParameter");
        public readonly delegate* unmanaged[Cdecl]<byte*, nuint, uint, int, uint, uint, uint*, void*, int> Synthesize =
            (delegate* unmanaged[Cdecl]<byte*, nuint, uint, int, uint, uint, uint*, void*, int>)Entry(library, "espeak_Synth");
        public readonly delegate* unmanaged[Cdecl]<int> Terminate =
            (delegate* unmanaged[Cdecl]<int>)Entry(library, "espeak_Terminate");
    }

    internal static nint Entry(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint entry)
        ? entry
        : throw new MediaException($"espeak-ng's library lacks {name}, expected version 1.51 or later.");
}
