namespace TalkingMachines.Puppets;

/// <summary>Phrases of the training languages besides English: who, does, what, when or where.</summary>
static class SentencePhrases
{
    /// <summary>By language code: four lists, to be joined in order.</summary>
    public static readonly IReadOnlyDictionary<string, string[][]> ByLanguage = new Dictionary<string, string[][]>
    {
        ["de"] = Lists("""
            meine Mutter, der Bäcker, ein alter Mann, unser Vater, die junge Frau, Peter, Sophie, das kleine Baby, ihr Freund Uwe, mein Bruder, der Papagei, eine Biene, niemand, jeder Bürgermeister, die Oma, der böse Wolf, ein fröhlicher Pilot, Frau Müller, die Puppe, mein bester Kumpel, der Schäfer, ein Mädchen
            öffnet, probiert, malt, bemerkt, verliert, findet, wäscht, übt, putzt, kauft, hebt, pflückt, schiebt, zeigt, möchte, vergisst, bewundert, wiederholt, füttert, pumpt, verpackt, hört
            das blaue Boot, fünf Äpfel, einen schönen Hut, die süße Suppe, zwölf Bücher, viel Gemüse, den großen Baum, eine Pumpe, das Haus am Fluss, frische Pfirsiche, den Schlüssel, die weiße Wolke, ein neues Lied, das gelbe Auto, ihre Brille, einen Pudel, die Möwe, seinen Löffel, die Kirche, warme Pfannkuchen, den Ofen, ein Gewitter, zwei Vögel, das Theater, die Bühne, einen Apfelbaum, die Treppe, weiche Wolle, den Mond, eine Zwiebel
            am Montag, im Garten, ohne Pause, hinter der Mauer, jeden Abend, um fünf vor zwölf, mit viel Mühe, unter dem Baum, heute früh, auf dem Balkon, bei Familie Huber, im Februar, vor dem Bahnhof, über Wien, sehr gemütlich, nach dem Frühstück, während der Prüfung, wie immer
            """),
        ["fr"] = Lists("""
            ma mère, le boulanger, un vieux monsieur, mon père, la jeune femme, Pierre, Sophie, le petit bébé, votre ami Hugo, mon frère, le perroquet, une abeille, personne ne, chaque pompier, la vieille poupée, le loup, un pilote heureux, madame Dubois, notre voisin, ma meilleure copine, le berger, une fillette
            ouvre, prépare, peint, remarque, perd, trouve, lave, oublie, brosse, achète, soulève, promène, pousse, montre, voudrait, abîme, admire, répète, emporte, pompe, emballe, entend
            le bateau bleu, cinq pommes, un beau chapeau, la soupe au potiron, douze livres, beaucoup de beurre, le grand arbre, une pompe, la maison rouge, des pêches mûres, le parapluie, un nuage blanc, une nouvelle chanson, la voiture jaune, ses lunettes, un pamplemousse, la mouette, sa fourchette, une église, des crêpes chaudes, le four, un orage, deux oiseaux, le théâtre, la lune, un pommier, la fenêtre, du pain bien frais, un peu de vin blanc, les œufs
            le lundi, dans le jardin, sans bouger, derrière le mur, tous les soirs, à huit heures et demie, avec plaisir, sous le pont, ce matin, au balcon, chez Philippe, en février, devant la gare, au bout de la rue, plus ou moins, après le repas, pendant une heure, comme toujours
            """),
        ["es"] = Lists("""
            mi madre, el panadero, un hombre viejo, nuestro padre, la mujer joven, Pablo, Sofía, el bebé pequeño, tu amigo Hugo, mi hermano, el papagayo, una abeja, nadie, cada bombero, la abuela, el lobo, un piloto feliz, la señora Pérez, el vecino, mi mejor compañera, el pastor, una niña
            abre, prueba, pinta, mira, pierde, busca, lava, olvida, barre, compra, levanta, mueve, empuja, enseña, quiere, rompe, admira, repite, lleva, bebe, envuelve, oye
            el barco blanco, cinco peras, un sombrero bonito, la sopa de pollo, doce libros, mucha mantequilla, el árbol grande, una bomba de agua, la casa roja, pan y vino, el paraguas, una nube, la nueva música, un coche amarillo, sus gafas, un pomelo, la gaviota, su tenedor, una iglesia, tortillas calientes, el horno, un relámpago, dos pájaros, el teatro, la luna, un manzano, la ventana, queso fresco, una guitarra, los huevos
            el lunes, en el jardín, sin pausa, detrás del muro, por la tarde, a las nueve y media, con placer, bajo el puente, hoy mismo, en el balcón, para Felipe, en febrero, frente al museo, al fin del viaje, más o menos, después de comer, durante un mes, como siempre
            """),
        ["it"] = Lists("""
            mia mamma, il panettiere, un vecchio signore, nostro padre, la giovane donna, Paolo, Sofia, il piccolo bimbo, il tuo amico Ugo, mio fratello, il pappagallo, un'ape, nessuno, ogni pompiere, la nonna, il lupo, un pilota felice, la signora Bianchi, il vicino, la mia compagna, il pastore, una bambina
            apre, prova, dipinge, guarda, perde, trova, lava, dimentica, pulisce, compra, solleva, muove, spinge, mostra, vuole, rompe, ammira, ripete, porta, beve, impacchetta, sente
            la barca blu, cinque pere, un bel cappello, la zuppa di pollo, dodici libri, molto burro, il grande albero, una pompa, la casa rossa, pane e vino, l'ombrello, una nuvola bianca, la nuova canzone, l'automobile gialla, i suoi occhiali, un pompelmo, il gabbiano, la sua forchetta, una chiesa, frittelle calde, il forno, un temporale, due uccelli, il teatro, la luna, un melo, la finestra, formaggio fresco, un gelato, le uova
            di lunedì, in giardino, senza pausa, dietro il muro, ogni sera, alle nove e mezza, con piacere, sotto il ponte, questa mattina, sul balcone, per Filippo, a febbraio, davanti al museo, in fondo alla via, più o meno, dopo pranzo, per un mese, come sempre
            """),
        ["pt-br"] = Lists("""
            minha mãe, o padeiro, um homem velho, nosso pai, a mulher jovem, Paulo, Sofia, o bebê pequeno, seu amigo Hugo, meu irmão, o papagaio, uma abelha, ninguém, cada bombeiro, a avó, o lobo, um piloto feliz, a dona Bruna, o vizinho, minha companheira, o pastor, uma menina
            abre, prova, pinta, observa, perde, procura, lava, esquece, varre, compra, levanta, move, empurra, mostra, quer, quebra, admira, repete, leva, bebe, embrulha, ouve
            o barco azul, cinco peras, um bom chapéu, a sopa de pimentão, doze livros, muita manteiga, a árvore grande, uma bomba, a casa vermelha, pão e vinho, o guarda-chuva, uma nuvem, a nova música, um carro amarelo, os óculos, um pêssego, a gaivota, seu garfo, uma igreja, panquecas quentes, o forno, um trovão, dois pássaros, o teatro, a lua, um limoeiro, a janela, queijo fresco, um violão, os ovos
            na segunda, no jardim, sem pausa, atrás do muro, toda noite, às nove e meia, com prazer, sob a ponte, hoje cedo, na varanda, para Filipe, em fevereiro, em frente ao museu, no fim da rua, mais ou menos, depois do almoço, por um mês, como sempre
            """),
        ["nl"] = Lists("""
            mijn moeder, de bakker, een oude man, onze vader, de jonge vrouw, Pieter, Sofie, de kleine baby, jouw vriend Bram, mijn broer, de papegaai, een bij, niemand, elke brandweerman, oma, de boze wolf, een blije piloot, mevrouw Bos, de buurman, mijn beste maatje, de herder, een meisje
            opent, proeft, verft, bekijkt, verliest, vindt, wast, vergeet, poetst, koopt, pakt, plukt, duwt, toont, wil, breekt, bewondert, herhaalt, voert, pompt, verpakt, hoort
            de blauwe boot, vijf appels, een mooie hoed, de zoete soep, twaalf boeken, veel boter, de grote boom, een pomp, het huis aan de gracht, verse pruimen, de sleutel, een witte wolk, een nieuw lied, de gele fiets, haar bril, een poedel, de meeuw, zijn lepel, een kerk, warme pannenkoeken, de oven, een bui, twee vogels, het museum, de maan, een perenboom, de trap, zachte wol, een ui, uw euro
            op maandag, in de tuin, zonder pauze, achter de muur, elke avond, om vijf over half zes, met plezier, onder de brug, vandaag, op het balkon, bij Wouter, in februari, voor het raam, op het plein, min of meer, na het ontbijt, een uur lang, zoals altijd
            """),
        ["sv"] = Lists("""
            min mamma, bagaren, en gammal man, vår pappa, den unga kvinnan, Peter, Sofie, den lilla bebisen, din vän Uno, min bror, papegojan, ett bi, ingen, varje brandman, mormor, vargen, en glad pilot, fru Berg, grannen, min bästa kompis, herden, en flicka
            öppnar, provar, målar, ser på, tappar, finner, tvättar, glömmer, borstar, köper, lyfter, plockar, flyttar, visar, vill ha, bryter, beundrar, upprepar, matar, pumpar, packar, hör
            den blå båten, fem äpplen, en fin hatt, den söta soppan, tolv böcker, mycket smör, det stora trädet, en pump, huset vid sjön, färska plommon, nyckeln, ett vitt moln, en ny visa, den gula bilen, sina glasögon, en pudel, måsen, sin gaffel, en kyrka, varma pannkakor, ugnen, ett åskväder, två fåglar, museet, månen, ett päronträd, fönstret, mjuk ull, en lök, sju skjortor
            på måndag, i trädgården, utan paus, bakom muren, varje kväll, klockan halv fem, med nöje, under bron, i dag, på balkongen, hos Ove, i februari, före mötet, vid torget, mer eller mindre, efter frukost, i en timme, som vanligt
            """),
        ["pl"] = Lists("""
            moja mama, piekarz, stary pan, nasz ojciec, młoda kobieta, Piotr, Zofia, małe dziecko, twój przyjaciel Bruno, mój brat, papuga, pszczoła, nikt, każdy strażak, babcia, zły wilk, wesoły pilot, pani Nowak, sąsiad, moja koleżanka, pasterz, dziewczynka
            otwiera, próbuje, maluje, ogląda, gubi, znajduje, myje, wybiera, czyści, kupuje, podnosi, zbiera, popycha, pokazuje, bierze, łamie, podziwia, powtarza, karmi, pompuje, pakuje, słyszy
            niebieską łódź, pięć jabłek, piękny kapelusz, słodką zupę, dwanaście książek, dużo masła, wielkie drzewo, pompę, dom nad wodą, świeże śliwki, klucz, białą chmurę, nową piosenkę, żółty samochód, swoje okulary, małego pudla, mewę, widelec, kościół, ciepłe placki, piec, burzę, dwa ptaki, muzeum, księżyc, gruszę, okno, miękką wełnę, cebulę, obraz
            w poniedziałek, w ogrodzie, bez przerwy, za murem, co wieczór, o wpół do piątej, z przyjemnością, pod mostem, dzisiaj, na balkonie, u Pawła, w lutym, przed muzeum, na końcu ulicy, mniej więcej, po śniadaniu, przez godzinę, jak zawsze
            """),
        ["tr"] = Lists("""
            annem, fırıncı, yaşlı bir adam, babamız, genç kadın, Burak, Zeynep, küçük bebek, arkadaşın Ömer, ağabeyim, papağan, bir arı, hiç kimse, bütün komşular, büyükanne, kurt, mutlu bir pilot, bay Yılmaz, ustabaşı, en iyi dostum, çoban, bir kız
            bahçede, evde, pazartesi günü, duvarın arkasında, her akşam, saat beşte, köprünün altında, bugün, balkonda, şubat ayında, müzenin önünde, kahvaltıdan sonra, bir saat boyunca, her zamanki gibi, parkta, yavaş yavaş, üç buçukta, vapurda
            mavi gemiyi, beş elmayı, güzel şapkayı, tatlı çorbayı, on iki kitabı, bütün ekmeği, büyük ağacı, pompayı, kırmızı evi, taze üzümü, şemsiyeyi, beyaz bulutu, yeni şarkıyı, sarı arabayı, gözlüğünü, küçük köpeği, martıyı, kaşığını, pencereyi, sıcak böreği, fırını, yağmuru, iki kuşu, müzeyi, ayı, armudu, merdiveni, yumuşak yünü, soğanı, peyniri
            açıyor, deniyor, boyuyor, görüyor, kaybetti, buldu, yıkadı, unuttu, temizliyor, satın aldı, kaldırıyor, topladı, itiyor, gösterdi, istiyor, bozdu, seviyor, bekliyor, pompalıyor, paketledi, duyuyor, öptü
            """),
        ["fi"] = Lists("""
            minun äiti, leipuri, vanha mies, meidän isä, nuori nainen, Pekka, Sofia, pieni vauva, ystäväsi Veeti, minun veli, papukaija, mehiläinen, kukaan ei, jokainen palomies, mummo, paha susi, iloinen pilotti, rouva Virtanen, naapuri, paras kaverini, paimen, tyttö
            avaa, maistaa, maalaa, huomaa, pudottaa, löytää, pesee, unohtaa, harjaa, ostaa, nostaa, poimii, työntää, näyttää, haluaa, rikkoo, ihailee, toistaa, syöttää, pumppaa, pakkaa, kuulee
            sinisen veneen, viisi omenaa, hienon hatun, makean puuron, kirjan, paljon voita, suuren puun, pumpun, punaisen talon, tuoreet luumut, avaimen, valkoisen pilven, uuden laulun, keltaisen auton, silmälasit, villakoiran, lokin, haarukan, kirkon, lämpimät pannukakut, uunin, ukkosen, kaksi lintua, museon, kuun, päärynän, ikkunan, pehmeän villan, sipulin, yöpöydän
            maanantaina, puutarhassa, ilman taukoa, muurin takana, joka ilta, puoli viideltä, mielellään, sillan alla, tänään, parvekkeella, Paavon luona, helmikuussa, ennen kokousta, torilla, enemmän tai vähemmän, aamiaisen jälkeen, tunnin ajan, kuten aina
            """),
    };

    static string[][] Lists(string text) => SentenceWords.Phrases(text)
        .Select(line => line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
}
