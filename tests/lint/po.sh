#!/bin/sh
# Fail unless the catalogues of messages are in step with the sources and with
# the English: every message of "make pot" is in each of them and nothing else,
# none is fuzzy, and the places in a sentence are those of the English.
set -eu
cd "$(dirname "$0")/../.."

# What is not translated yet is an error if this says yes.
complete=yes

command -v xgettext >/dev/null 2>&1 || {
	echo "there is no xgettext"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
client/po/extract "$work/erfa.pot"
bad=0

# fail FILE TEXT
fail() {
	echo "$1: $2"
	bad=1
}

untranslated=--use-untranslated
[ "$complete" = no ] || untranslated=

# places FILE: entries whose translation has other places than the English, {who}
# or %s; msgfmt looks only at those that it knows to be formats.
places() {
	msgcat --no-wrap "$1" | awk '
		function count(text, table,    at) {
			while ((at = match(text, /\{[a-z]+\}|%[.0-9]*[hlz]*[sdiucx]/)) > 0) {
				table[substr(text, at, RLENGTH)]++
				text = substr(text, at + RLENGTH)
			}
		}
		function differ(a, b,    k) {
			for (k in a)
				if (a[k] != b[k])
					return 1
			for (k in b)
				if (a[k] != b[k])
					return 1
			return 0
		}
		function look() {
			if (id != "" && str != "") {
				split("", in_id)
				split("", in_str)
				count(id, in_id)
				count(str, in_str)
				if (differ(in_id, in_str))
					print "other places: " id
			}
		}
		/^msgid / { look(); id = $0; sub(/^msgid "/, "", id)
			sub(/"$/, "", id); str = ""; part = 1; next }
		/^msgid_plural / { id = ""; part = 0; next }
		/^msgstr / { str = $0; sub(/^msgstr "/, "", str)
			sub(/"$/, "", str); part = 2; next }
		/^"/ { text = substr($0, 2, length($0) - 2)
			if (part == 1) id = id text
			if (part == 2) str = str text }
		END { look() }'
}

for language in da nb sv "fi"; do
	po=client/po/$language.po
	msgfmt -c -o /dev/null "$po" || bad=1
	# shellcheck disable=SC2086
	msgcmp --no-fuzzy-matching $untranslated "$po" "$work/erfa.pot" \
		>"$work/log" 2>&1 || {
		tail -n 1 "$work/log"
		fail "$po" "is behind the sources: make pot, then translate"
	}
	msgmerge -q --no-fuzzy-matching --no-wrap -o "$work/merged" "$po" \
		"$work/erfa.pot"
	if grep -q '^#~' "$work/merged"; then
		grep '^#~ msgid' "$work/merged" | head -n 5
		fail "$po" "has messages that no source has: make pot"
	fi
	! grep -nE '^#,.*fuzzy' "$po" || fail "$po" "a message is fuzzy"
	! grep -nE '%[0-9]+[$]' "$po" || fail "$po" \
		"print_say() takes arguments in the order of the English"
	grep -qF 'nplurals=2; plural=(n != 1);' "$po" || fail "$po" \
		"client/speech knows these forms of plural only"
	places "$po" >"$work/places"
	if [ -s "$work/places" ]; then
		head -n 10 "$work/places"
		fail "$po" "a translation has other places than the English"
	fi
done
exit $bad
