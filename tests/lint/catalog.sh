#!/bin/sh
# Fail unless the journal catalogue explains each kind of event once in each
# language, and none that there is not: the ids are those of daemon/event.h and
# daemon/logger.h.  The commands it names are the same in all languages.
set -eu
export LC_ALL=C.UTF-8
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
		END { if (entries != subjects) {
			print file ": " entries " kinds, " subjects " subjects"
			bad = 1 }
		exit bad }' "$file" || bad=1
	[ "$(wc -L < "$file")" -le 80 ] || {
		echo "$file: a line is longer than 80"
		bad=1
	}
done

# What is not for people stands in each language as it does in English; and what
# is for people does not.
grep -E '^(-- |  )' systemd/erfa.catalog > "$work/fixed"
grep '^Subject: ' systemd/erfa.catalog | sort > "$work/subjects"
for lang in da nb sv "fi"; do
	file=systemd/erfa.$lang.catalog
	[ -e "$file" ] || { echo "$file: there is none"; bad=1; continue; }
	grep -E '^(-- |  )' "$file" | diff "$work/fixed" - > "$work/diff" || {
		echo "$file: another order or other commands than in English"
		head -n 4 "$work/diff"
		bad=1
	}
	grep '^Subject: ' "$file" | sort | comm -12 "$work/subjects" - |
		sed "s|^|$file: not translated: |" > "$work/same"
	[ ! -s "$work/same" ] || { cat "$work/same"; bad=1; }
done

# journalctl takes them all, by the languages of their names.
if command -v journalctl > /dev/null; then
	mkdir -p "$work/root/usr/lib/systemd/catalog" \
		"$work/root/var/lib/systemd/catalog"
	cp systemd/*.catalog "$work/root/usr/lib/systemd/catalog/"
	journalctl --root="$work/root" --update-catalog || bad=1
	for lang in da nb sv "fi"; do
		tr '\0' '\n' < "$work/root/var/lib/systemd/catalog/database" |
			grep -aqx ".*$lang" ||
			{ echo "journalctl: nothing in $lang"; bad=1; }
	done
fi
[ ! -e "$work/bad" ] || bad=1
exit $bad
