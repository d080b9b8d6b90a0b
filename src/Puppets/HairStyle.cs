namespace TalkingMachines.Puppets;

/// <summary>Hair by the names that people give it: what lies on the head and what hangs behind it.</summary>
public enum HairStyle
{
    Bald, Buzz, Short, Spiky, Quiff, Curls, Mohawk, Bob, Long, Wavy, LongCurls, Afro, Ponytail, Bun, Pigtails, Braids
}

/// <summary>Lays a hair style out as traits.</summary>
static class HairStyles
{
    public static HairTraits With(this HairTraits hair, HairStyle style)
    {
        var (fringe, back) = Parts(style, hair.Fringe);
        return hair with { Fringe = fringe, Back = back };
    }

    // A fringe that goes with long hair stays the character's own.
    static (FringeKind Fringe, BackKind Back) Parts(HairStyle style, FringeKind own) => style switch
    {
        HairStyle.Bald => (FringeKind.None, BackKind.None),
        HairStyle.Buzz => (FringeKind.Buzz, BackKind.None),
        HairStyle.Short => (FringeKind.SideSweep, BackKind.None),
        HairStyle.Spiky => (FringeKind.Spikes, BackKind.None),
        HairStyle.Quiff => (FringeKind.Quiff, BackKind.None),
        HairStyle.Curls => (FringeKind.Curls, BackKind.None),
        HairStyle.Mohawk => (FringeKind.Mohawk, BackKind.None),
        HairStyle.Bob => (Soft(own), BackKind.Bob),
        HairStyle.Long => (Soft(own), BackKind.Long),
        HairStyle.Wavy => (Soft(own), BackKind.Wavy),
        HairStyle.LongCurls => (FringeKind.Curls, BackKind.CurlyLong),
        HairStyle.Afro => (FringeKind.Curls, BackKind.Afro),
        HairStyle.Ponytail => (Soft(own), BackKind.Ponytail),
        HairStyle.Bun => (Soft(own), BackKind.Bun),
        HairStyle.Pigtails => (Soft(own), BackKind.Pigtails),
        HairStyle.Braids => (Soft(own), BackKind.Braids),
        _ => throw new ArgumentOutOfRangeException(nameof(style)),
    };

    static FringeKind Soft(FringeKind own) => own is FringeKind.Slick or FringeKind.Straight or FringeKind.SideSweep
        or FringeKind.Curtain or FringeKind.Wisps or FringeKind.Rounded ? own : FringeKind.Curtain;
}
