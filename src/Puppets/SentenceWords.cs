namespace TalkingMachines.Puppets;

/// <summary>
/// The words of training sentences. English has slots filled word by word; each other language joins four
/// phrases, one of each list. Chosen for many lip closures, rounded and spread vowels, not for sense.
/// </summary>
static class SentenceWords
{
    /// <summary>English patterns; a name in braces is a list of <see cref="English"/>.</summary>
    public static readonly string[] EnglishPatterns = Phrases("""
        The {quality} {thing} {acts} the {quality} {thing} {place}.
        {person} {did} {number} {things} {time}.
        {person} {did} my {quality} {thing} {place}, but {person} {did} it {time}.
        Do you {do} the {quality} {thing} {place}?
        Why would {person} {do} a {thing} {time}?
        I think that {person} {did} the {quality} {thing}.
        Please {do} my {thing}, {person}.
        No, {person}, we {do} {things} {time}!
        {opening}, I {do} {number} {quality} {things} and you {do} the {thing}.
        {things}, {things} and {quality} {things}.
        {opening}. We {did} {things} {place}, and then the {thing} {acts} the {things}.
        You and I {do} {things} because {person} {did} them {time}.
        If {person} {acts} the {thing}, I {do} it too.
        My {quality} {thing} and your {thing} were {place} {time}.
        {opening}, {person}!
        How many {things} did {person} {do}?
        It is {number} past {number}, and {person} {acts} a {thing} {place}.
        What a {quality}, {quality} {thing}!
        Either {person} or {person} {did} the {things}.
        Whenever I {do} {quality} {things}, {person} {acts} the {thing} {place}.
        """);

    /// <summary>English words by slot.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> English = new Dictionary<string, string[]>
    {
        ["quality"] = Words("""
            big brave purple warm happy funny empty bumpy fuzzy blue smooth green sleepy cheap cheerful broken bright heavy
            famous soft fresh wooden wide woolly quiet yellow loud round rough thick thin thirsty other young huge proper
            gentle jolly silver slippery clever noisy bitter marble pompous available valuable favourite lovely muddy foamy
            awful easy useful tiny cold golden spicy royal boiling measured casual unusual vague
            """),
        ["thing"] = Words("""
            book boat pipe puppy map lamp mop apple baby spoon balloon bubble pepper butter paper purse bird bell bowl bush
            window piano violin camera puppet teapot umbrella bottle basket cabbage fish leaf wolf roof moon stove glove
            wave river valley movie oven video voice face phone flower coffee elephant mushroom church judge bridge garage
            garden kitchen engine finger song ring thumb tooth mouth path feather weather mother brother father leather
            cheese sheep jeep street tree knee machine queen window cushion pudding wood wool cook shoe school fruit juice
            house mouse cow towel cloud boy toy coin oil point chair bear square year beard idea fire tower hour sofa banana
            photo zebra treasure vision beige jar yacht onion universe lawyer heart market star car farm door floor storm
            """),
        ["things"] = Words("""
            pebbles bubbles boots maps plums pumps lamps beams bombs tubes robes ropes puppies berries buttons papers
            pumpkins bamboo-shoots fives waves leaves gloves sleeves movies videos roofs cliffs muffins waffles coffees
            wolves shoes moons spoons schools fruits juices keys peas trees cheeses pieces machines fishes dishes bridges
            judges oranges watches churches pictures feathers mothers brothers months moths paths teeth thoughts things
            songs rings fingers engines kings queens woods cookies cushions houses cows towns crowds toys coins boys voices
            chairs bears stairs years cheers fires towers flowers hours stars cars farms doors stores words birds worlds
            nurses pearls zebras treasures roses vases mazes
            """),
        ["do"] = Words("""
            love move build bake buy pump map beep fix find feel fill follow leave give save wave show choose chew use lose
            move keep read see need meet teach reach watch wash push pull put look cook hear wear share carry bury borrow
            remember forget follow imagine whistle measure enjoy avoid point hold throw thank bother breathe smooth bring
            sing think drink paint peel pick pack play praise blow blame bring brush wrap open empty stop drop trap
            """),
        ["did"] = Words("""
            loved moved built baked bought pumped mapped beeped fixed found felt filled followed left gave saved waved
            showed chose chewed used lost kept read saw needed met taught reached watched washed pushed pulled put looked-at
            cooked heard wore shared carried buried borrowed remembered forgot imagined measured enjoyed avoided
            held threw thanked bothered brought sang drank painted peeled picked packed played praised blew brushed wrapped
            opened emptied stopped dropped
            """),
        ["acts"] = Words("""
            loves moves builds bakes buys pumps maps fixes finds feels fills follows leaves gives saves shows chooses
            chews uses keeps reads sees needs meets teaches reaches watches washes pushes pulls puts-back cooks hears wears
            shares carries borrows remembers forgets imagines measures enjoys avoids holds throws thanks bothers brings
            paints peels picks packs plays praises blames brushes wraps opens empties stops drops
            """),
        ["person"] = Words("""
            Bob Pam Mabel Emma Peter Barbara Ben Abby Philip Fay Vivian Eve Oliver Steve Sophie Ruth Lou Sue Luke Hugo
            Woody Wendy William Owen Joyce Roy George Jim Charles Rachel Shaun Sean Thea Matthew Heather Keith Anna Otto
            Leo Mia Noah Ava Maya Zoe Yuri Laura Paul Ralph Max Felix Iris Oscar Bruno Mum Papa nobody somebody everybody
            """),
        ["number"] = Words("""
            one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
            twenty thirty-five forty-two fifty-seven sixty-one eighty-four ninety-nine
            """),
        ["place"] = Phrases("""
            in the park
            by the river
            above the roof
            before the shop
            below the bridge
            at home
            on the moon
            near the beach
            behind a bush
            beside the pool
            up the hill
            over the fence
            from Boston
            in Vienna
            through the woods
            at the farm
            between the rooms
            with both thumbs
            under the stairs
            around the house
            without a map
            for my mother
            off the wall
            on top of the wardrobe
            out of the oven
            across the valley
            in the museum
            upon the boat
            """),
        ["time"] = Phrases("""
            today
            tomorrow
            yesterday
            on Monday
            before supper
            every week
            this afternoon
            at noon
            all the time
            in February
            once a month
            five times a day
            very soon
            after breakfast
            in a moment
            by the way
            some time ago
            without a pause
            for a while
            in September
            whenever we move
            at half past seven
            in the summer
            now and then
            """),
        ["opening"] = Phrases("""
            Oh
            Wow
            Hmm
            Well
            Maybe
            Of course
            Good morning
            By the way
            To be fair
            Believe me
            Oh boy
            Yes
            No way
            Above all
            You know
            Hello
            Good evening
            Ooh, look
            Mm, yes
            I mean
            Bye bye
            Whoops
            Few people know this
            For example
            You see
            """),
    };

    public static string[] Words(string list) => list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Select(word => word.Replace('-', ' ')).Distinct().ToArray();

    public static string[] Phrases(string list) => list.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
