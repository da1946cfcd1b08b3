#ifndef ERFA_PERSON_LISTS_H
#define ERFA_PERSON_LISTS_H

/*
 * person_lists - the words by which proto/person.c knows a name.
 *
 * Danish, Norwegian, Swedish, Finnish and Icelandic, folded as text_fold() does
 * (ae for æ and ä, oe for ø and ö, aa for å, d for ð), each between blanks.
 */

/* Words in front of a name; a full stop may follow them. */
#define PERSON_TITLES \
	" hr herr herra fr fru frue froeken frk rouva dr prof adv mag lic "

/* Endings of the words for offices and professions. */
#define PERSON_ROLES                                                           \
	" leder lederen ledare ledaren chef chefen sjef sjefen direktoer "     \
	"direktoeren direktor mester mesteren raadmand raadmann raadmannen "   \
	"kommunalraad landsraad borgarraad byraad kommunaldirektoer "          \
	"ordfoerer ordfoereren ordfoerande ordfoeranden formand formanden "    \
	"minister ministeren konsulent konsulenten laerer laereren laerare "   \
	"laeraren paedagog paedagogen pedagog pedagogen laege laegen lege "    \
	"legen laekare laekaren plejerske plejersken pleier pleieren "         \
	"skoeterska skoeterskan assistent assistenten hjaelper rektor "        \
	"rektoren rektorn inspektoer behandler behandleren handlaeggare "      \
	"handlaeggaren koordinator koordinatoren samordnare samordnaren "      \
	"sekretaer sekretaeren sekreterare raadgiver raadgiveren forsker "     \
	"forskeren forskare professor professoren advokat udviklingsvejleder " \
	"veilederen vejlederen medarbejder medarbejderen medarbeider "         \
	"medarbeideren medarbetare medarbetaren tillidsrepraesentant "         \
	"tillitsvalgt politiker politikeren politikern "                       \
	"johtaja johtajan johtajana paeaellikkoe paeaellikoen hoitaja "        \
	"hoitajan opettaja opettajan rehtori rehtorin laeaekaeri "             \
	"laeaekaerin asiantuntija koordinaattori ohjaaja ohjaajan esimies "    \
	"ministeri suunnittelija tutkija sihteeri edustaja tyoentekijae "      \
	"stjori stjorinn kennari laeknir radherra fulltrui radgjafi "          \
	"kontaktperson kontaktpersonen yhteyshenkiloe vastuuhenkiloe "         \
	"tengilidur "

/* People whom a text about care, school or work may speak of. */
#define PERSON_CLIENTS                                                       \
	" borger borgeren borgerne bruger brugeren bruker brukeren brukare " \
	"brukaren elev eleven patient patienten pasient pasienten klient "   \
	"klienten beboer beboeren boende soenen datteren dotteren moren "    \
	"moderen faren faderen mor far mamman pappan pigen drengen jenta "   \
	"gutten flickan pojken asiakas asiakkaan potilas potilaan oppilas "  \
	"oppilaan asukas aeiti isae lapsi skjolstaedingur nemandi "

/* Words that go on with no name, where all words are in capitals. */
#define PERSON_GRAMMAR                                                         \
	" for med til fra som ved hos och eller men den det har foer fraan "   \
	"till paa aer alle alla alt allt ikke inte ei sekae kanssa vid fyrir " \
	"med sem ogsaa uden uten utan efter etter mellom mellem mot mod "      \
	"under over oever the and with "

/* Words for a birth. */
#define PERSON_BORN \
	" foedt foedd foedde foeddes f s born syntynyt synt faeddur faedd "

/* Words after an age. */
#define PERSON_YEARS \
	" aar aars aarig aarige aaring vuotta vuotias v vuotiaan ara aarsalderen "

/* Words that end a letter. */
#define PERSON_GREETINGS                                                        \
	" hilsen hilsener helsing mvh vh haelsningar haelsning haelsar hilser " \
	"terveisin terv kvedja kvedju regards underskrevet undertecknad "

/* Words within a name that are not capitalised. */
#define PERSON_PARTICLES " von van af av de der den "

/* Words that municipalities, streets, acts, schemes and the like are named
 * with. */
#define PERSON_THINGS                                                        \
	" kommune kommunes kommuner kommunen kommun kommuns kommunens "      \
	"kunta kunnan kaupunki kaupungin kuntayhtymae hyvinvointialue amt "  \
	"fylke fylkeskommune laen region regionen sveitarfelag hreppur "     \
	"baer lov lova loven lag lagen laki act regel regler plan planen "   \
	"skole skolen skola skolan koulu koulun hospital universitet "       \
	"universitetet yliopisto raad raadet raadhus center centret "        \
	"centeret senter senteret centrum keskus hus huset talo gade gate "  \
	"gata gatan gaden vej vejen vei veien vaeg vaegen katu tie allee "   \
	"alle boulevard plads plass plats torg torv torvet kirke kirken "    \
	"kyrka kyrkan kirkko park parken pris prisen priset palkinto fond "  \
	"fonden fondet stiftelse stiftelsen saeaetioe institut instituttet " \
	"institutet forbund forbundet foerbundet foerening foereningen "     \
	"forening foreningen sagen projekt projektet prosjekt prosjektet "   \
	"hanke hankkeen program programmet programme project ohjelma "       \
	"modell model modellen malli toimintamalli aftale aftalen avtale "   \
	"avtalen rapport rapporten rapportti styrelsen direktoratet "        \
	"ministeriet departementet ministerioe bibliotek biblioteket "       \
	"museum dagen paeivae legat minde minne bolig aps as ab oy asa "     \
	"oyj hf ehf nettverk netvaerk naetverk verkosto reform reformen "    \
	"forsoeg forsoek foersoek kokeilu politik magasinet avis tidende "   \
	"bladet posten bydel bydelen stad staden sogn kvarter arena "        \
	"akademi hoejskole folkehoejskole kollegium kollegiet dagtilbud "    \
	"boernehave barnehage foerskola paeivaekoti plejecenter plejehjem "  \
	"sykehjem tilsynet verket utvalget udvalget lautakunta naemnden "    \
	"koti hjem hjemmet forsoeget "                                       \
	"dag hospice menighed menighet foersamling seurakunta "

/* What stands before such a word, and in no name of a person. */
#define PERSON_QUALIFIERS                                                  \
	" min mit mitt vor vores din det den de en et ett fremtidens "     \
	"barnets borgernes aeldre nye nya uusi gamle gamla vanha nordre "  \
	"soendre oestre vestre norra soedra oestra vaestra indre ytre "    \
	"store lille by bo tryg trygt dansk danske norsk norske norges "   \
	"svensk svenska sveriges suomen nordisk nordiske nordiska nordic " \
	"islensk islands danmark danmarks norge sverige suomi finland "    \
	"finlands island "

/* Endings of such words. */
#define PERSON_THING_ENDINGS                                               \
	" kommune kommuner kommunen kommun skole skolen skola skolan "     \
	"koulu hjem hjemmet heimen hemmet koti gade gaden gate gaten "     \
	"gatan vejen veien vaegen katu senter senteret center centret "    \
	"centeret centrum keskus huset lova loven lagen laki planen "      \
	"projekt projektet prosjekt prosjektet hanke hospital sygehus "    \
	"sykehus sjukhus sairaala stiftelsen foreningen foereningen "      \
	"forbund forbundet foerbundet prisen priset fonden modellen "      \
	"malli reformen forsoeg forsoeget forsoek forsoeket foersoek "     \
	"foersoeket kokeilu kunta kaupunki saeaetioe fond fondet bron "    \
	"broen haven hagen aftalen avtalen programmet ohjelma verket "     \
	"verk styrelsen tilsynet virasto laitos direktoratet ministeriet " \
	"ministerioe departementet departement naemnden naemnd utvalget "  \
	"udvalget utskottet lautakunta "

/* Words in addresses of mailboxes that several people read. */
#define PERSON_MAILBOXES                                                         \
	" post info kommunen kommune kommun kunta kaupunki kirjaamo mail "       \
	"mailbox kontakt kontakter contact sekretariat sekretariatet kansli "    \
	"kansliet kanslia registrator diarium arkiv support hjelp hjaelp "       \
	"noreply reply no hr it bup ppr sfo tek team plan byg bygg kultur "      \
	"fritid social socialt sundhed helse haelsa omsorg omsorgen aeldre "     \
	"eldre sote presse press media kommunikation kommunikasjon viestintae "  \
	"webmaster admin erhverv job jobs jobb jobcenter politik raadhus "       \
	"raadhuset radhus hallinto vaard skole skola dagtilbud boern boernunge " \
	"unge ungdom miljoe miljo teknik borger borgere borgerservice "          \
	"borgerraadgiver velfaerd velferd udvikling utvikling utveckling "       \
	"kehitys kehittaeminen tiedotus neuvonta palvelu palaute tuki "          \
	"faktura laskut okonomi oekonomi ekonomi talous loen loenn "             \
	"frikommune forsoeg forsoek trial trials data digital gis dpo "          \
	"databeskyttelse dpo tietosuoja personvern dataskydd erfa office "       \
	"service kunde kundeservice medborgare medborgar medborgarservice "      \
	"afgoerelser digitalpost sikkerpost sikker postur bjorg "                \
	"skrifstofa radhus fraedsla velferdarsvid "

/* Endings of such words. */
#define PERSON_MAILBOX_ENDINGS                                                \
	" postmottak post postur service senter center team teamet kontor "   \
	"kontoret afdeling afdelingen avdeling avdelingen avdelning "         \
	"forvaltning forvaltningen foervaltning foervaltningen etat etaten "  \
	"sekretariat palvelu palvelut neuvonta virasto toimisto kirjaamo "    \
	"raadgivning styring utvikling udvikling utveckling omsorg tjeneste " \
	"tjenester tjaenst bibliotek bibliotekene barnehage boernehus "       \
	"projekt prosjekt hanke redaktion redaksjon "

/* Domains of providers for private use. */
#define PERSON_PROVIDERS                                                      \
	" gmail.com googlemail.com hotmail.com hotmail.dk hotmail.no "        \
	"hotmail.se hotmail.fi outlook.com outlook.dk outlook.no live.com "   \
	"live.dk live.no live.se yahoo.com yahoo.dk yahoo.no yahoo.se "       \
	"icloud.com me.com msn.com protonmail.com proton.me mail.dk "         \
	"jubii.dk stofanet.dk online.no broadpark.no telia.com bredband.net " \
	"kolumbus.fi luukku.com suomi24.fi simnet.is "

#endif /* !ERFA_PERSON_LISTS_H */
