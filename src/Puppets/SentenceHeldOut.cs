namespace TalkingMachines.Puppets;

/// <summary>Sentences written by hand for measurement. No training pattern can produce any of them.</summary>
static class SentenceHeldOut
{
    public static readonly IReadOnlyDictionary<string, string[]> ByLanguage = new Dictionary<string, string[]>
    {
        ["en"] = SentenceWords.Phrases("""
            Could you tell me which platform the express to Birmingham leaves from?
            She promised she'd phone as soon as the plumber had gone.
            The museum has been closed since the pipes burst last winter.
            I've never understood why people put pineapple on pizza.
            My grandmother used to bake bread every Wednesday morning.
            There's a faint smell of smoke coming from the basement.
            We ought to leave before the traffic gets any worse.
            He whispered something to the woman beside him and they both laughed.
            The committee will publish its findings early next month.
            Would you mind opening the window just a little bit?
            A thick fog crept over the harbour during the night.
            Our flight was delayed for nearly five hours in Frankfurt.
            The children built an enormous castle out of wet sand.
            Nobody expected the old bridge to survive the flood.
            I bumped into your cousin outside the bakery this morning.
            Put the kettle on, would you, and find some clean mugs.
            The professor spoke for an hour without looking at her notes.
            Most of the village shows up for the harvest festival.
            It took them three attempts to climb the north face.
            Remember to switch off the lamp before you go to bed.
            The soup needs a pinch of salt and perhaps some thyme.
            They're moving to Vermont because of the better schools.
            You can pay by card, by phone, or with exact change.
            The puppy chewed through the cable of my brand new speaker.
            Every summer we rent a cottage with a view of the lake.
            I'd rather walk than wait another twenty minutes for a bus.
            The witness was unable to identify the driver of the van.
            Few of us realised how much the river had risen.
            Their band plays mostly blues, with the odd bit of folk.
            Just between us, I thought the film was far too long.
            The judge asked both parties to come back on Friday.
            Frozen berries work perfectly well in this recipe.
            As far as I'm aware, the office opens at half eight.
            My neighbour keeps bees on the flat roof of his garage.
            Whoever wrote this poem must have been very lonely.
            The package was shipped from Portugal on the fourth of July.
            Don't worry about the mess, we'll sweep it up afterwards.
            Three quarters of the voters approved of the new law.
            He makes the best mushroom omelette I have ever eaten.
            The theatre was so full that people stood along the walls.
            I'm afraid your appointment has been moved to Thursday.
            Above the clouds the sky was a deep, impossible blue.
            The shop assistant wrapped the vase in several layers of paper.
            What time does the swimming pool close on Sundays?
            She has a remarkable memory for names and faces.
            The vegetables in this market come from nearby farms.
            Turn left at the pub and carry on up the hill.
            The whole family gathered around the piano to sing.
            You'll find the batteries in the bottom drawer.
            He had to borrow a pump because his tyre was flat.
            An owl hooted somewhere in the dark above our tent.
            The report mentions several problems with the water supply.
            I suppose we could always ask somebody for directions.
            Her first novel was translated into thirty languages.
            The ferry to the island runs twice a day in spring.
            Nothing beats a cup of tea after a long, wet hike.
            The engineer measured the vibration of each propeller.
            Perhaps we should begin with a brief summary of the plan.
            Both of my uncles worked at the same paper mill.
            Thank you very much for coming, and have a safe journey home.
            """),
        ["de"] = SentenceWords.Phrases("""
            Können Sie mir bitte sagen, wo die nächste Apotheke ist?
            Der Zug nach Bremen fällt heute leider aus.
            Wir haben uns seit dem Abitur nicht mehr gesehen.
            Am Wochenende soll es endlich wieder wärmer werden.
            Ich hätte gern ein halbes Pfund Butter und sechs Brötchen.
            Das Buch, das du mir empfohlen hast, war wirklich spannend.
            Vielleicht müssen wir den Vertrag noch einmal überprüfen.
            Bitte vergessen Sie nicht, hinter sich abzuschließen.
            """),
        ["fr"] = SentenceWords.Phrases("""
            Pourriez-vous m'indiquer la pharmacie la plus proche ?
            Le train pour Bordeaux partira avec vingt minutes de retard.
            Nous ne nous sommes pas revus depuis le baccalauréat.
            Il paraît qu'il va faire beau tout le week-end.
            Je voudrais une baguette et un demi-litre de lait.
            Ce roman m'a beaucoup plu, surtout la fin.
            Faut-il vraiment remplir ce formulaire en double ?
            Appelez-moi dès que vous serez arrivés à Brest.
            """),
        ["es"] = SentenceWords.Phrases("""
            ¿Podría decirme dónde está la farmacia más cercana?
            El tren a Bilbao saldrá con veinte minutos de retraso.
            No nos vemos desde que acabamos el bachillerato.
            Dicen que este fin de semana va a llover muchísimo.
            Quisiera medio kilo de tomates y una barra de pan.
            La película me pareció demasiado larga, pero muy bonita.
            """),
        ["it"] = SentenceWords.Phrases("""
            Potrebbe dirmi dove si trova la farmacia più vicina?
            Il treno per Bologna partirà con venti minuti di ritardo.
            Non ci vediamo dai tempi del liceo.
            Pare che questo fine settimana pioverà parecchio.
            Vorrei mezzo chilo di pomodori e due panini.
            Quel romanzo mi è piaciuto moltissimo, soprattutto la fine.
            """),
        ["nl"] = SentenceWords.Phrases("""
            Kunt u mij vertellen waar de dichtstbijzijnde apotheek is?
            De trein naar Breda heeft ongeveer twintig minuten vertraging.
            We hebben elkaar sinds de middelbare school niet meer gezien.
            Dit weekend wordt het eindelijk weer wat warmer.
            Ik wil graag een half pond boter en zes broodjes.
            """),
        ["da"] = SentenceWords.Phrases("""
            Kan du fortælle mig, hvor det nærmeste apotek ligger?
            Toget til Aarhus er desværre blevet forsinket.
            Vi har ikke set hinanden siden gymnasiet.
            Jeg vil gerne bede om seks rundstykker og et pund smør.
            Måske skulle vi prøve at ringe til hende i morgen.
            """),
        ["pt"] = SentenceWords.Phrases("""
            Pode dizer-me onde fica a farmácia mais próxima?
            O comboio para Braga vai partir com vinte minutos de atraso.
            Não nos vemos desde os tempos do liceu.
            Parece que vai chover durante todo o fim de semana.
            Queria meio quilo de tomates e dois pães, por favor.
            """),
        ["ca"] = SentenceWords.Phrases("""
            Em podria dir on és la farmàcia més propera?
            El tren de Figueres sortirà amb vint minuts de retard.
            No ens hem vist des que vam acabar el batxillerat.
            Diuen que aquest cap de setmana plourà força.
            Voldria mig quilo de tomàquets i una barra de pa.
            """),
        ["hu"] = SentenceWords.Phrases("""
            Meg tudná mondani, hol van a legközelebbi gyógyszertár?
            A pécsi vonat sajnos húsz percet késik.
            Az érettségi óta nem is láttuk egymást.
            Kérek szépen fél kiló paradicsomot és hat zsemlét.
            Azt mondják, hogy a hétvégén végre felmelegszik az idő.
            """),
    };
}
