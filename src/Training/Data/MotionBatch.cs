using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// Windows of clips as tensors of one device, in the current scope. B clips, F latents each.
/// </summary>
/// <param name="Latents">Normalised latents [B,C,F,h,w].</param>
/// <param name="References">Features of the reference pictures [B,144,1,16,16].</param>
/// <param name="Drive">Sound, gestures and mode.</param>
/// <param name="Mouths">Mouth values that the sound asks for [B,4F,5]; 0 where there is none.</param>
/// <param name="CellWeights">How much each cell of a latent matters [B,1,F,h,w]: more at mouth and eyes, most at eyes that blink.</param>
/// <param name="Faces">Where mouths and eyes are.</param>
public sealed record MotionBatch(Tensor Latents, Tensor References, Drive Drive, Tensor Mouths, Tensor CellWeights, IReadOnlyList<FaceGeometry> Faces)
{
    const int PerLatent = AutoencoderConfig.FramesPerLatent;
    const float EyeWeight = 4;
    const float BlinkWeight = 12;   // of eyes, in the few latents with a blink: it is soon over, and smudges where it is not learnt

    /// <summary>Of <see cref="Gesture.Blink"/>: frames from there on count as blinks.</summary>
    internal const float BlinkBegins = 0.1f;

    /// <summary>Weight of cells at the mouth.</summary>
    public const float MouthWeight = 6;

    /// <summary>Frames before and after a window in which its sound is as a rule known; beyond the clip there is silence.</summary>
    public const int Margin = 8;

    /// <summary>
    /// Windows that start at the given frames. <paramref name="soundOf"/> takes the sound from other clips: a control; where it is
    /// negative, neither sound nor picture is told: speech of nobody, about nothing.
    /// </summary>
    public static MotionBatch Make(Device device, LatentSet set, AvatarConfig config, ReadOnlySpan<float> scale, int latents, ReadOnlySpan<int> clips, ReadOnlySpan<int> starts, ReadOnlySpan<int> soundOf = default)
    {
        int b = clips.Length, side = config.LatentSide, cells = side * side, c = config.Autoencoder.LatentChannels, frames = latents * PerLatent;
        float[] values = new float[b * c * latents * cells], references = new float[b * config.Autoencoder.Width16 * cells], weights = new float[b * latents * cells];
        float[] audio = new float[b * (frames + (2 * config.AudioMargin)) * LatentSet.HearingValues], gestures = new float[b * (frames + (2 * PerLatent)) * Gesture.Count];
        float[] mouths = new float[b * frames * MouthShape.Count];
        bool[] speaking = new bool[b * latents];
        var faces = new FaceGeometry[b];
        for (int i = 0; i < b; i++)
        {
            int sound = soundOf.IsEmpty ? clips[i] : soundOf[i];
            CopyLatents(set, clips[i], starts[i], latents, scale, values.AsSpan(i * c * latents * cells, c * latents * cells), config);
            if (sound < 0) speaking.AsSpan(i * latents, latents).Fill(true);
            else
            {
                Widen(set.Reference(clips[i]), references.AsSpan(i * references.Length / b, references.Length / b));
                FillSpeaking(set.Clips, sound, starts[i], speaking.AsSpan(i * latents, latents));
                for (int frame = 0; frame < frames; frame++) Widen(set.Clips.Mouth(sound, starts[i] + frame), mouths.AsSpan(((i * frames) + frame) * MouthShape.Count));
                CopyAudio(set, sound, starts[i], latents, config.AudioMargin, audio.AsSpan(i * audio.Length / b, audio.Length / b));
            }
            CopyGestures(set.Clips, clips[i], starts[i], frames, gestures.AsSpan(i * gestures.Length / b, gestures.Length / b));
            faces[i] = Puppet.FromSeed(set.Clips.Character(clips[i])).Geometry;
            for (int f = 0; f < latents; f++)
                FillCells(faces[i], side, HasBlink(set.Clips, clips[i], starts[i] + (f * PerLatent)) ? BlinkWeight : EyeWeight, weights.AsSpan(((i * latents) + f) * cells, cells));
        }
        var drive = new Drive(
            Tensor.From(device, [b, frames + (2 * config.AudioMargin), LatentSet.HearingValues], audio),
            Tensor.From(device, [b, frames + (2 * PerLatent), Gesture.Count], gestures), speaking);
        return new MotionBatch(
            Tensor.From(device, [b, c, latents, side, side], values), Tensor.From(device, [b, config.Autoencoder.Width16, 1, side, side], references),
            drive, Tensor.From(device, [b, frames, MouthShape.Count], mouths), Tensor.From(device, [b, 1, latents, side, side], weights), faces);
    }

    // Codes of 4 frames side by side are a latent's channels, as AvatarModel.ToLatents lays them.
    static void CopyLatents(LatentSet set, int clip, int start, int latents, ReadOnlySpan<float> scale, Span<float> target, AvatarConfig config)
    {
        int cells = config.LatentSide * config.LatentSide, codeChannels = config.Autoencoder.CodeChannels;
        for (int f = 0; f < latents; f++)
            for (int j = 0; j < PerLatent; j++)
            {
                var code = set.Code(clip, start + (f * PerLatent) + j);
                for (int k = 0; k < codeChannels; k++)
                {
                    int channel = (j * codeChannels) + k;
                    var row = target.Slice(((channel * latents) + f) * cells, cells);
                    for (int i = 0; i < cells; i++) row[i] = (float)code[(k * cells) + i] / scale[channel];
                }
            }
    }

    static void Widen(ReadOnlySpan<Half> source, Span<float> target)
    {
        for (int i = 0; i < source.Length; i++) target[i] = (float)source[i];
    }

    static void FillSpeaking(ClipSet clips, int clip, int start, Span<bool> speaking)
    {
        for (int f = 0; f < speaking.Length; f++) speaking[f] = SpeechActivity.IsLatentSpeakingFrom(clips.Speaking(clip), start + (f * PerLatent));
    }

    // Silent latents are given no sound at all, those in the margins included.
    static void CopyAudio(LatentSet set, int clip, int start, int latents, int margin, Span<float> target)
    {
        Span<bool> speaking = stackalloc bool[latents + (2 * margin / PerLatent)];
        FillSpeaking(set.Clips, clip, start - margin, speaking);
        for (int i = 0; i < speaking.Length * PerLatent; i++)
        {
            int frame = start - margin + i;
            if (speaking[i / PerLatent] && frame >= 0 && frame < ClipSet.Frames)
                set.Hearing(clip, frame).CopyTo(target[(i * LatentSet.HearingValues)..]);
        }
    }

    static void CopyGestures(ClipSet clips, int clip, int start, int frames, Span<float> target)
    {
        for (int i = 0; i < frames + (2 * PerLatent); i++)
            Widen(clips.Gestures(clip, Math.Clamp(start - PerLatent + i, 0, ClipSet.Frames - 1)), target.Slice(i * Gesture.Count, Gesture.Count));
    }

    static bool HasBlink(ClipSet clips, int clip, int start)
    {
        for (int frame = start; frame < start + PerLatent; frame++)
            if (clips.Pose(clip, frame).Gesture.Blink > BlinkBegins) return true;
        return false;
    }

    static void FillCells(FaceGeometry face, int side, float eyeWeight, Span<float> weights)
    {
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
            {
                float px = (x + 0.5f) / side, py = (y + 0.5f) / side, cell = 0.5f / side;
                bool mouth = Within(px - face.MouthX, py - face.MouthY, face.MouthHalfWidth + cell, face.MouthHalfHeight + cell);
                bool eye = Within(px - face.LeftEyeX, py - face.EyeY, face.EyeRadiusX + cell, face.EyeRadiusY + cell) || Within(px - face.RightEyeX, py - face.EyeY, face.EyeRadiusX + cell, face.EyeRadiusY + cell);
                weights[(y * side) + x] = mouth ? MouthWeight : eye ? eyeWeight : 1;
            }
    }

    static bool Within(float x, float y, float radiusX, float radiusY) => (x * x / (radiusX * radiusX)) + (y * y / (radiusY * radiusY)) <= 1;
}
