namespace TalkingMachines.WebRtc;

/// <summary>Kinds of STUN message that ICE uses (RFC 8489, section 5).</summary>
internal enum StunType : ushort
{
    BindingRequest = 0x0001,
    BindingIndication = 0x0011,
    BindingSuccess = 0x0101,
    BindingError = 0x0111,
}

/// <summary>Attributes that ICE uses (RFC 8489, section 18.3; RFC 8445, section 16.1).</summary>
internal enum StunAttribute : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}
