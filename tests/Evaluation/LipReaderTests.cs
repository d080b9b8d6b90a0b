using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Objectives;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class LipReaderTests
{
    const int Size = 96;

    [Fact]
    public void It_is_small() => LeakCheck.On("reference", device =>
    {
        using var reader = new LipReader(Weights.New(device, 1));
        Assert.InRange(reader.Parameters, 100_000, 300_000);
    });

    [Fact]
    public void A_reading_depends_on_its_frame_alone() => LeakCheck.On("cpu:0", device =>
    {
        using var reader = new LipReader(Weights.New(device, 1));
        var puppet = Puppet.FromSeed(1_000_003);
        var renderer = new PuppetRenderer();
        Picture At(float open, float blink) => renderer.Draw(puppet, new PuppetPose(MouthShape.Rest with { Open = open }, default(Gesture) with { Blink = blink }), Size);
        Picture[] frames = [.. Enumerable.Range(0, 35).Select(i => At(i / 34f, i % 2))]; // more than one batch
        var reference = At(0, 0);
        var all = reader.Read(reference, puppet.Geometry, frames);
        Assert.Equal(35, all.Length);
        foreach (int i in new[] { 0, 20, 34 }) AssertClose(reader.Read(reference, puppet.Geometry, [frames[i]])[0], all[i]);
        Assert.NotEqual(all[33], all[34]);
    });

    [Fact]
    public void An_eye_that_stays_open_makes_no_blink_of_the_other() => LeakCheck.On("cpu:0", device =>
    {
        using var reader = LipReader.Load(Checkout.File("models/mini/lip-reader.safetensors"), device);
        var puppet = Puppet.FromSeed(1_000_004);
        var renderer = new PuppetRenderer();
        Picture At(float blink) => renderer.Draw(puppet, PuppetPose.Neutral with { Gesture = default(Gesture) with { Blink = blink } }, 256);
        Picture open = At(0), shut = At(1), half = At(1);
        var eye = FaceWindows.Of(puppet.Geometry, 256).LeftEye;
        for (int y = eye.Y; y < eye.Y + eye.Height; y++)
            open.Pixels.AsSpan(3 * ((y * 256) + eye.X), 3 * eye.Width).CopyTo(half.Pixels.AsSpan(3 * ((y * 256) + eye.X)));
        var read = reader.Read(open, puppet.Geometry, [open, shut, half]);
        Assert.InRange(read[0].Blink, 0, 0.2f);
        Assert.InRange(read[1].Blink, 0.8f, 1);
        Assert.InRange(read[2].Blink, 0, 0.2f);
    });

    static void AssertClose(FaceReading a, FaceReading b)
    {
        Assert.Equal(a.Mouth.Open, b.Mouth.Open, 1e-4f);
        Assert.Equal(a.Mouth.Tongue, b.Mouth.Tongue, 1e-4f);
        Assert.Equal(a.Blink, b.Blink, 1e-4f);
    }

    [Fact]
    public void A_frame_of_another_size_is_refused() => LeakCheck.On("cpu:0", device =>
    {
        using var reader = new LipReader(Weights.New(device, 1));
        var refusal = Assert.Throws<ArgumentException>(() => reader.Read(new Picture(64, 64), Puppet.FromSeed(1).Geometry, [new Picture(64, 32)]));
        Assert.Equal("A frame is 64x32 beside a reference of 64x64, expected two squares of one size.", refusal.Message);
    });

    [Fact]
    public void Windows_lie_within_the_picture_and_hold_the_mouth()
    {
        for (long seed = 0; seed < 300; seed++)
        {
            var face = Puppet.FromSeed(seed).Geometry;
            var windows = FaceWindows.Of(face, 256);
            foreach (var window in new[] { windows.Mouth, windows.LeftEye, windows.RightEye })
                Assert.True(window is { X: >= 0, Y: >= 0, Width: > 8, Height: > 4 } && window.X + window.Width <= 256 && window.Y + window.Height <= 256, $"{seed}: {window}");
            Assert.True(windows.Mouth.X < (face.MouthX - face.MouthHalfWidth) * 256 && windows.Mouth.Y < (face.MouthY - face.MouthHalfHeight) * 256);
        }
    }

    [Fact]
    public void A_training_batch_is_a_function_of_its_number_and_spoils_frames_alone()
    {
        var pictures = new LipReaderPictures(1);
        LipReaderBatch Make(bool spoiled) => pictures.Make(new RandomStream(2), [5], 4, spoiled);
        var (first, again, clean) = (Make(true), Make(true), Make(false));
        Assert.Equal(first.Views.Mouths, again.Views.Mouths);
        Assert.Equal(first.Views.Eyes, again.Views.Eyes);
        Assert.Equal(first.Targets, again.Targets);
        Assert.NotEqual(first.Views.Mouths, clean.Views.Mouths);
        Assert.Equal(first.Views.Mouth(3, reference: true), clean.Views.Mouth(3, reference: true));
        Assert.All(first.Targets, target => Assert.InRange(target, 0, 1));
        Assert.All(first.Views.Mouths, pixel => Assert.InRange(pixel, -1, 1));
    }

    [Fact]
    public void Windows_drawn_alone_are_those_cut_from_the_picture()
    {
        var batch = new LipReaderPictures(1).Make(new RandomStream(2), [5], 1, spoiled: false);
        var puppet = Puppet.FromSeed(5);
        var views = new FaceViews(1);
        views.Set(0, reference: true, new PuppetRenderer().Draw(puppet, PuppetPose.Neutral, LipReaderPictures.Size), FaceWindows.Of(puppet.Geometry, LipReaderPictures.Size));
        Assert.Equal(views.Mouth(0, reference: true), batch.Views.Mouth(0, reference: true));
        Assert.Equal(views.Eye(0, 1, reference: true), batch.Views.Eye(0, 1, reference: true));
    }
}
