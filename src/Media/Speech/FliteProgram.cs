using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// flite as a process. The text goes in through a file of a private folder, so that it is neither an option nor
/// visible in the process list; `-psdur` prints each phone with the second it ends, from zero in every sentence.
/// </summary>
sealed class FliteProgram(string program)
{
    public const string DefaultName = "flite";

    const int LongestSeconds = 3600;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Own mean pitch in Hz of flite 2.2's voices; others keep theirs.</summary>
    static readonly Dictionary<string, float> MeanPitch = new() { ["kal"] = 95, ["kal16"] = 95, ["slt"] = 170, ["awb"] = 134 };

    string[]? voices;

    /// <exception cref="MediaException">flite is missing, refuses or does not finish.</exception>
    public SpokenLine Speak(string text, VoiceSpec voice, CancellationToken stop)
    {
        CheckVoice(voice.Name, stop);
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("talkingmachines-flite-");      // mode 0700
            var textPath = Path.Combine(folder.FullName, "text.txt");
            var soundPath = Path.Combine(folder.FullName, "sound.wav");
            File.WriteAllText(textPath, text + "\n", new UTF8Encoding(false));
            var phones = Run(Arguments(voice, textPath, soundPath), stop);
            var sound = ReadWave(soundPath);
            return new(sound, PhonemeTiming.FromStarts(Starts(phones, sound.SampleRate), sound.Samples.Length));
        }
        catch (Exception e) when (MediaException.IsFileFailure(e))
        {
            throw MediaException.From("use", Path.GetTempPath(), e);
        }
        finally
        {
            folder?.Delete(recursive: true);
        }
    }

    /// <summary>flite speaks with another voice when it does not know the one asked for.</summary>
    /// <exception cref="MediaException">it does not know it, or is missing.</exception>
    public void CheckVoice(string name, CancellationToken stop)
    {
        voices ??= Run(["-lv"], stop).Split(':')[^1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (!voices.Contains(name))
            throw new MediaException($"flite has no voice '{name}', expected one of {string.Join(", ", voices.Distinct())}.");
    }

    static List<string> Arguments(VoiceSpec voice, string textPath, string soundPath)
    {
        List<string> arguments = ["-voice", voice.Name, "-psdur", "-f", textPath, "-o", soundPath];
        Set(arguments, "duration_stretch", 175f / voice.WordsPerMinute);
        if (MeanPitch.TryGetValue(voice.Name, out float mean))
        {
            Set(arguments, "int_f0_target_mean", mean * MathF.Pow(2, (voice.Pitch - 50) / 100f));
            if (voice.PitchRange != 50) Set(arguments, "int_f0_target_stddev", 15 * voice.PitchRange / 50f);
        }
        return arguments;
    }

    static void Set(List<string> arguments, string feature, float value) =>
        arguments.AddRange(["--setf", FormattableString.Invariant($"{feature}={value:F3}")]);

    /// <summary>What flite printed: lines of "phone:seconds".</summary>
    string Run(List<string> arguments, CancellationToken stop)
    {
        using var process = Start(arguments);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var kill = patience.Token.Register(() => Kill(process));
        var complaint = new StringBuilder();
        process.ErrorDataReceived += (_, line) => { if (complaint.Length < 400) complaint.Append(line.Data).Append(' '); };
        process.BeginErrorReadLine();
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        stop.ThrowIfCancellationRequested();
        if (patience.IsCancellationRequested) throw new MediaException($"flite had not finished after {Patience.TotalSeconds} s.");
        if (process.ExitCode != 0) throw new MediaException($"flite ended with code {process.ExitCode}: {complaint.ToString().Trim()}");
        return printed;
    }

    Process Start(List<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            return Process.Start(start) ?? throw new MediaException($"{program} did not start.");
        }
        catch (Win32Exception failure)
        {
            throw new MediaException($"flite's program {program} is not installed; `apt-get install flite` brings it.", failure);
        }
    }

    static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // it ended by itself in the meantime
        }
    }

    /// <summary>Each sentence starts where the one before ended: its last phone's end is its length.</summary>
    static List<(string Symbol, long Start)> Starts(string printed, int rate)
    {
        var starts = new List<(string, long)>();
        double sentence = 0;
        foreach (var line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            double from = 0;
            foreach (var phone in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var (name, end) = Phone(phone);
                starts.Add((PhoneSet.Cmu.Ipa(name) ?? "ə", (long)((sentence + from) * rate)));
                from = end;
            }
            sentence += from;
        }
        return starts;
    }

    static (string Name, double End) Phone(string phone)
    {
        int colon = phone.LastIndexOf(':');
        return colon > 0 && double.TryParse(phone.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double end)
            && end is >= 0 and <= LongestSeconds
            ? (phone[..colon], end)
            : throw new MediaException($"flite printed '{phone[..Math.Min(phone.Length, 40)]}', expected phone:seconds.");
    }

    /// <summary>flite writes 16-bit mono with one fmt chunk (16 bytes) before the data.</summary>
    static Sound ReadWave(string path)
    {
        const int header = 44;
        if (!File.Exists(path)) throw new MediaException("flite wrote no sound.");
        if (new FileInfo(path).Length > header + 2L * 48_000 * LongestSeconds)
            throw new MediaException($"flite's sound is longer than {LongestSeconds / 60} minutes.");
        var bytes = File.ReadAllBytes(path);
        int rate = bytes.Length < header ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24));
        if (rate is < 8000 or > 48_000) throw new MediaException($"flite's sound has rate {rate}, expected 8000..48000.");
        var samples = new float[(bytes.Length - header) / 2];
        for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(header + 2 * i)) / 32768f;
        return new(samples, rate);
    }
}
