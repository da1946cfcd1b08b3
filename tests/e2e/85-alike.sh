#!/bin/bash
# Whoever writes a trial is told who tried it before, in whatever language, while
# there is still time to take over; and nothing where nothing is alike.
# timeout: 180
. "$(dirname "$0")/lib.sh"

node_new v dk-791 --name "Viborg Kommune"
node_up v
check "what others tried is imported" at v import tests/corpus/trials.jsonl --yes
check "and indexed" at v sync --wait $((60 * SLOW))

# beside ARGUMENT...: what a command says on standard error.
beside() {
	"$ERFA" --socket="$WORK/v/run/control" "$@" 2>"$WORK/said" >/dev/null
	cat "$WORK/said"
}

# alike LANGUAGE TITLE [SUMMARY]: what erfa new says beside its answer.
alike() {
	beside new --yes --sector school --lang "$1" --title "$2" --summary "${3:-.}"
}

said=$(alike en "Fixed teams in home care" "Small teams")
check_has "an English title finds a Norwegian trial" "$said" "^Oslo kommune tried this in 20"
check_has "with the way to take it over" "$said" "\\(erfa adapt dk-791/[0-9a-z]+\\)"
check_same "in one line" 1 "$(grep -c . <<<"$said")"
said=$(alike sv "Dispens från läroplanens timplan i grundskolan")
check_has "a Swedish title finds a Danish trial" "$said" "^Helsingør Kommune .* 2021 "
said=$(alike da "Færre dokumentationskrav i ældreplejen")
check_same "three at most" 3 "$(grep -o "erfa adapt" <<<"$said" | wc -l)"
check_same "furniture is like nothing" "" "$(alike da "Nye møbler i kantinen" "Vi køber stole.")"
check_same "nor is coffee" "" "$(alike da "Gratis kaffe til alle")"
check_same "a single word says too little" "" "$(alike da "Hjemmepleje")"
check_same "with --json nothing is said" "" "$(beside new --yes --json \
	--sector school --lang en --title "Fixed teams in home care" --summary ".")"

# --- A title may be one word: the summary counts.

# held LANGUAGE TITLE SUMMARY: somebody publishes that, and it is indexed.
held() {
	check "somebody tries $2" at v new --yes --sector housing --lang "$1" \
		--title "$2" --summary "$3"
	check "which is indexed" at v sync --wait $((60 * SLOW))
}
held is "Smáhýsi" "Lítil færanleg hús handa heimilislausu fólki í útjaðri bæjarins"
said=$(alike is "Smáhýsi" "Færanleg lítil hús handa heimilislausu fólki nálægt bænum")
check_has "an Icelandic title of one word" "$said" "dk-791"
held nb "Utlånssentral" "Barn og ungdom låner ski, sykler og telt gratis i bydelen"
said=$(alike nb "Utstyrssentral" "Barn og ungdom kan låne ski, sykler og telt gratis")
check_has "another word, and the same summary" "$said" "dk-791"
held "fi" "Lukukoira" "Lapset lukevat ääneen koiralle kirjastossa kerran viikossa"
said=$(alike "fi" "Lukukoira" "Lapset lukevat koiralle ääneen kirjastossa")
check_has "a Finnish one" "$said" "dk-791"
check_same "another summary says nothing" "" \
	"$(alike nb "Strandrydding" "Skoleelever plukker plast i fjæra hver vår")"

# --- What is merely near, or said by many, is no offer.

check_same "training is no six-hour day" "" "$(alike sv "Balansträning för äldre" \
	"Gruppträning två gånger i veckan för personer över 75 år")"
check_same "parking is no youth at work" "" "$(alike da "Betalt parkering i bymidten" \
	"Bilister betaler for at parkere i gaderne om dagen")"

# --- At a terminal it is a screen before the next question.

talk() {
	PYTHONPATH=tests/e2e:${PYTHONPATH:-} /usr/bin/python3 - "$WORK/v/run/control" <<-'EOF'
		import os, sys, time
		from questions import Talk, SLOW
		talk = Talk(sys.argv[1], "new", "--lang", "en")
		for wanted, reply in (("Title:", "Fixed teams in home care"),
		        ("Summary", "Small teams for each citizen")):
		    talk.read(time.monotonic() + 20 * SLOW, wanted)
		    os.write(talk.ours, (reply + "\n").encode())
		print(talk.read(time.monotonic() + 20 * SLOW, "Sector"))
		talk.process.kill()
		talk.process.wait()
	EOF
}
said=$(talk)
check_has "it says who" "$said" "^  Oslo kommune tried this in 20.. \\("
check_has "what they called it" "$said" "^ +[A-Z]"
check_has "and how to take it over" "$said" "Make it yours:  erfa adapt dk-791/"
check_same "in less than a screen" 1 "$(($(wc -l <<<"$said") < 20))"

# --- Taking over one, its origin is no news.

one=$(at v find "fixed teams home care" --lang en --json | field id)
said=$(beside adapt "$one" --yes --lang en)
check_same "the origin is not told of" "" "$(grep -F "adapt $one)" <<<"$said")"

finish
