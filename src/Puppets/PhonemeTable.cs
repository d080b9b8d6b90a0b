using System.Globalization;

namespace TalkingMachines.Puppets;

/// <summary>What a sound asks of the mouth, and how firmly: 0 leaves a part to the neighbours, 1 insists.</summary>
/// <param name="Shape">Aim of lips, teeth and tongue.</param>
/// <param name="OpenGrip">Firmness of the opening.</param>
/// <param name="LipGrip">Firmness of width and rounding.</param>
/// <param name="Closes">Lips touch (p, b, m): the closure must be seen.</param>
/// <param name="Vowel">Its opening follows the loudness.</param>
public readonly record struct PhonemeTarget(MouthShape Shape, float OpenGrip, float LipGrip, bool Closes = false, bool Vowel = false);

/// <summary>
/// Mouth targets of the International Phonetic Alphabet's letters. Vowels follow their place in the IPA chart
/// (height gives the opening, rounding the lips, frontness the width); consonants the articulators that a viewer
/// sees. Firmness follows the dominance functions of Cohen and Massaro (1993): labials insist, sounds made at the back inherit.
/// </summary>
public static class PhonemeTable
{
    /// <summary>A pause: mouth at rest.</summary>
    public static PhonemeTarget Pause { get; } = new(MouthShape.Rest, 1, 1);

    /// <summary>For letters the table does not know.</summary>
    static readonly PhonemeTarget UnknownVowel = new(new(.4f, .5f, .1f, .2f, 0), .8f, .6f, Vowel: true);
    static readonly PhonemeTarget UnknownConsonant = new(new(.22f, .5f, 0, .2f, .1f), .35f, .15f);

    // letters, open, width, round, teeth, tongue
    const string Vowels = """
        iɩI .20 .88 0 .35 0
        ɪᵻ .28 .72 0 .3 0
        e .38 .78 0 .35 0
        ɛεE .52 .70 0 .35 0
        æ .68 .72 0 .35 0
        aä .82 .58 0 .25 0
        ɐ .62 .54 0 .2 0
        ɑA .86 .48 0 .15 0
        ɒQ .70 .36 .35 .05 0
        ɔO .56 .30 .55 .05 0
        o .42 .22 .75 0 0
        ʊɷU .28 .28 .60 0 0
        u .20 .14 .92 0 0
        ʉ .20 .22 .78 .05 0
        ʌV .58 .50 0 .2 0
        əᵊ@ .36 .50 .05 .2 0
        ɜ3 .42 .42 .15 .2 0
        ɘ .36 .56 0 .2 0
        ɚɝ .36 .40 .35 .15 .1
        øY .38 .28 .68 .05 0
        œ .52 .32 .50 .1 0
        ɶ& .68 .40 .35 .1 0
        ɵ .36 .34 .50 .1 0
        ɞ .46 .40 .40 .1 0
        y .20 .20 .90 0 0
        ʏ .27 .27 .72 0 0
        ɨ .24 .68 0 .25 0
        ɯ .24 .62 0 .25 0
        ɤ .42 .52 0 .2 0
        """;

    // letters, open, width, round, teeth, tongue, grip of the opening, grip of the lips
    const string Consonants = """
        pbmɓʙ 0 .48 0 0 0 1 .15
        fvɱ .08 .52 0 1 0 1 .4
        ʋ .14 .50 .1 .6 0 .9 .3
        ɸβ .06 .42 .25 .1 0 .9 .4
        wʍ .14 .12 .95 0 0 .9 1
        ɥ .16 .20 .85 0 0 .9 .9
        θðTD .20 .55 0 .6 .9 .8 .2
        sz .12 .66 0 .75 0 .75 .4
        ʃʒSZ .20 .28 .60 .65 0 .75 .8
        ʂʐɧ .20 .34 .45 .6 0 .7 .6
        ɕʑ .17 .56 .15 .65 0 .7 .4
        çC .20 .72 0 .35 0 .5 .4
        tdɗʈɖʇ .20 .55 0 .4 .35 .55 .12
        nɳN .22 .54 0 .3 .4 .5 .1
        lɫɬɭɮʟɺ .30 .54 0 .25 .65 .5 .12
        ʎɲɟcjʲʝ .22 .74 0 .3 .25 .5 .45
        rɾɽ .27 .52 .05 .25 .45 .45 .12
        ɹɻR .25 .36 .40 .2 .25 .55 .5
        kgɡɠŋ .28 .52 0 .2 0 .3 .04
        xɣX .30 .50 0 .2 0 .3 .04
        qχʁɢʀɴ .34 .48 .05 .15 0 .35 .1
        hɦħʕHʜʢ .36 .52 0 .2 0 .15 .02
        ʔ? .26 .52 0 .2 0 .12 .02
        """;

    static readonly Dictionary<char, PhonemeTarget> Letters = Parse();

    /// <summary>
    /// Targets of a symbol in order: two for a diphthong or an affricate, none for a pause.
    /// Length, stress, tone and other marks are passed over; unknown letters count as the class they look like.
    /// </summary>
    public static IReadOnlyList<PhonemeTarget> Targets(string symbol)
    {
        var targets = new List<PhonemeTarget>(2);
        foreach (char letter in symbol)
        {
            if (Letters.TryGetValue(letter, out var target))
                targets.Add(target);
            else if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.OtherLetter)
                targets.Add(Decomposed(letter));
        }
        return targets;
    }

    /// <summary>True for letters with a row of their own.</summary>
    public static bool Knows(char letter) => Letters.ContainsKey(letter);

    // ã, õ and the like carry their mark in one character
    static PhonemeTarget Decomposed(char letter)
    {
        char plain = letter switch
        {
            >= 'à' and <= 'å' or 'ā' or 'ă' => 'a',
            >= 'è' and <= 'ë' or 'ē' or 'ẽ' => 'e',
            >= 'ì' and <= 'ï' or 'ĩ' or 'ī' => 'i',
            >= 'ò' and <= 'ö' or 'ō' => 'o',
            >= 'ù' and <= 'ü' or 'ũ' or 'ū' => 'u',
            'ñ' => 'n',
            'ỹ' => 'y',
            _ => letter,
        };
        return Letters.TryGetValue(plain, out var target) ? target : "aeiouyAEIOUY".Contains(plain) ? UnknownVowel : UnknownConsonant;
    }

    static Dictionary<char, PhonemeTarget> Parse()
    {
        var letters = new Dictionary<char, PhonemeTarget>();
        foreach (var (names, shape, _) in Rows(Vowels))
            foreach (char name in names) letters[name] = new(shape, 1, .9f, Vowel: true);
        foreach (var (names, shape, grips) in Rows(Consonants))
            foreach (char name in names) letters[name] = new(shape, grips[0], grips[1], Closes: shape.Open == 0);
        return letters;
    }

    static IEnumerable<(string Names, MouthShape Shape, float[] Grips)> Rows(string table)
    {
        foreach (var row in table.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var cells = row.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var numbers = cells[1..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray();
            yield return (cells[0], new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]), numbers[5..]);
        }
    }
}
