#!/bin/bash
# A bundle is taken in as far as it goes: members open the way to others, what is
# here already is compared, what says otherwise proves a fork, and what is told of it
# is what was stored.
# timeout: 120
. "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
/usr/bin/python3 tests/e2e/bundle.py "$WORK/in" || die "no bundles"

# import NAME: what is said of one of them, as JSON.
import() {
	at v bundle import "$WORK/in/$1" --json
}

# sums: what the document $said tells of.
sums() {
	/usr/bin/python3 -c 'import json, sys
said = json.load(sys.stdin)
print(*(int(said.get(name, 0)) for name in ("entries", "bodies", "known", "skippedLogs")),
      len(said.get("lackingLog", [])), len(said.get("problem", [])))' <<<"$said"
}

# positions: every log that v holds, and its last entry.
# shellcheck disable=SC2317 # check calls it
positions() {
	at v logs --jsonl >"$WORK/positions" &&
		/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    log = json.loads(line)
    print(log["log"], log["n"])' <"$WORK/positions"
}

node_new v dk-101 --listen 127.0.0.1:0
sed -i "/^\[node\]/a pinned = $(cat "$WORK/in/registry")" "$WORK/v/erfad.conf"
node_up v

# --- In the file the last comes first.

said=$(import all)
check_same "all who belong are taken in, and a stranger's two runs are one log" \
	"34 25 0 1 1 0" "$(sums)"
check "the index follows" at v sync --wait 30
check_same "the last of the chain is shown" 25 "$(status v trials)"
check "and its long bodies are here" at v verify
check_has "people hear of it" "$(at v bundle import "$WORK/in/all")" \
	"Took in 0 entries and 0 bodies; 34 were here already"
check_has "and of what lacks its beginning" "$(at v bundle import "$WORK/in/all")" \
	"Left out 1 log of which what comes before is not here"
said=$(import more)
check_same "with its beginning it is taken" "301 0 0 0 0 0" "$(sums)"

# --- What goes on, and what does not fit.

said=$(import longer)
check_same "what is new is taken, but no body of other bytes" "2 1 26 0 0 1" "$(sums)"
check_has "which is told" "$said" "does not fit"
check "what is held" positions
held=$OUT
check_has "is one entry of one log at least" "$held" '^[0-9a-f]{32} [1-9]'
said=$(import bad)
check_same "nothing of a run that is not signed" "0 0 0 0 0 1" "$(sums)"
check "what is held then" positions
check_same "is the same" "$held" "$OUT"

# --- What an outside program hears of it: of an entry without a kind no topic.

helper /usr/bin/python3 tests/e2e/notes.py "$WORK/v/run/control" is-0000 "$WORK/notes"
check "a subscriber listens" await "$WORK/notes" '^ready$'
said=$(import kinds)
check "it hears of the last entry" await "$WORK/notes" \
	'^dk-791/trial/early_childhood/ 6'
said=$(import kinds2)
check "and of one that has no kind by the HEAD alone" await "$WORK/notes" \
	'^dk-791/head/-/ head'
check_same "of that between the others under theirs" "" \
	"$(grep -E '^dk-791/head/[a-z]' "$WORK/notes")"

# --- Another branch.

check_same "no log is forked" 0 "$(at v status | grep -c "is forked")"
said=$(import other)
check_same "the other way is kept, beside the part that both have" "300 300 26 0 0 0" \
	"$(sums)"
check_has "it proves a fork" "$(at v status)" "forked"
said=$(import other)
check_same "and is known from then on" "0 0 326 0 0 0" "$(sums)"
check "all is well" at v verify

# --- Out again, in more than one page.

node_new w dk-101
sed -i "/^\[node\]/a pinned = $(cat "$WORK/in/registry")" "$WORK/w/erfad.conf"
node_up w
made=$(at v bundle export "$WORK/in/out" --json)
said=$(at w bundle import "$WORK/in/out" --json)
# The log of v itself is left out, since w does not know v: its beginning, the fork,
# and the members that listened, which are told with bodies.
own=$(status v logN)
check_has "v itself has told of more than the fork" "$own" '^([3-9]|1[0-9])$'
check_same "what is told of a bundle that was written is what comes out of it" \
	"$(field entries <<<"$made") $(field bodies <<<"$made") 1" \
	"$(($(field entries <<<"$said") + own)) $(($(field bodies <<<"$said") + own - 2)) $(
		field skippedLogs <<<"$said"
	)"

# --- Whoever wrote a bundle does not decide for how long it is read.

node_new x dk-101
sed -i "/^\[node\]/a pinned = $(cat "$WORK/in/registry")" "$WORK/x/erfad.conf"
node_up x
check "a bundle that opens one way a pass" at x bundle import "$WORK/in/deep"
check_has "ends after some" "$OUT" "^Left out 5 logs of keys"
check_has "and says that more may come of it" "$OUT" "erfa bundle import $WORK/in/deep"
check "it does" at x bundle import "$WORK/in/deep"
check_same "until nothing is left" "" "$(grep -E 'Left out|More' <<<"$OUT")"
finish
