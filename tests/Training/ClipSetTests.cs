using System.Runtime.InteropServices;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>A file is taken for the clips, and latents, that would be made; never for others of the same number.</summary>
public sealed class ClipSetTests : IDisposable
{
    const int Clips = 3, Seed = 5;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    ClipSet Open(EventList events, string file = "clips.bin", ulong seed = Seed) => ClipSet.Open(folder.File(file), seed, Clips, null, events, default);

    static PuppetPose[] Poses(ClipSet set) => [.. Enumerable.Range(0, Clips * ClipSet.Frames).Select(i => set.Pose(i / ClipSet.Frames, i % ClipSet.Frames))];

    [Fact]
    public void A_set_is_spoken_once_and_then_read()
    {
        var spoken = Open(new EventList());
        var events = new EventList();
        var read = Open(events);
        Assert.Empty(events);
        Assert.Equal(Poses(spoken), Poses(read));
        for (int clip = 0; clip < Clips; clip++) Assert.True(spoken.Mel(clip).SequenceEqual(read.Mel(clip)));
    }

    [Fact]
    public void Clips_of_other_voices_in_the_file_are_spoken_anew()
    {
        var spoken = Open(new EventList());
        Open(new EventList(), "others.bin", Seed + 1);
        byte[] own = File.ReadAllBytes(folder.File("clips.bin")), others = File.ReadAllBytes(folder.File("others.bin"));
        const int header = 20; // its seed and number are those asked for, its clips are not
        File.WriteAllBytes(folder.File("clips.bin"), [.. own[..header], .. others[header..]]);
        var events = new EventList();
        Assert.Equal(Poses(spoken), Poses(Open(events)));
        Assert.Contains(events, e => e is Preparing);
        Assert.Equal(own, File.ReadAllBytes(folder.File("clips.bin")));
    }

    [Fact]
    public void Clips_that_sound_otherwise_in_the_file_are_spoken_anew()
    {
        var spoken = Open(new EventList());
        byte[] file = File.ReadAllBytes(folder.File("clips.bin")), before = [.. file];
        int at = file.AsSpan().IndexOf(MemoryMarshal.AsBytes(spoken.Mel(0)));
        MemoryMarshal.Cast<byte, Half>(file.AsSpan(at, 2000)).Fill((Half)1);
        ExpectSpokenAnew(file, before);
    }

    [Fact]
    public void Clips_in_the_file_that_were_told_otherwise_of_speech_are_spoken_anew()
    {
        var spoken = Open(new EventList());
        var sound = TrainingPerformance.Draw((long)Seed << 32, ClipSet.Frames, heldOut: false).Sound;
        Assert.Equal(SpeechActivity.Of(sound.Samples), spoken.Speaking(0));
        byte[] before = File.ReadAllBytes(folder.File("clips.bin"));
        byte[] file = [.. before[..^(Clips * ClipSet.Frames)], .. before[^(Clips * ClipSet.Frames)..].Select(speaking => (byte)(1 - speaking))];
        ExpectSpokenAnew(file, before);
    }

    void ExpectSpokenAnew(byte[] file, byte[] anew)
    {
        File.WriteAllBytes(folder.File("clips.bin"), file);
        var events = new EventList();
        Open(events);
        Assert.Contains(events, e => e is Preparing);
        Assert.Equal(anew, File.ReadAllBytes(folder.File("clips.bin")));
    }

    [Fact]
    public void Latents_of_other_clips_are_encoded_anew()
    {
        string model = TinyAvatar.Write(folder.File("model"));
        LeakCheck.On("cpu", device =>
        {
            using var avatar = Avatar.Load(model, device, device);
            var clips = Open(new EventList());
            var others = Open(new EventList(), "others.bin", Seed + 1);
            Assert.True(Encode(clips));
            Assert.False(Encode(clips));
            byte[] latents = File.ReadAllBytes(folder.File("latents.bin"));
            const int mark = 64; // of weights and clips
            var code = MemoryMarshal.Cast<byte, Half>(latents.AsSpan(mark));
            for (int i = 0; i < 200; i++) code[i] += (Half)0.2f; // what a change of the renderer may do to one clip's mouth
            File.WriteAllBytes(folder.File("latents.bin"), latents);
            Assert.True(Encode(clips));
            Assert.True(Encode(others));
            Change("decoder.");
            Assert.False(Encode(others));
            Change("encoder.");
            Assert.True(Encode(others));
            Change("reference.");
            Assert.True(Encode(others));

            void Change(string part)
            {
                string path = Path.Combine(model, Avatar.AutoencoderFile);
                using var scope = Tensor.Scope();
                var weights = new Dictionary<string, Tensor>();
                using (var file = SafeTensors.Open(path))
                {
                    foreach (var (name, stored) in file.Tensors)
                    {
                        var weight = Tensor.Empty(device, stored.Shape);
                        file.Read(name, weight.Floats);
                        weights[name] = name.StartsWith(part, StringComparison.Ordinal) ? weight + 0.5f : weight;
                    }
                }
                SafeTensors.Write(path, weights, DType.F32);
            }

            bool Encode(ClipSet set)
            {
                var events = new EventList();
                OpenLatents(set, avatar, model, device, events);
                return events.Any(e => e is Preparing);
            }
        });
    }

    [Fact]
    public void Eyes_weigh_more_in_the_latents_in_which_they_blink()
    {
        string model = TinyAvatar.Write(folder.File("model"));
        LeakCheck.On("cpu", device =>
        {
            using var avatar = Avatar.Load(model, device, device);
            var clips = Open(new EventList());
            var latents = OpenLatents(clips, avatar, model, device, new EventList());
            const int Latents = 20, Start = 8;
            float[] scale = [.. Enumerable.Repeat(1f, avatar.Config.Autoencoder.LatentChannels)];
            using var scope = Tensor.Scope();
            float[] weights = MotionBatch.Make(device, latents, avatar.Config, scale, Latents, [0], [Start]).CellWeights.ToArray();
            bool[] blinks = [.. Enumerable.Range(0, Latents).Select(latent => Enumerable.Range(Start + (4 * latent), 4).Any(frame => clips.Pose(0, frame).Gesture.Blink > 0.1f))];
            Assert.Contains(true, blinks);
            Assert.Contains(false, blinks);
            var eyes = weights.Chunk(weights.Length / Latents).Select(cells => cells.Where(weight => weight is not (1 or MotionBatch.MouthWeight)).Distinct().Single());
            Assert.Equal(blinks.Select(blink => blink ? 12f : 4), eyes);
        });
    }

    LatentSet OpenLatents(ClipSet set, Avatar avatar, string model, Device device, EventList events) =>
        LatentSet.Open(folder.File("latents.bin"), set, avatar.Config.Picture, avatar.Autoencoder, Path.Combine(model, Avatar.AutoencoderFile), avatar.Hearing, device, events, default);
}
