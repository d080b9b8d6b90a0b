namespace TalkingMachines.Media.Speech;

/// <summary>The phones of a voice and the International Phonetic Alphabet's symbols for them.</summary>
sealed class PhoneSet
{
    const string Pauses = "pau _  h# _  brth _  # _  ## _";

    readonly Dictionary<string, string> ipa;

    /// <param name="table">Phones, each followed by its IPA.</param>
    /// <param name="marks">Endings that a phone may have, with what they mean in IPA.</param>
    PhoneSet(string letters, bool apostrophes, string table, params (string Ending, string Ipa)[] marks)
    {
        (Letters, Apostrophes) = (letters, apostrophes);
        var phones = Words(table).Chunk(2).ToArray();
        ipa = Words(Pauses).Chunk(2).Concat(phones).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var (ending, mark) in marks)
            foreach (var pair in phones) ipa[pair[0] + ending] = pair[1] + mark;
    }

    /// <summary>English: flite's, and Festival's "radio".</summary>
    public static PhoneSet Cmu { get; } = new("", true, """
        aa ɑ  ae æ  ah ʌ  ao ɔ  aw aʊ  ax ə  axr ɚ  ay aɪ  eh ɛ  er ɝ  ey eɪ  ih ɪ  iy i  ow oʊ  oy ɔɪ  uh ʊ  uw u
        b b  ch tʃ  d d  dh ð  dx ɾ  el əl  em m  en n  f f  g ɡ  hh h  hv h  jh dʒ  k k  l l  m m  n n  nx n  ng ŋ
        p p  r ɹ  s s  sh ʃ  t t  th θ  v v  w w  y j  z z  zh ʒ
        """);

    /// <summary>Festival's "italian"; 1 marks stress, nf is the n of "inferno".</summary>
    public static PhoneSet Italian { get; } = new("àáèéìíòóùú", true, """
        i i  e e  E ɛ  a a  o o  O ɔ  u u  j j  w w
        p p  t t  k k  b b  d d  g ɡ  f f  s s  S ʃ  v v  z z  Z ʒ  ts ts  tS tʃ  dz dz  dZ dʒ
        m m  n n  J ɲ  ng ŋ  nf ɱ  l l  L ʎ  r r
        """, ("1", ""));

    /// <summary>Festival's "finnish"; a colon marks length.</summary>
    public static PhoneSet Finnish { get; } = new("äöå", false, """
        a ɑ  e e  i i  o o  u u  y y  @ æ  7 ø  & ə
        p p  t t  k k  b b  d d  g ɡ  f f  T θ  D ð  s s  z z  S ʃ  Z ʒ  h h  v ʋ  m m  n n  N ŋ  l l  L l  r r  j j  w w
        """, (":", "ː"));

    /// <summary>Small letters that its voices read besides a to z, all of ISO 8859-1.</summary>
    public string Letters { get; }

    /// <summary>Whether its voices read an apostrophe within a word; the Finnish rules never end there.</summary>
    public bool Apostrophes { get; }

    /// <summary>By Festival's name of the set; null for one that is not known here.</summary>
    public static PhoneSet? OfFestival(string name) => name switch
    {
        "radio" => Cmu,
        "italian" => Italian,
        "finnish" => Finnish,
        _ => null,
    };

    /// <summary>The IPA of a phone; null for one that is not of the set.</summary>
    public string? Ipa(string phone) => ipa.GetValueOrDefault(phone);

    static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
