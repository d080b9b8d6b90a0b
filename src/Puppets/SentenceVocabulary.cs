namespace TalkingMachines.Puppets;

/// <summary>Single words of the training languages besides English, read out as lists.</summary>
static class SentenceVocabulary
{
    /// <summary>By language code.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> ByLanguage = new Dictionary<string, string[]>
    {
        ["de"] = SentenceWords.Words("""
            Bombe Mappe Pumpe Wimper Bube Maulwurf Pfeffer Apfelmus Pfote Wappen Wüste Vase Vogel Fabrik Frühling Fuß Füße Möbel Mühle
            Mücke Blüte Brücke Bürste Butterbrot Puls Papier Pappe Puppe Bäume Boden Honig Ohr Ofenrohr Ostern Uhr Ufer Urlaub Übung
            Öl König Löwe Röhre Körper Höhle Schuh Schule Schnee Schiff Spiegel Straße Sturm Stein Zahn Zebra Zeitung Zucker Zimmer
            Katze Kaffee Kuchen Kirsche Kind Gabel Garten Geige Gurke Junge Jahr Jacke Jubel Licht Nacht Tochter Dach Milch Teich
            Eichhörnchen Mädchen Feuer Leute Freude Eule Eis Seife Leiter Auge Maus Traum Raum Singen Finger Zunge Junge Bank
            siebzehn fünfundfünfzig neunundneunzig zweihundert wunderbar vielleicht gemeinsam überall niemals möglich pünktlich
            """),
        ["fr"] = SentenceWords.Words("""
            bombe pomme pompier jambon bambou poupée papillon papier plume pluie puits pouvoir poivre poisson pont bonbon bois boue
            balle bateau beurre bijou bouche brume mouche mouton moulin montagne musique maman mouchoir mémoire miel mur femme fumée
            feuille fleuve fleur fourmi fruit feu famille vin vent ville vache voile voiture voyage œuvre ouest oiseau huit huile
            nuit lune rue rouge rose roue roi soleil sommeil souris sucre savon singe chanson chien chat champignon chapeau cheveux
            jaune jupe jeudi journée genou girafe gâteau garçon guitare citron ciel cœur couleur cuillère quinze trente cinquante
            lapin lampe lundi maintenant toujours aujourd'hui beaucoup peut-être bientôt ensemble heureux heureuse doux douce vieux
            agneau ligne vigne œil famille travail yeux brouillard crayon
            """),
        ["es"] = SentenceWords.Words("""
            bomba pompa pepino papel palabra pueblo puerta puente pimienta piedra pluma playa plomo barba barrio bosque botella bueno
            bufanda burro brazo mapa mimbre montaña mosca mundo muñeca mueble miércoles familia fábrica fiebre flor fuego fuente fruta
            vaso vela viento vuelo uva uña último huevo hueso huerta humo hombre hambre hielo hierba luna lluvia llave calle caballo
            silla sueño sombra sonrisa zapato zumo cielo cinco cereza chico chocolate leche noche coche jamón jueves reloj gente girasol
            guitarra guerra gato gusto agua queso quince ratón río rueda rojo perro tierra torre tambor tiempo también siempre tampoco
            invierno primavera septiembre noviembre hermoso amable posible imposible maravilloso diecisiete cuarenta ochocientos
            """),
        ["it"] = SentenceWords.Words("""
            bomba pompa pompelmo bambola bambino pioppo pappa padella palla pane pesce piede pioggia ponte porta pozzo pulce bacio barba
            bottiglia bosco bue burro mamma mappa mano mela miele moglie mondo mosca muro museo uomo uovo uva oliva occhio oggi orologio
            fagiolo farfalla fiume foglia formica fumo fuoco fungo vaso vento via viola volpe voce acqua quaderno quindici cinque luna
            lupo lume sole suono scuola scarpa sciarpa sci pesca zio zucchero zuppa pizza piazza pozzanghera gelato giorno giugno gioia
            ghiaccio gnomo sogno montagna bagno figlio famiglia chiesa chiave cielo cena cuore cucina rosso ruota treno tamburo tempo
            sempre insieme forse subito bellissimo meraviglioso settembre novembre diciassette quaranta duecento
            """),
        ["pt-br"] = SentenceWords.Words("""
            bomba pomba pompom bambu bombom pipa pipoca papel pão pomar ponte porta praia prima pulo barba barco beijo boi bolo botão
            brasa mapa mamão manhã mão mãe maçã moeda montanha mosca mundo muro família fábrica feijão flor fogo folha formiga fumo vaso
            vela vento viola vovó uva unha último ouvido ovo olho ombro lua luva luz leite leão limão lobo sol sono som sombra sapato
            suco céu cinco coração chuva chave chocolate cachorro rua rio roupa rato carro terra jardim janeiro jogo gente gelo girafa
            gato guerra água quatro queijo quinze irmã amanhã caminho ninho galinha filho milho trabalho tempo também sempre nunca talvez
            setembro novembro maravilhoso possível impossível dezessete quarenta oitocentos
            """),
        ["nl"] = SentenceWords.Words("""
            bom pomp pap poppenkast pauw peper pepermunt boom boot boter boek brug bloem buik buurt maan mama muur muis meubel molen
            morgen mouw moeilijk fabriek familie fiets fluit fruit feest voet vuur vogel vrouw vrolijk vijftig water wolf wiel woord
            winkel wereld uur uil ui oever oor oog oom open euro neus deur keuken reus sleutel zus zoon zout zomer zee zeep schaap
            schip school schoen schilder sneeuw straat stoel ster suiker jas jaar jongen juf geel goud groen gras gezellig gracht licht
            nacht lach dochter koek kaas kat kerk koning ring zingen vinger lang hout huis hond hemel ijs tijd trein brief lief nieuw
            zeventien vijfenvijftig negentig tweehonderd misschien altijd samen overal mogelijk
            """),
        ["sv"] = SentenceWords.Words("""
            bomb pump pappa papper puma pumpa bok bord bro brev bubbla bulle by båt böna mamma mat mun mur mus myra måne måndag möbel
            mörk fot folk fisk fluga flod flöjt fågel fönster fyra familj fabrik vatten vinter vind väg vår väv våffla ugn ull uggla ur
            ute öga öra ö öppen åker ål åtta ost orm ord sol sommar socker sång ska skog skola sked sko stjärna stol sten sjö sju
            sjuk själ köp kyrka kök kjol tjugo tjock katt kaka kung ring finger lång gul guld gata gård gåva hus hund hav hår höst is
            jul jord juni ljus ljud natt nyckel nöt rum röd rök regn resa träd trumma tumme tid tåg femtio sjutton nittio tvåhundra
            kanske alltid aldrig tillsammans överallt möjlig
            """),
        ["pl"] = SentenceWords.Words("""
            bomba pompa papier pies piosenka ptak pszenica pudełko pole powietrze bajka balon bęben biuro błoto brama brzeg bułka burza
            but mama mapa maj malina miasto miód mleko morze most mucha mur muzyka mysz mąka fabryka farba fasola flaga foka futro woda
            wiatr wieś wilk wino wiosna wóz wujek ucho ulica uśmiech okno oko ogień ojciec owoc ołówek auto łapa łyżka łóżko łza słońce
            sól sowa serce siano siedem siostra syn szafa szkoła szyba śnieg ślimak świeca ćma ciasto cień dzień dziecko dźwięk zima
            ząb zegar zupa źródło żaba życie żuraw rzeka rzecz czapka czas cztery czekolada cebula cukier kot koń kubek kwiat książka
            głowa góra gruszka gęś hałas herbata jabłko jeż język lampa las list lód noc nos nóż sto pięćdziesiąt dziewięćdziesiąt razem
            """),
        ["tr"] = SentenceWords.Words("""
            bomba pompa baba bebek balon bal balık bulut burun buz bahar biber böcek bütün büyük papatya pamuk peynir pil pul para
            portakal masa mavi meyve mum mutlu müzik mümkün mısır mektup meydan fare fasulye fil fener fırtına fıstık futbol vapur vazo
            vişne yuva uçak uyku uzun umut omuz okul ova oyun orman ütü üzüm üç ülke ördek ödev öğle ömür süt süpürge su soğuk sıcak
            sabah saat şapka şarkı şehir şişe şimşek çorba çiçek çocuk çilek çay ceviz cam cumartesi kuş kitap köpek köprü kırmızı kar
            kış kapı gül güneş göz göl gece gemi dağ dere deniz diş dolap düğme duman ev el elma ekmek erik ırmak ısı ışık inek ip
            irmik hava havuç hayır rüzgar renk tavuk taş top tuz yağmur yıldız yumurta yüz zaman zeytin yedi sekiz elli doksan belki hep
            """),
        ["fi"] = SentenceWords.Words("""
            pommi pumppu pappa paperi puu puro pöllö pöytä pyörä pilvi poika porkkana pullo puhelin piippu pipo pää päivä banaani bussi
            mummo mansikka maa meri metsä mies muna muuri musiikki muki myrsky mylly mökki mäki mätäs filmi farmi valo vauva vene vesi
            viini villa voi vuori vuosi vyö väri yö yksi ystävä ylpeä työ syksy syli sydän sää sänky sammakko sauna savu silmä sieni suu
            suo suola susi sukka äiti ääni äyriäinen öljy hölmö köyhä löyly näkö tähti tyyny tyttö talo talvi tuli tuuli tuoli tammi
            takki keväs kesä kissa koira koulu kukka kuu kuusi kynä kyyhky kala kello kuningas sormi sormus rengas lanka lamppu lapsi
            laiva laulu leipä lintu lumi luu lyhty hauki hevonen hiiri hymy hyvä häät jää jalka joki juna juusto jänis nenä neljä nuoli
            oja olut omena orava ruusu rumpu rauha ehkä aina yhdessä seitsemäntoista viisikymmentä yhdeksänkymmentä
            """),
    };
}
