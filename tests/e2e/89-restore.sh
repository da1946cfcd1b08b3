#!/bin/bash
# A backup at 100 entries, 150 written, the one of 100 restored: with both hubs up,
# with one down, with both down.  Afterwards there is no fork, what others had has
# come back, and nobody was asked.
# timeout: 200
. "$(dirname "$0")/lib.sh"

corpus=tests/corpus/trials.jsonl

# fill TAG COUNT: the leaf says so much, in ids of its own.
fill() {
	sed -n "1,$2s/{\"id\": \"/&$1-/p" "$corpus" >"$WORK/lines"
	at leaf import --quiet "$WORK/lines" >/dev/null 2>&1 ||
		not_ok "the leaf imports" "$1"
}

# everything: ids of all trials that the leaf has published, sorted.
everything() {
	at "$1" list --org fi-297 --limit 10000 --jsonl |
		grep -oE '"fullId": *"[^"]*"' | sort
}

node_stay hub dk-791
node_stay port no-5501
befriend hub port
node_new leaf fi-297
node_up leaf
befriend hub leaf
befriend port leaf
check "the leaf has two hubs" converge 30 hub port leaf
check "a key for backups" at leaf backup --new-key "$WORK/secret" --json
R=$(field recipient <<<"$OUT")

for down in none port both; do
	before=$(status leaf incarnations)
	fill "$down-a" 100
	check "all have 100 ($down down)" converge 60 hub port leaf
	check "a backup" at leaf backup "$WORK/$down.erfab" --to "$R"
	fill "$down-b" 50
	check "all have 150" converge 60 hub port leaf
	all=$(everything hub)
	node_end leaf
	case $down in
	port) node_end port ;;
	both)
		node_end hub
		node_end port
		;;
	esac
	rm -rf "$WORK/leaf/state"
	check "it is restored" "$ERFA" restore "$WORK/$down.erfab" --key "$WORK/secret"
	node_up leaf
	publish leaf 1
	[ "$down" = both ] &&
		check_same "it publishes though nobody is there" \
			$((before + 1)) "$(status leaf incarnations)"
	case $down in
	port) node_up port ;;
	both)
		node_up hub
		node_up port
		;;
	esac
	check "all converge" converge 60 hub port leaf
	check_same "what others had is back" "" \
		"$(comm -23 <(printf '%s\n' "$all") <(everything leaf))"
	check_same "one new log was begun" $((before + 1)) "$(status leaf incarnations)"
	for name in hub port leaf; do
		check_same "nothing is forked at $name" 0 "$(status "$name" logsFrozen)"
	done
done
same hub port leaf
finish
