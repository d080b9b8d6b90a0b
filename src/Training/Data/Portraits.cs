using TalkingMachines.Models.Image;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>Which characters serve what. Seeds from 1,000,000 up are for the final measurement alone.</summary>
public static class CharacterSeeds
{
    public const int Training = 900_000;

    /// <summary>Watched while training, never trained on.</summary>
    public const int FirstValidation = 900_000;

    /// <summary>Never trained on, nor watched by a training.</summary>
    public const int FirstHeldOut = 1_000_000;
}

/// <summary>
/// Pictures for the autoencoder: B references [B,3,S,S] and K frames of each [B*K,3,S,S] in [-1, 1], with pixel weights [B,1,S,S] of mean 1.
/// </summary>
/// <param name="Codes">What a student made of the frames [B*K,C,h,w]; null where the frames' own codes are meant.</param>
public sealed record PortraitBatch(int Characters, int FramesEach, int Size, float[] References, float[] Frames, float[] Weights, float[]? Codes);

/// <summary>Draws batches of random characters in random poses; a batch is a function of seed and number alone.</summary>
/// <param name="picture">Side of a whole picture.</param>
/// <param name="cell">Side of what a code's cell shows.</param>
/// <param name="student">A quarter of the batches are of its clips; null: none.</param>
public sealed class Portraits(ulong seed, int picture = 256, int cell = 16, StudentClips? student = null)
{
    const float MouthWeight = 6, EyeWeight = 8;
    const float UnknownMouth = -1;      // takes away the 1 of all pixels: a student's mouths are not the true ones
    const float StudentShare = 0.25f;

    readonly PuppetRenderer renderer = new();

    /// <summary>Batch <paramref name="step"/>: crops of half the picture's side, three in four around the face; every sixth batch whole pictures.</summary>
    public PortraitBatch Make(int step)
    {
        var random = new RandomStream(seed).Fork((ulong)step);
        return step % 6 == 5 ? Make(random, characters: 2, framesEach: 3, picture) : Make(random, characters: 8, framesEach: 3, picture / 2);
    }

    PortraitBatch Make(RandomStream random, int characters, int framesEach, int size)
    {
        var clips = student is not null && random.Uniform() < StudentShare ? student : null;
        int values = 3 * size * size, codeValues = clips is null ? 0 : clips.Channels * (size / cell) * (size / cell), frames = characters * framesEach;
        var batch = new PortraitBatch(
            characters, framesEach, size, new float[characters * values], new float[frames * values], new float[characters * size * size],
            clips is null ? null : new float[frames * codeValues]);
        byte[] pixels = new byte[values];
        for (int c = 0; c < characters; c++)
        {
            int clip = random.Integer(clips?.Count ?? CharacterSeeds.Training);
            var puppet = clips?.Puppet(clip) ?? Puppet.FromSeed(clip);
            var region = Window(random, puppet.Geometry, size);
            Draw(puppet, PuppetPose.Neutral, region, pixels, batch.References.AsSpan(c * values, values));
            for (int k = 0; k < framesEach; k++)
            {
                int at = (c * framesEach) + k, frame = clips?.DrawFrame(random, clip) ?? 0;
                Draw(puppet, clips?.Pose(clip, frame) ?? RandomPose(random), region, pixels, batch.Frames.AsSpan(at * values, values));
                if (clips is not null) Crop(clips.Code(clip, frame), region, batch.Codes.AsSpan(at * codeValues, codeValues));
            }
            FillWeights(puppet.Geometry, region, picture, clips is null ? MouthWeight : UnknownMouth, batch.Weights.AsSpan(c * size * size, size * size));
        }
        return batch;
    }

    // The cells of a picture's code [C,h,w] that a window shows.
    void Crop(ReadOnlySpan<Half> code, in PixelRegion region, Span<float> target)
    {
        int side = picture / cell, width = region.Width / cell, height = region.Height / cell;
        for (int i = 0; i < target.Length; i++)
        {
            int channel = i / (width * height), y = (region.Y / cell) + (i / width % height), x = (region.X / cell) + (i % width);
            target[i] = (float)code[(((channel * side) + y) * side) + x];
        }
    }

    PixelRegion Window(RandomStream random, FaceGeometry face, int size)
    {
        if (size == picture) return PixelRegion.Whole(size);
        float x = random.Uniform() * (picture - size), y = random.Uniform() * (picture - size);
        if (random.Uniform() < 0.75f)
        {
            float spread = 0.1f * picture;
            x = (face.FaceX * picture) - (size / 2f) + (spread * random.Normal());
            y = (((face.MouthY + face.EyeY) / 2) * picture) - (size / 2f) + (spread * random.Normal());
        }
        // Whole cells: a crop's codes are those cells of the picture's.
        int Cell(float at) => Math.Clamp((int)MathF.Round(at / cell) * cell, 0, picture - size);
        return new PixelRegion(Cell(x), Cell(y), size, size);
    }

    void Draw(Puppet puppet, in PuppetPose pose, PixelRegion region, byte[] pixels, Span<float> target)
    {
        renderer.Draw(puppet, pose, picture, region, pixels);
        PixelPlanes.FromBytes(pixels, target);
    }

    /// <summary>Any mouth, any gesture, the extremes included: what speech never combines may still be asked for.</summary>
    public static PuppetPose RandomPose(RandomStream random)
    {
        float open = random.Uniform() < 0.25f ? 0 : MathF.Pow(random.Uniform(), 1.3f);
        float round = random.Uniform() < 0.6f ? 0 : random.Uniform();
        float width = round > 0 ? 0.5f * random.Uniform() : 0.3f + (0.7f * random.Uniform());
        var mouth = new MouthShape(open, width, round, random.Uniform() < 0.4f ? 0 : random.Uniform(), random.Uniform() < 0.6f ? 0 : random.Uniform());
        float blink = random.Uniform() < 0.65f ? 0 : random.Uniform() < 0.5f ? 1 : random.Uniform();
        float reach = random.Uniform() < 0.15f ? 2 : 1; // mostly as lively as performances are, now and then beyond
        var gesture = new Gesture(
            0.018f * reach * random.Normal(), 0.015f * reach * random.Normal(), 0.026f * reach * random.Normal(), blink,
            0.25f * reach * random.Normal(), 0.2f * reach * random.Normal(), 0.12f * reach * random.Normal(), random.Uniform());
        return new PuppetPose(mouth, gesture).Bounded();
    }

    // 1, more around the eyes and, by its weight, more or less around the mouth, scaled to mean 1 over the window.
    static void FillWeights(FaceGeometry face, PixelRegion region, int picture, float mouthWeight, Span<float> weights)
    {
        double sum = 0;
        for (int y = 0; y < region.Height; y++)
            for (int x = 0; x < region.Width; x++)
            {
                float px = (region.X + x + 0.5f) / picture, py = (region.Y + y + 0.5f) / picture;
                float eyes = Math.Max(Near(px - face.LeftEyeX, py - face.EyeY, face.EyeRadiusX, face.EyeRadiusY), Near(px - face.RightEyeX, py - face.EyeY, face.EyeRadiusX, face.EyeRadiusY));
                float weight = 1 + (mouthWeight * Near(px - face.MouthX, py - face.MouthY, face.MouthHalfWidth, face.MouthHalfHeight)) + (EyeWeight * eyes);
                weights[(y * region.Width) + x] = weight;
                sum += weight;
            }
        float scale = (float)(weights.Length / sum);
        foreach (ref float weight in weights) weight *= scale;
    }

    // 1 within the ellipse, falling to 0 at 1.5 radii.
    static float Near(float x, float y, float radiusX, float radiusY)
    {
        float distance = MathF.Sqrt((x * x / (radiusX * radiusX)) + (y * y / (radiusY * radiusY)));
        return Math.Clamp(3 - (2 * distance), 0, 1);
    }
}
