#!/bin/bash
# Data directories of earlier releases (tests/compat/make.sh) open with today's erfad:
# every log, body and record is there, undamaged, and the node goes on.
. "$(dirname "$0")/lib.sh"

open_old() {
	local from=$1 version
	version=$(basename "$1")
	mkdir "$WORK/$version"
	tar -C "$WORK/$version" -xzf "$from/node.tar.gz" --strip-components=1 ||
		die "$from/node.tar.gz cannot be unpacked"
	mkdir -p "$WORK/$version/run"
	sed -i "s,@DIR@,$WORK/$version,g" "$WORK/$version/erfad.conf"
	node_up "$version"
	check "$version: nothing is damaged" at "$version" verify
	check_same "$version: every log is there" "$(cat "$from/positions")" \
		"$(positions "$version")"
	check_same "$version: every record is there" "$(cat "$from/bodies")" \
		"$(bodies "$version")"
	check_same "$version: a draft is there" 1 \
		"$(at "$version" drafts --jsonl | grep -c .)"
	at "$version" sync --wait 30 >/dev/null
	check_has "$version: it is indexed" "$(at "$version" list)" "node 2"
	publish "$version" 1
	check_same "$version: the node goes on, in a new log" 2 \
		"$(status "$version" incarnations)"
	node_end "$version"

	# Once more: what was written is as good as what was there.
	node_up "$version"
	check "$version: and once more" at "$version" verify
	node_end "$version"
}

for release in tests/compat/*/; do
	open_old "${release%/}"
done
finish
