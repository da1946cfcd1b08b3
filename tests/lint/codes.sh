#!/bin/sh
# Fail if erfad answers with a code that proto/control.proto does not list where it
# lists the codes of that field, or lists one that is never said.
set -eu
cd "$(dirname "$0")/../.."

bad=0

# listed MESSAGE FIELD: the words of the field's comment.
listed() {
	awk -v message="$1" -v field="$2" '
		$1 == "message" { inside = $2 == message }
		inside && /=/ { found = $3 == field && $4 == "=" }
		inside && found && sub(/^.*\/\//, "")
		/^}/ { inside = found = 0 }
	' proto/control.proto | tr -cs 'a-z_\n' '\n'
}

# compare MESSAGE FIELD PATTERN: the codes on stdin are the listed words that
# match PATTERN, and all of them stand there.
compare() {
	sort -u >"$dir/said"
	listed "$1" "$2" | sort -u >"$dir/listed"
	if [ ! -s "$dir/said" ]; then
		echo "proto/control.proto: nothing says a $1.$2: see $0"
		bad=1
	fi
	for code in $(comm -23 "$dir/said" "$dir/listed"); do
		echo "proto/control.proto: $1.$2 does not list \"$code\""
		bad=1
	done
	for code in $(comm -13 "$dir/said" "$dir/listed" | grep -xE "$3" || :); do
		echo "proto/control.proto: $1.$2 lists \"$code\"," \
			"which nothing says"
		bad=1
	done
}

# body NAME FILE: the lines of a function.
body() {
	sed -n "/^$1(/,/^}/p" "$2"
}

dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT

# What an alarm is about.
sed -n -e 's/.*\(\.\|->\)code = "\([a-z_]*\)".*/\2/p' \
	-e 's/.*answer_text(&problem->code, "\([a-z_]*\)").*/\1/p' \
	daemon/node_alarm*.c daemon/node_status.c |
	compare Problem code '(back|dis|fork|sil|diff|claim|flo|mem|wit|dou|clo|ind).*'

# Where a search found a word, and why a trial may be meant as a failure.
{
	body part_name daemon/query_find_reason.c
	body place_of daemon/query_find_reason.c
	grep -F 'answer_text(&reason->part, "' daemon/query_find_reason.c
} | sed -n 's/.*\(return \|part, \)"\([a-z_]*\)".*/\2/p' >"$dir/parts"
sed -n 's/^\t{ .*"\(failure_[a-z_]*\)".*/\1/p' daemon/query_failure.c \
	>>"$dir/parts"
compare Reason part 'failure_.*' <"$dir/parts"

# The client has words for each of these.
sort -u "$dir/parts" >"$dir/said"
sed -n 's/^\t{ "\([a-z_]*\)", N_(.*/\1/p' client/reason.c | sort -u >"$dir/told"
for code in $(comm -23 "$dir/said" "$dir/told"); do
	echo "client/reason.c: no words for the part \"$code\""
	bad=1
done
exit $bad
