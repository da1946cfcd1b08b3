#!/bin/bash
# The family of a trial: Viborg's is adapted by Tromsø, and that by Oulu.  Every
# node prints the same lineage and scale; a question is asked and answered across
# two nodes; what is retracted is shown as such everywhere.
. "$(dirname "$0")/lib.sh"

node_listen v dk-791 --name "Viborg Kommune"
node_new t no-5501 --name "Tromsø kommune"
node_new o fi-564 --name "Oulun kaupunki"
node_up t
node_up o
befriend v t
befriend v o
export VISUAL=false EDITOR=false

# meet: wait until everybody has everything.
meet() {
	local name
	for name in v t o; do
		at "$name" sync --wait $((30 * SLOW)) >/dev/null 2>&1
	done
}

# first: the first record id in the JSON on standard input.
first() {
	field id
}

# --- Viborg's own.

check "Viborg publishes" at v new --title "Faste teams i hjemmeplejen" \
	--summary "Et lille fast team til hver borger." --sector elder_care --json --yes \
	--set "goals[0].text=Færre hjælpere pr. borger" \
	--set "goals[0].success_criterion=Højst otte på en måned" \
	--set "recipe.procedures=Teamet mødes hver morgen" \
	--set "recipe.dose=Et kvarter" \
	--set "mandate=I må planlægge selv" \
	--set "competence_needs[0]=Planlægning" \
	--set "commitments[0].text=Ingen udlicitering" \
	--set "commitments[1].text=Ingen afskedigelser" \
	--set "guardrails[0].text=Loven om arbejdsmiljø gælder"
a=$(first <<<"$OUT")
check "with a rule in the way" at v exempt "$a" --provision "Serviceloven § 83" \
	--level act --why "Hver ydelse visiteres" --authority "Ældreministeriet"
check "and an owner" at v own "$a" --unit "Hjemmeplejen vest" --role "Distriktsleder"
meet
shows t 1 || not_ok "Tromsø sees it" "it does not"

# --- Tromsø adapts it.

check_status "a promise is not passed over" 64 at t adapt "$a"
check_has "it is shown" "$OUT" "Ingen udlicitering"
check_status "a promise that there is not" 64 at t adapt "$a" --accept 9
check_same "nothing was kept" "" "$(at t drafts --json | first)"
check "adapt" at t adapt "$a" --accept 1 --decline 2 --title "Faste team i heimetenesta" \
	--set "recipe.dose=Ein time i veka" --reason local_conditions
check_has "the guardrail is the origin's" "$OUT" "Guardrail of dk-791, not yours: Loven"
check_has "the rule is a hint" "$OUT" "Needed there: Serviceloven § 83"
b=$(at t drafts --jsonl | grep '"kind": *"trial"' | first)
check "drafts" at t drafts
check_same "the adaptation goes by the trial that is made" 2 \
	"$(grep -c "Faste team i heimetenesta" <<<"$OUT")"
check "publish sends the trial and where it came from" at t publish "$b" --yes --json
check_has "the trial" "$OUT" '"kind": *"trial"'
check_has "and the adaptation" "$OUT" '"kind": *"adaptation"'
check_same "no draft is left" "" "$(at t drafts --json | first)"
check "show" at t show "$b" --json
shown=$OUT
check_has "the recipe came along" "$shown" "Teamet mødes hver morgen"
check_has "and the goal" "$shown" "Færre hjælpere pr. borger"
check_has "and the skills" "$shown" "Planlægning"
check_has "one promise is declined" "$shown" "STANCE_DECLINED"
check_has "whether a rule is in the way is not known" "$shown" "YES_NO_UNKNOWN"
for word in "Distriktsleder" "I må planlægge selv" "Ældreministeriet" "arbejdsmiljø"; do
	check_same "$word stays in Viborg" "" "$(grep -F "$word" <<<"$shown")"
done
check_has "it says what was changed" "$shown" "recipe.dose"
check_status "it does not start without an owner of its own" 65 at t start "$b"
meet
shows o 2 || not_ok "Oulu sees both" "it does not"

# --- Oulu copies the copy, and says later that it also looked at Viborg.

check "Oulu adapts Tromsø's at once" at o adapt "$b" --yes --json \
	--title "Pienet tiimit" --set "target_group=Yli 80-vuotiaat"
c=$(first <<<"$OUT")
meet
shows v 3 || not_ok "Viborg sees all" "it does not"
shows t 3 || not_ok "Tromsø sees all" "it does not"

# --- All print the same.

at v lineage "$a" --json --at 2026-12-01 >"$WORK/v.lineage"
at v scale "$a" --json --at 2026-12-01 >"$WORK/v.scale"
for name in t o; do
	at "$name" lineage "$a" --json --at 2026-12-01 >"$WORK/$name.lineage"
	at "$name" scale "$a" --json --at 2026-12-01 >"$WORK/$name.scale"
	check "$name has Viborg's lineage" cmp "$WORK/v.lineage" "$WORK/$name.lineage"
	check "$name has Viborg's scale" cmp "$WORK/v.scale" "$WORK/$name.scale"
done
check_has "two copies" "$(cat "$WORK/v.scale")" '"copies": *"?2'
check "the tree" at v lineage "$c"
check_has "has Viborg first" "$(head -n 1 <<<"$OUT")" "^dk-791/"
check_has "then Tromsø with what it changed" "$OUT" "no-5501/.*adapted.*recipe.dose"
check_has "then Oulu, one step in" "$OUT" "^ .*fi-564/.*target_group"
OUT=$(LC_ALL=C at v lineage "$a")
check_same "in seven bits where nothing else is understood" "" \
	"$(LC_ALL=C grep -P '[^\x00-\x7f]' <<<"$OUT")"
check_has "with lines" "$OUT" '`- no-5501/'
check "scale in words" at o scale "$c"
check "diff" at o diff "$a" "$b"
check_has "names the field" "$OUT" "recipe.dose"
check_has "and both sides" "$OUT" "Ein time i veka"
check "diff as JSON" at v diff "$a" "$c" --json
check_has "is an adaptation" "$OUT" "RELATION_ADAPTED"

# --- A copy from before there was erfa; and one that a source told of.

check "Oulu writes another" at o new --title "Aamupalaveri" --summary "Lyhyt palaveri." \
	--sector elder_care --yes --json
d=$(first <<<"$OUT")
check_status "a link wants an origin" 64 at o link "$d"
check "link" at o link "$d" --from "$a" --yes
check_status "only one's own is linked" 77 at o link "$a" --from "$d"
meet
check "lineage" at o lineage "$a" --json
check_has "it is in the family" "$OUT" "$d"
check_status "what its owner says is not claimed" 64 at o claim "$a"

# --- A question, answered across two nodes.

check_status "a telephone number is not asked about" 65 at t ask "$a" "Ring 20 12 34 56"
check "Tromsø asks" at t ask "$a" "Hvordan gik det om natten?"
check_status "there is nothing to say" 64 at t ask "$a"
meet
at v list --kind comment --json >"$WORK/comments"
q=$(first <"$WORK/comments")
check "Viborg's inbox" at v inbox
check_has "begins with the question" "$(head -n 1 <<<"$OUT")" "^Questions that wait"
check_has "its words" "$OUT" "Hvordan gik det om natten"
check_has "and how it is answered" "$OUT" "erfa answer no-5501/"
check_has "then the copies" "$OUT" "^Copies of your trials"
check "as JSON" at v inbox --json
check_has "the first is a question" "$(grep matched <<<"$OUT" | head -n 1)" question
check "Viborg answers" at v answer "$q" "Vi lod nattevagterne være"
meet
check "its inbox" at v inbox
check_same "no question waits" "" "$(grep "^Questions" <<<"$OUT")"
check_status "nor can one be answered" 64 at v answer "$a" "Igen"
check_has "as there is none" "$OUT" "has no open question"
check "Tromsø reads it" at t show "$a"
check_has "the answer" "$OUT" "Vi lod nattevagterne være"
check "Tromsø's inbox" at t inbox
check_has "tells that it was answered" "$OUT" "^Answers to your questions"
check_has "about which trial" "$OUT" "^dk-791/.* about ${a:0:15}"
check "a comment" at o comment "$b" --observation "Rolige morgener"
check "an offer" at o offer "$b" "Kom og se"

# --- Learnt at a copy, told at the origin.

check "Oulu's copy gets an owner" at o own "$c" --unit "Kotihoito" --role "Johtaja"
check "and is stopped" at o stop "$c" --reason staff_capacity
check "something was learnt" at o learn "$c" --verdict did_not_work \
	--not-worked "Sijaiset puuttuivat" --worked "Aamut" --for-whom "Kaikille"
meet
check "Viborg's inbox" at v inbox
check_has "has what was learnt there" "$OUT" "Sijaiset puuttuivat"
check_has "and the verdict" "$OUT" "^    did not work$"
check_has "as that of a copy" "$OUT" "^Learnt where your trials were copied"

# --- Taken back: struck through everywhere, gone nowhere.

check_status "only one's own is retracted" 77 at t retract "$a" --reason legal \
	--explanation "Nei" --yes
check_status "not without a reason" 64 at v retract "$a" --yes
check_status "nor by accident" 64 at v retract "$a" --reason data_error \
	--explanation "Tallene var forkerte"
check "Viborg retracts" at v retract "$a" --reason data_error \
	--explanation "Tallene var forkerte" --yes
meet
for name in v t o; do
	check "$name shows it" at "$name" show "$a"
	check_has "$name: first of all that it was retracted" \
		"$(head -n 1 <<<"$OUT")" "^RETRACTED: error in the data"
	check_has "$name: and why" "$OUT" "Tallene var forkerte"
	check_has "$name: the text is still there" "$OUT" "Teamet mødes hver morgen"
	check "$name: show a copy" at "$name" show "$b"
	check_has "$name: says so above everything else" "$(head -n 2 <<<"$OUT")" \
		"^ORIGIN RETRACTED: ${a:0:15}"
	check_has "$name: and why" "$(sed -n 2p <<<"$OUT")" "Tallene var forkerte"
	check "$name: lineage" at "$name" lineage "$b"
	check_has "$name: it keeps its place" "$(head -n 1 <<<"$OUT")" \
		"^dk-791/.*RETRACTED"
	at "$name" lineage "$a" --json --at 2026-12-01 >"$WORK/$name.lineage"
	check "$name: as in Viborg" cmp "$WORK/v.lineage" "$WORK/$name.lineage"
done
check "struck through in colour" at t show "$a" --color always
check_has "the title" "$OUT" $'\033\\[9m'"Faste teams"
check "Tromsø's inbox" at t inbox
check_has "says that the origin was taken back" "$OUT" "^Taken back"

# --- What the origin changed after it was copied is no change of the copy; and its
# --- licence goes with its text.

trial "Gåture for alle" | sed 's/"da"/"da", "licence": "CC-BY-SA-4.0"/' >"$WORK/walks.json"
check "Viborg publishes under another licence" at v publish "$WORK/walks.json" --yes --json
g=$(first <<<"$OUT")
meet
check "Tromsø begins a copy" at t copy "$g" --title "Gåture for alle"
copy=$(at t drafts --jsonl | grep '"kind": *"trial"' | first)
check "Viborg thinks of another goal" at v edit "$g" --yes \
	--set "goals[0].text=Mere søvn"
check_has "under the licence that it chose" "$(at v show "$g" --json)" "CC-BY-SA-4.0"
meet
check "Tromsø publishes it as it was" at t publish "$copy" --yes
check "show" at t show "$copy" --json
check_has "it is a copy" "$OUT" "RELATION_COPIED"
check_same "in which nothing was changed" "" "$(grep -oE '"changedFields": *\["' <<<"$OUT")"
check_has "under the licence of the text" "$OUT" '"licence": *"CC-BY-SA-4.0"'
full=$(field fullId <<<"$OUT")
trial "Gåture for mange" >"$WORK/next.json"
sed -i "s|^{|{\"id\": \"$full\", \"body\": {|; s|$|}|" "$WORK/next.json"
check "a version from a file that does not speak of it" at t publish \
	"$WORK/next.json" --yes
check "show" at t show "$copy" --json
check_has "is the next version" "$OUT" "Gåture for mange"
check_has "and keeps it" "$OUT" '"licence": *"CC-BY-SA-4.0"'
finish
