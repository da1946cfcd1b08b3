#!/bin/bash
# What erfa does and says where no erfad runs.
. "$(dirname "$0")/lib.sh"

unset ERFA_SOCKET ERFA_LANG ERFA_DATA
nobody=$WORK/none/control

# Help and wrong words.
check "erfa alone prints the help" "$ERFA"
check_has "with every group" "$OUT" "^Peers "
check "so does --help" "$ERFA" --help
check "help of a command" "$ERFA" help bundle export
check_same "is the same as --help" "$OUT" "$("$ERFA" bundle export --help)"
check "help exit" "$ERFA" help exit
check_has "names 75" "$OUT" "^75  tempfail "
check "help --json is one document" "$ERFA" help --json
check_same "as python reads it" "erfa.help/1" "$(/usr/bin/python3 -c \
	'import json, sys; print(json.load(sys.stdin)["schema"])' <<<"$OUT")"
check_status "an unknown command" 64 "$ERFA" serach
check_has "gets a guess" "$OUT" 'Did you mean "search"\?'
check_status "half a command" 64 "$ERFA" bundle
check_has "is told how it may go on" "$OUT" "^ *erfa bundle import$"
check_status "an unknown option" 64 "$ERFA" list --coutry DK
check_has "gets a guess, too" "$OUT" '"--country"'
check_status "a word too many" 64 "$ERFA" status now or never
check_status "--jsonl where there is no list" 64 "$ERFA" status --jsonl
check_status "a language that is not there" 64 "$ERFA" status --lang tlh
check_status "a date that is none" 64 "$ERFA" status --at tomorrow
check_status "a line that is none" 64 "$ERFA" show @x
check_status "a list that never was" 66 setsid -w "$ERFA" show @3

# Nobody there.
for command in status list "find x" "show dk-791/k7" watch peers "invite no-5501" \
	sync verify export logs "bundle export $WORK/x" "peers remove --yes x"; do
	# shellcheck disable=SC2086
	check_status "erfa ${command%% *} without erfad" 69 \
		"$ERFA" --socket "$nobody" $command
	check_has "says how to start it" "$OUT" "systemctl start erfad"
done
check_same "and leaves no file behind" "" "$(ls "$WORK")"
check_status "as JSON" 69 "$ERFA" status --json --socket="$nobody"
check_has "an error is an object" "$OUT" '^\{"error":\{.*"exit":69,'
ERFA_SOCKET=$nobody check_status "the place may come from ERFA_SOCKET" 69 \
	"$ERFA" status
check_has "which is named" "$OUT" "no socket at $nobody"

# Files that are no good are told before anybody is asked.
check_status "publish what is not there" 66 "$ERFA" publish "$WORK/none"
printf '{"trial":\n {"titel": "x"}}\n' >"$WORK/bad.json"
check_status "publish what is no record" 65 "$ERFA" publish "$WORK/bad.json"
check_has "tells line and name" "$OUT" 'bad.json:2:[0-9]+: .*titel'
check_status "publish an empty file" 65 "$ERFA" publish /dev/null
check_status "import a bundle that is none" 65 "$ERFA" bundle import "$WORK/bad.json"
{
	echo erfa/1/bundle
	printf '\5\0\0\0abc'
} >"$WORK/cut"
check_status "import a bundle that breaks off" 65 "$ERFA" bundle import "$WORK/cut"
check_has "tells where" "$OUT" "message 1"
check_status "the same from a pipe" 65 "$ERFA" bundle import - <"$WORK/cut"
check_status "a bundle of a newer version" 76 "$ERFA" bundle import - \
	<<<"erfa/9/bundle"
ERFA_DATA=$WORK check_status "import without its tables" 78 \
	"$ERFA" import tests/corpus/trials.jsonl
: >"$WORK/there"
check_status "export over a file that is there" 73 "$ERFA" bundle export "$WORK/there"

# Invitation lines.
check_status "no invitation line" 64 "$ERFA" join nonsense
check_status "one that is cut off" 64 "$ERFA" join host:7411/0649nq2g
check_has "tells how much is missing" "$OUT" "64 characters too few"
line=host:7411/$(printf '0%.0s' {1..72})
check_status "one of another version" 76 "$ERFA" join "$line"

# A new node.
check "erfa init" "$ERFA" init --org no-5501 --name "Tromsø kommune" \
	--listen 127.0.0.1:0 --dir "$WORK/node"
check_has "shows the check number" "$OUT" "([0-9]{4} ){5}[0-9]{4}"
check_same "the key is for its owner's eyes" 600 \
	"$(stat -c %a "$WORK/node/node.key")"
check_status "a second init" 73 "$ERFA" init --org no-5501 --dir "$WORK/node"
check_status "init for nobody" 64 "$ERFA" init --dir "$WORK/other"
ERFA_DATA=conf check_status "init by name" 64 "$ERFA" init --org tromsø \
	--dir "$WORK/other"
check_has "is told the id" "$OUT" "erfa init --org no-5501 "
check_same "makes nothing" "" "$(ls -d "$WORK/other" 2>/dev/null)"

# What cannot be shown is spelled out; what cannot be written is noticed.
LC_ALL=C "$ERFA" help init >"$WORK/plain"
check_same "without UTF-8 there are seven bits" 0 \
	"$(tr -d '\0-\177' <"$WORK/plain" | wc -c)"
check_has "and readable names" "$(cat "$WORK/plain")" "Tromsoe kommune"
check_status "a full disk" 73 bash -c "'$ERFA' help >/dev/full"
check "colour is off in a pipe" "$ERFA"
check_same "so there is no escape" "" "$(grep $'\033' <<<"$OUT")"
check "colour can be forced" "$ERFA" --color=always
check_has "then there is" "$OUT" $'\033\\[1m'
finish
