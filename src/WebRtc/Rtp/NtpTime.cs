namespace TalkingMachines.WebRtc;

/// <summary>Seconds since 1900 in 32.32 fixed point (RFC 3550, section 4).</summary>
/// <param name="Value">Whole seconds in the upper half, which wraps in 2036.</param>
internal readonly record struct NtpTime(ulong Value)
{
    /// <summary>Units of a compact time or delay: 1/65536 s.</summary>
    const long CompactUnits = 65536;
    static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The middle 32 bits, as in the fields LSR and DLSR of a report block.</summary>
    public uint Compact => (uint)(Value >> 16);

    public static NtpTime Of(DateTimeOffset time) => new(Fixed(time - Epoch));

    /// <summary>A difference of compact times as a duration.</summary>
    public static TimeSpan FromCompact(uint delay) => TimeSpan.FromTicks(delay * TimeSpan.TicksPerSecond / CompactUnits);

    /// <summary>A duration in 1/65536 s; 0 for a negative one, the greatest value for more than 18 hours.</summary>
    public static uint ToCompact(TimeSpan delay) => (uint)Math.Clamp(delay.TotalSeconds * CompactUnits, 0, uint.MaxValue);

    public static NtpTime operator +(NtpTime time, TimeSpan delay) => new(unchecked(time.Value + Fixed(delay)));

    static ulong Fixed(TimeSpan span) => unchecked((ulong)(long)(((Int128)span.Ticks << 32) / TimeSpan.TicksPerSecond));
}
