using System.Globalization;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// What is said to a festival process, and in which lines it answers: they begin with '=', which no text that it speaks contains.
/// </summary>
static class FestivalScheme
{
    public const string Ready = "=ready", NoVoice = "=novoice", Spoken = "=spoken", Failed = "=failed";

    /// <summary>
    /// Before the sound is made, the targets of pitch move: as a whole by a factor, and about their mean by another. All voices go
    /// through that hook, whatever model gave them their pitch.
    /// </summary>
    public const string Definitions = """
        (set! tm-pitch 1.0)
        (set! tm-range 1.0)
        (set! tm-stretch 1.0)
        (define (tm-targets utt)
          (if (member 'Target (utt.relationnames utt)) (utt.relation.leafs utt 'Target) nil))
        (define (tm-hertz target) (parse-number (item.feat target 'f0)))
        (define (tm-bounded hertz) (cond ((< hertz 40) 40) ((> hertz 500) 500) (t hertz)))
        (define (tm-intone utt)
          (let ((sum 0) (targets (tm-targets utt)))
            (mapcar (lambda (target) (set! sum (+ sum (tm-hertz target)))) targets)
            (if targets
              (let ((mean (/ sum (length targets))))
                (mapcar
                  (lambda (target)
                    (item.set_feat target 'f0 (tm-bounded (* tm-pitch (+ mean (* tm-range (- (tm-hertz target) mean)))))))
                  targets))))
          utt)
        (define (tm-start name)
          (if (member_string name (voice.list))
            (begin
              (eval (list (intern (string-append "voice_" name))))
              (let ((stretch (Parameter.get 'Duration_Stretch)))
                (if (number? stretch) (set! tm-stretch stretch)))
              (set! after_analysis_hooks (cons tm-intone after_analysis_hooks))
              (format t "\n=ready %s\n" (Parameter.get 'PhoneSet)))
            (format t "\n=novoice %l\n" (voice.list)))
          (fflush nil))
        (define (tm-speak number stretch pitch range text)
          (Parameter.set 'Duration_Stretch (* stretch tm-stretch))
          (set! tm-pitch pitch)
          (set! tm-range range)
          (let ((utt (utt.synth (eval (list 'Utterance 'Text text)))))
            (let ((sound (wave.info (utt.wave utt))) (phones (utt.relation.items utt 'Segment)))
              (format t "\n=spoken %d %d %d %d\n" number
                (cadr (assoc 'sample_rate sound)) (cadr (assoc 'num_samples sound)) (length phones))
              (mapcar (lambda (phone) (format t "%s %f\n" (item.name phone) (item.feat phone 'end))) phones)
              (utt.save.wave utt "-" 'raw)))
          (fflush nil))
        (define (tm-fail number)
          (format t "\n=failed %d\n" number)
          (fflush nil))

        """;

    /// <param name="voice">Name as <see cref="VoiceSpec.Check"/> lets it through.</param>
    public static string Start(string voice) => $"(unwind-protect (tm-start \"{voice}\") (tm-fail 0))\n";

    /// <param name="utterance">Of <see cref="FestivalText"/>.</param>
    public static string Speak(int number, VoiceSpec voice, string utterance)
    {
        if (utterance.AsSpan().ContainsAny('"', '\\') || utterance.Any(char.IsControl) || utterance.Length > FestivalText.LongestUtterance)
            throw new ArgumentException($"An utterance of {utterance.Length} characters is not one of {nameof(FestivalText)}.", nameof(utterance));
        return string.Create(CultureInfo.InvariantCulture,
            $"(unwind-protect (tm-speak {number} {175.0 / voice.WordsPerMinute:F3} {Math.Pow(2, (voice.Pitch - 50) / 100.0):F3} {voice.PitchRange / 50.0:F3} \"{utterance}\") (tm-fail {number}))\n");
    }
}
