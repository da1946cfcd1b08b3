#!/bin/bash
# Municipalities that were merged and renumbered: who says so decides what it
# gives; record ids stay, and nobody takes what is not given away.  Whom to ask is
# told by role.
# timeout: 180
. "$(dirname "$0")/lib.sh"

node_listen old no-5401 --name "Tromsø kommune"
node_new ministry no-dep --name "Departementet"
node_new heir no-ny --name "Ny-departementet"
node_new thief dk-999 --name "Andeby"
for name in ministry heir thief; do
	node_up "$name"
	befriend old "$name"
done
export VISUAL=false EDITOR=false

# meet: wait until everybody has everything.
meet() {
	converge 30 old ministry heir thief >/dev/null || not_ok "all meet" "they do not"
}

# ids NAME ARGUMENT...: the full ids that a list holds, sorted.
ids() {
	at "$1" list --json "${@:2}" | grep -oE '"fullId": *"[^"]*"' |
		sed -e 's/.*: *"//' -e 's/"//' | sort
}

# --- One that keeps its node, and gets another number.

check "a trial under the old number" at old new --title "Faste team" --yes --json \
	--summary "Et lite team til hver." --sector elder_care
a=$(field id <<<"$OUT")
check_status "not without being asked" 64 at old org succeed no-5401 no-5501
check_status "an organisation is not its own heir" 64 \
	at old org succeed no-5401 no-5401 --yes
check "it says that it was renumbered" at old org succeed no-5401 no-5501 \
	--date 2026-01-01 --yes
check "saying it again changes nothing" at old org succeed no-5401 no-5501 --yes
meet
for name in old thief; do
	check_same "$name finds it under the new number" "$a" \
		"$(ids "$name" --org no-5501)"
	check_same "$name: without the country, too" "$a" "$(ids "$name" --org 5501)"
	check_same "$name finds it under the old one" "$a" \
		"$(ids "$name" --org no-5401)"
done
check_has "the id is the old one" "$a" "^no-5401/"
check "org show" at thief org show no-5501
check_has "names the one before" "$OUT" "Came from +no-5401$"
check "and the other way round" at thief org show 5401
check_has "names the one after" "$OUT" "Followed by +no-5501$"
check_has "and the last day" "$OUT" "2026-01-01"
check_has "and has its name from the invitation" "$OUT" "Tromsø"
check "as JSON" at old org show no-5401 --json
check_has "says who says so" "$OUT" '"by": *\["old"\]|"old"'
check "org list" at old org list
check_has "one line each" "$OUT" "^no-5401 .*Tromsø kommune.* no-5501"
check_same "it is one document" 1 "$(at old org list --json | grep -c '"schema"')"
check_status "nobody knows this one" 66 at old org show se-0180

# --- Nobody takes what is not given away.

check "Tromsø needs the ministry" at old exempt "$a" --provision "Helseloven § 5" \
	--level act --why "Hver time vedtas" --authority no-dep
check "with a guide of its own" at old edit "$a" --yes \
	--set "organisation.development_guide=Utviklingsveileder hjemmetjenesten" \
	--set "offers_sparring=true" --set "support_offers=training"
check "what it is itself" at old org edit --contact-role "Utviklingsenheten" \
	--mailbox "post@example.org" --budget-proposal 10 --budget-adoption 12
meet
check "the thief says that it took over from the ministry" \
	at thief org succeed no-dep dk-999 --yes
check_has "and is told what that is worth" "$OUT" "takes its own word"
check "and decides" at thief decide "$a" --outcome approved --plain "Dere må."
meet
for name in old thief; do
	check "$name: status" at "$name" status "$a" --json
	check_has "$name: it still waits" "$OUT" '"permission": *"waiting"'
done
check "a stranger says something of two others" \
	at thief org succeed no-5401 no-dep --yes
meet
check_same "which gives nothing" "" "$(ids old --org no-dep)"
check "but is shown" at old org show no-dep
check_has "as what others say" "$OUT" "no-5401 \(others say\)"

# --- The ministry gives it away, and its heir answers.

check "the ministry is renamed" at ministry org succeed no-dep no-ny --yes
meet
check "its heir sees what waits" at heir decide "$a" --outcome approved_with_conditions \
	--plain "Dere må." --condition "Send en rapport; 2027-03-01"
meet
for name in old ministry heir thief; do
	check "$name: status" at "$name" status "$a" --json
	check_has "$name: it is granted" "$OUT" '"permission": *"granted"'
done
check "the dossier of the provision" at old dossier "Helseloven § 5" --json
check_has "has what the heir decided" "$OUT" '"publisher": *"no-ny"'
check_same "and not what the thief did" 0 "$(grep -c '"dk-999' <<<"$OUT")"
check "own and anchor" at old own "$a" --unit "Hjemmetjenesten" --role "Enhetsleder"
check "anchor" at old anchor "$a" --body council --date 2026-10-01 --name Kommunestyret
check "plan" at old plan "$a" --goal "Færre hjelpere" --criterion "Høyst åtte" \
	--from 2026-11 --to 2027-10
check "erfad hears it as well: the trial starts" at old start "$a"

# --- What became part of the new number is in the inbox of who bears it.

check "the heir has a trial" at heir new --title "Felles vaktlag" --yes --json \
	--summary "Én vakt for to." --sector health
b=$(field id <<<"$OUT")
check "and becomes part of the new number" at heir org succeed no-ny no-5501 --yes
check "somebody asks about it" at thief sync --wait 30
meet
check "ask" at thief ask "$b" "Hvem har vakt?"
meet
check "the inbox of the node with the old number" at old inbox
check_has "has the question" "$OUT" "Hvem har vakt"

# --- Whom to ask.

check "guides" at thief guides --sector elder_care
check_has "the role" "$OUT" "Utviklingsveileder hjemmetjenesten"
check_has "what they offer" "$OUT" "training"
check_has "the shared mailbox" "$OUT" "post@example.org"
check_same "of another field there are none" "Nobody has offered to be asked." \
	"$(at thief guides --sector school)"
check "as JSON" at thief guides --json
check_has "the contact of the organisation" "$OUT" "Utviklingsenheten"

# --- The number of the municipality is not the org of its node.

node_stop thief
sed -i 's/^org *=.*/org = dk-998/' "$WORK/thief/erfad.conf"
node_up thief
check "status of one that changed its org" at thief status
check_has "says what to do instead" "$OUT" "erfa org succeed"
check "of one that did not" at old status
check_same "says nothing" "" "$(grep "org succeed" <<<"$OUT")"
finish
