#!/bin/bash
# A municipality tells itself what a source told of it, and is not counted twice;
# a trial comes from two others; programmes and networks are learnt from; several
# say it together, and an evaluator beside them.
# timeout: 180
. "$(dirname "$0")/lib.sh"

# The one that writes down what sources say comes before the municipality, so that
# nothing rests on their order.
node_listen k dk-101 --name "Den der samler"
node_new v dk-630 --name "Vejle Kommune"
node_new t no-5501 --name "Tromsø kommune"
for name in v t; do
	node_up "$name"
	befriend k "$name"
done
export VISUAL=false EDITOR=false

meet() {
	converge 30 k v t >/dev/null || not_ok "all meet" "they do not"
}

head -n 2 tests/corpus/trials.jsonl >"$WORK/two.jsonl"
check "two trials of Vejle are written down elsewhere" at k import "$WORK/two.jsonl"
meet
told=$(at v list --json | field fullId)
check_same "Vejle sees two" 2 "$(status v trials)"
check_same "documented only" 2 "$(status v trialsTranscribed)"
check "org list" at t org show dk-630 --json
check_has "has none of its own" "$OUT" '"trials":"0","documented":"2"'

# --- It claims one.

check "Vejle claims one" at v claim "$told" --set "target_group=Ledige" --yes --json
own=$(field id <<<"$OUT")
first_told=$told first_own=$own
check_has "the record is its own" "$own" "^dk-630/"
meet
for name in k v t; do
	check_same "$name still counts two" 2 "$(status "$name" trials)"
	check_same "$name: one of them documented only" 1 \
		"$(status "$name" trialsTranscribed)"
	check_has "$name lists its own word" \
		"$(at "$name" list --json | grep -oE '"fullId": *"[^"]*"')" "$own"
	check_same "$name lists it once" 2 \
		"$(at "$name" list --json | grep -oE '"fullId"' | wc -l)"
	check "$name: lineage" at "$name" lineage "$told" --json --at 2026-12-01
	check_same "$name: one trial" 1 "$(grep -oE '"sameAs"' <<<"$OUT" | wc -l)"
	check_has "$name: which is not transcribed" "$OUT" '"transcribed": *false'
	check "$name: scale" at "$name" scale "$own" --json --at 2026-12-01
	check_has "$name: it is one" "$OUT" '"trials": *"1"'
	check_has "$name: and not documented only" "$OUT" '"documented": *"0"'
done
check "org show" at t org show dk-630 --json
check_has "has one of its own now" "$OUT" '"trials":"1","documented":"1"'
check "what the source says is still shown" at t show "$own" --json
check_has "as the same thing" "$OUT" "$told"
check_status "what its owner says is not claimed" 64 at t claim "$own"

# --- One that bears no external id is claimed by its own.

check "a record without one" at k publish --yes - <<END
{"envelope":{"transcribed":true,"sources":[{"title":"Avisen"}]},
 "trial":{"title":"Lys i parken","summary":"Lamper","sector":["SECTOR_TECHNICAL_ENVIRONMENT"],
 "sites":[{"id":"dk-630","name":"Vejle Kommune"}],"status":"STATUS_ENDED"}}
END
meet
bare=$(at v list --jsonl | grep "Lys i parken" | field fullId)
before=$(status v trials)
check "Vejle claims it" at v claim "$bare" --yes --json
claimed=$(field id <<<"$OUT")
meet
for name in k v t; do
	check_same "$name counts it once" "$before" "$(status "$name" trials)"
	check "$name shows Vejle's word" at "$name" show "$claimed" --json
	check_has "$name: as the same thing" "$OUT" "\"sameAs\".*$bare"
	check_has "$name: in a line that begins with words" \
		"$(at "$name" show "$claimed")" "^also published as +dk-"
done

# --- What an evaluator learnt of the source's record is found by Vejle's own.

check "Tromsø tells how it went" at t publish --yes - <<END
{"envelope":{"language":"da"},"experience":{"trial":{"id":"$bare"},
 "authorRole":"AUTHOR_ROLE_EXTERNAL_EVALUATOR","stage":"STAGE_FINAL",
 "verdict":"VERDICT_DID_NOT_WORK","whatDidNot":"Lamperne gik ud hver nat"}}
END
meet
for words in "--verdict did_not_work" "hvad virkede ikke"; do
	# shellcheck disable=SC2086 # they are several
	check "v: find $words" at v find $words --lang da --json
	check_has "finds Vejle's word" "$OUT" "\"fullId\": *\"$claimed"
	check_same "alone" 1 "$(grep -oE '"fullId"' <<<"$OUT" | wc -l)"
done
check_has "and says why" "$OUT" failure_did_not_work

# --- A stranger says the same of it: first after the source, then before.

# stranger ID TITLE: a record of Tromsø's own.
stranger() {
	cat <<END
{"envelope":{"externalId":"$1"},
 "trial":{"title":"$2","summary":"Fremmede ord","sector":["SECTOR_TECHNICAL_ENVIRONMENT"],
 "sites":[{"id":"no-5501","name":"Tromsø kommune"}]}}
END
}

# source ID TITLE: what a source tells of Vejle, in a record.
source_of() {
	cat <<END
{"envelope":{"externalId":"$1","transcribed":true,"sources":[{"title":"Avisen"}]},
 "trial":{"title":"$2","summary":"Kildens ord","sector":["SECTOR_TECHNICAL_ENVIRONMENT"],
 "sites":[{"id":"dk-630","name":"Vejle Kommune"}],"status":"STATUS_ENDED"}}
END
}

# beside TITLE N: all three list N records of this title, and count N more.
beside() {
	local name
	meet
	for name in k v t; do
		check_same "$name lists $2 of $1" "$2" \
			"$(at "$name" list --json | grep -oF "\"$1\"" | wc -l)"
		check_same "$name counts $2 more" $((before + $2)) \
			"$(status "$name" trials)"
	done
}

# claims TITLE: Vejle claims what the source tells, and stands for it alone.
claims() {
	local name told strange
	told=$(at v list --org dk-101 --jsonl | grep -F "$1" | field fullId)
	strange=$(at v list --org no-5501 --jsonl | grep -F "$1" | field fullId)
	check_status "Tromsø is not named there, and may not claim it" 64 \
		at t claim "$told" --yes
	check_has "adapting is named" "$OUT" "erfa adapt"
	check "Vejle claims $1" at v claim "$told" --yes --json
	claimed=$(field id <<<"$OUT")
	beside "$1" 2
	for name in k v t; do
		check "$name shows Vejle's word" at "$name" show "$claimed" --json
		check_has "$name: as what the source tells" "$OUT" "\"sameAs\".*$told"
		check_same "$name: not what the stranger does" "" \
			"$(grep -F "$strange" <<<"$OUT")"
	done
}

before=$(status v trials)
check "a source tells" at k publish --yes - <<<"$(source_of avis-7 "Bænke ved åen")"
meet
check "a stranger says so too" at t publish --yes - <<<"$(stranger avis-7 "Bænke ved åen")"
beside "Bænke ved åen" 2
claims "Bænke ved åen"
before=$(status v trials)
check "a stranger says it first" at t publish --yes - <<<"$(stranger avis-8 "Træer i byen")"
meet
check "then the source" at k publish --yes - <<<"$(source_of avis-8 "Træer i byen")"
beside "Træer i byen" 2
claims "Træer i byen"

# --- From two origins.

check "Tromsø has one" at t new --yes --json --title "Morgenmøde" --sector school \
	--summary "Kort møte." --set "recipe.dose=Ti minutter" --set "recipe.mode=I gruppe"
b=$(field id <<<"$OUT")
meet
check "Vejle adapts it and its own" at v adapt "$b" --also "$own" --yes --json \
	--title "To ting på én gang"
c=$(field id <<<"$OUT")
meet
for name in k v t; do
	check "$name: lineage" at "$name" lineage "$c" --json --at 2026-12-01
	check_same "$name: two parents" 2 "$(grep -oE '"adaptation": *"' <<<"$OUT" | wc -l)"
	check_has "$name: merged" "$OUT" "merged_from"
	printf '%s\n' "$OUT" >"$WORK/$name.lineage"
	check "$name: as at k" cmp "$WORK/k.lineage" "$WORK/$name.lineage"
	check "$name: scale of the one origin" at "$name" scale "$b" --json --at 2026-12-01
	check_has "$name: one copy" "$OUT" '"copies": *"1"'
done
check "what was in the first comes along" at v show "$c" --json
check_has "the dose" "$OUT" "Ti minutter"
check_status "nothing comes from itself twice" 64 at v adapt "$b" --also "$b" --yes

# --- Programmes and networks.

check "a programme" at t programme new --name "Tillitsprogrammet" --type trust_programme \
	--status running --yes --json
p=$(field id <<<"$OUT")
check "a network" at t network new --name "Nettverk nord" --coordinator no-5501 --yes --json
n=$(field id <<<"$OUT")
meet
check "learn from a programme" at t learn "$p" --verdict worked_partly --worked "Tid" \
	--not-worked "Skjema" --condition "Ledelsen var med" --with dk-630 --with no-0301
check "and from a network, elsewhere" at v learn "$n" --verdict too_early --worked Møder \
	--for-whom "Alle"
check "learn from a trial oneself" at t learn "$b" --verdict worked --worked "Ro" \
	--not-worked "Ingenting" --for-whom "Elevene"
check "the evaluator beside it" at t learn "$b" --verdict no_difference \
	--role external_evaluator --worked "Ro" --not-worked "Fravær" --for-whom "Elevene"
check "another evaluator elsewhere" at v learn "$b" --verdict worked_partly \
	--role external_evaluator --worked "Ro" --for-whom "Små skoler"
meet
for name in k t; do
	check "$name: the programme" at "$name" show "$p"
	check_has "$name: what was learnt" "$OUT" "Skjema"
	check_has "$name: said together with Vejle" "$OUT" "dk-630|Vejle"
	check_has "$name: and Oslo" "$OUT" "no-0301|Oslo"
	check "$name: the network" at "$name" show "$n"
	check_has "$name: what was learnt there" "$OUT" "Møder"
	check "$name: the trial" at "$name" show "$b" --json
	check_same "$name: three words about it" 3 \
		"$(grep -oE '"relation": *"experience"' <<<"$OUT" | wc -l)"
	check_has "$name: its own" "$OUT" "AUTHOR_ROLE_SELF"
	check_has "$name: and the evaluators'" "$OUT" "AUTHOR_ROLE_EXTERNAL_EVALUATOR"
done
check "said again it is a new version" at t learn "$b" --verdict worked_partly
meet
check "show" at k show "$b" --json
check_same "there are still three" 3 "$(grep -oE '"relation": *"experience"' <<<"$OUT" | wc -l)"

# --- Who wrote it down takes back its own record, not the word of the municipality.

check "the transcription is taken back" at k retract "$first_told" \
	--reason superseded --explanation "Vejle siger det selv" --yes
meet
for name in k v t; do
	for what in lineage scale evidence; do
		check "$name: $what" at "$name" "$what" "$first_own" --json \
			--at 2099-01-01
		check_same "$name: $what: nothing is taken back" "" \
			"$(grep -oE '"retracted": *("[1-9]|[1-9]|true)' <<<"$OUT")"
	done
	check_same "$name shows it as it is" 0 \
		"$(at "$name" show "$first_own" | grep -c RETRACTED)"
done
check "Vejle takes its own back" at v retract "$first_own" --reason data_error \
	--explanation "Forkerte tal" --yes
meet
for what in lineage scale evidence; do
	check "$what" at t "$what" "$first_own" --json --at 2099-01-01
	check_has "$what: that counts" "$OUT" '"retracted": *("1"|1|true)'
done
finish
