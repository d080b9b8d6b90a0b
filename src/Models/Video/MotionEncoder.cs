using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// Aligns gestures and sound with latents. Audio projection of the paper: each latent sees only the sound of the window of
/// five latents centred on it, and one token that says speaking or silent. A mini model also takes a vector of
/// the nearest three latents' sound, because cross attention alone learns too slowly (MINI-MODEL, "Three audio paths").
/// </summary>
public sealed class MotionEncoder
{
    const int PerLatent = AutoencoderConfig.FramesPerLatent;
    const int Near = 3; // latents whose sound and gestures enter the vectors

    // Head shifts, roll, blink, brow, gaze, breath to about unit size.
    static readonly float[] gestureUnits = [20, 20, 15, 1, 1, 2, 2, 1];

    readonly AvatarConfig config;
    readonly Tensor units;
    readonly Linear gesture1;
    readonly Linear gesture2;
    readonly AudioLayers? audio;

    public MotionEncoder(Weights weights, AvatarConfig config, bool withAudio)
    {
        this.config = config;
        units = weights.Constant([config.Gestures], gestureUnits);
        gesture1 = new Linear(weights.Under("gesture_embedding.0"), Near * PerLatent * config.Gestures, config.Width);
        gesture2 = new Linear(weights.Under("gesture_embedding.2"), config.Width, config.Width);
        if (withAudio) audio = new AudioLayers(weights, config);
    }

    public MotionCondition Forward(Drive drive)
    {
        using var scope = Tensor.Scope();
        int b = drive.Gestures.Shape[0], f = drive.Speaking.Length / b;
        if (drive.Gestures.Shape[1] != PerLatent * (f + Near - 1)) throw new ArgumentException($"Gestures are {drive.Gestures.Shape}, expected {PerLatent * (f + Near - 1)} frames for {f} latents.");
        var near = Windows(drive.Gestures * units, f, Near, 0).Reshape(b * f, Near * PerLatent * config.Gestures);
        var gesture = scope.Keep(gesture2.Forward(gesture1.Forward(near).Silu()));
        if (audio is null) return new MotionCondition(gesture, null, null);
        var (tokens, vector) = audio.Forward(drive, b, f);
        return new MotionCondition(gesture, scope.Keep(tokens), scope.Keep(vector));
    }

    /// <summary>Rows of latent i: frames of latents start + i .. start + i + width. x [B,T,C] -> [B * f, 4 width, C].</summary>
    static Tensor Windows(Tensor x, int f, int width, int start)
    {
        int b = x.Shape[0], frames = x.Shape[1];
        int[] rows = new int[b * f * width * PerLatent];
        int at = 0;
        for (int n = 0; n < b; n++)
            for (int i = 0; i < f; i++)
                for (int j = 0; j < width * PerLatent; j++) rows[at++] = (n * frames) + ((start + i) * PerLatent) + j;
        return x.Reshape(b * frames, x.Shape[2]).Gather(rows).Reshape(b * f, width * PerLatent, x.Shape[2]);
    }

    sealed class AudioLayers(Weights weights, AvatarConfig config)
    {
        readonly Linear projection = new(weights.Under("audio_projection"), config.AudioFeatures, config.Width);
        readonly Tensor slots = weights.Get("audio_slots", [config.AudioTokens + 1, config.Width], new Initial(0, 0.3f));
        readonly Tensor modes = weights.Get("audio_modes", [2, config.Width], new Initial(0, 0.5f));
        readonly Linear vector1 = new(weights.Under("audio_drive.0"), Near * PerLatent * config.AudioFeatures, config.Width);
        readonly Linear vector2 = new(weights.Under("audio_drive.2"), config.Width, config.Width);

        public (Tensor Tokens, Tensor Vector) Forward(Drive drive, int b, int f)
        {
            using var scope = Tensor.Scope();
            int frames = PerLatent * (f + config.AudioWindow - 1);
            if (drive.Audio.Shape[1] != frames || drive.Audio.Shape[2] != config.AudioFeatures) throw new ArgumentException($"Audio features are {drive.Audio.Shape}, expected [{b},{frames},{config.AudioFeatures}].");
            int[] modeRows = [.. drive.Speaking.Select(speaking => speaking ? 1 : 0)];
            var mode = modes.Gather(modeRows);                                                                // [n,D]
            var sound = Windows(projection.Forward(drive.Audio), f, config.AudioWindow, 0);                   // [n,20,D]
            var tokens = Tensor.Concat(1, sound, mode.Reshape(b * f, 1, config.Width)) + slots;               // [n,21,D]
            var near = Windows(drive.Audio, f, Near, (config.AudioWindow - Near) / 2).Reshape(b * f, Near * PerLatent * config.AudioFeatures);
            var vector = vector2.Forward((vector1.Forward(near) + mode).Silu());                              // [n,D]
            return (scope.Keep(tokens), scope.Keep(vector));
        }
    }
}
