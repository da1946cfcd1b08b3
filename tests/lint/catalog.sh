#!/bin/sh
# Fail unless the journal catalogue explains each kind of event once, and none
# that there is not: the ids are those of daemon/event.h and daemon/logger.h.
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

cat daemon/event.h daemon/logger.h |
	grep -o '"[0-9a-f]\{32\}"' | tr -d '"' | sort > "$work/ids"
test -s "$work/ids" || { echo "daemon/event.h: no ids"; exit 1; }
uniq -d "$work/ids" | while read -r id; do
	echo "daemon/event.h: $id stands for two kinds"
	echo > "$work/bad"
done
for file in systemd/*.catalog; do
	sed -n 's/^-- \([0-9a-f]*\)$/\1/p' "$file" | sort > "$work/told"
	cmp -s "$work/ids" "$work/told" || {
		diff "$work/ids" "$work/told" |
			sed -n "s|^< |$file: nothing about |p;
				s|^> |$file: no such kind, or twice: |p"
		bad=1
	}
	awk -v file="$file" '
		/^-- / { entries++ }
		/^Subject: ./ { subjects++ }
		length > 80 { print file ":" NR ": longer than 80"; bad = 1 }
		END { if (entries != subjects) {
			print file ": " entries " kinds, " subjects " subjects"
			bad = 1 }
		exit bad }' "$file" || bad=1
done
[ ! -e "$work/bad" ] || bad=1
exit $bad
