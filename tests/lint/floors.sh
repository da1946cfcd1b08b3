#!/bin/sh
# Fail if a file stands on no floor, includes a header from its own floor or
# above, from the other wing, or one that another module owns.
# The rules are in tests/lint/floors.
set -eu
cd "$(dirname "$0")/../.."

# shellcheck disable=SC2016
find proto daemon client -maxdepth 1 -name '*.[ch]' | sort |
xargs awk '
	function stem(path) { sub(/\.[ch]$/, "", path); return path }
	function folder(path) { sub(/\/.*/, "", path); return path }
	function fail(text) { print FILENAME ":" FNR ": " text; bad = 1 }

	# The key of table that stands for name: itself, or the longest "x*".
	function key(table, name,    n) {
		if (name in table)
			return name
		for (n = length(name); n > 0; n--)
			if ((substr(name, 1, n) "*") in table)
				return substr(name, 1, n) "*"
		return ""
	}

	# True if module may include header, as far as owners go.
	function may(header, module,    i, word, n) {
		n = split(owners[header], word, " ")
		for (i = 1; i <= n; i++)
			if (word[i] == module || (word[i] ~ /\*$/ &&
			    index(module, substr(word[i], 1,
			    length(word[i]) - 1)) == 1))
				return 1
		return 0
	}

	FILENAME == "tests/lint/floors" {
		if ($1 ~ /^[0-9]+$/)
			floor[$2] = $1
		else if ($1 == "only")
			for (i = 3; i <= NF; i++)
				owners[$2] = owners[$2] " " $i
		else if ($1 == "wing")
			for (i = 3; i <= NF; i++)
				wing[$i] = $2
		else if (NF > 0 && $1 !~ /^#/)
			fail("unknown word " $1)
		next
	}
	FNR == 1 {
		me = stem(FILENAME)
		mine = key(floor, me)
		if (mine == "")
			fail("the module " me " stands on no floor: " \
			    "give it a line in tests/lint/floors")
	}
	/^#[ \t]*include/ {
		split($0, part, /[<>"]/)
		header = part[2]
		it = stem(header)
		owned = key(owners, header)
		if (owned != "" && it != me && !may(owned, me))
			fail("may not include " header ": tests/lint/floors " \
			    "names its owners," owners[owned])
		if (!/"/ || it == me)
			next
		if (header ~ /\.pb-c\.h$/) {
			if (owned == "")
				fail(header " has no owner in tests/lint/floors")
			next
		}
		its = key(floor, it)
		if (its == "")
			fail(header " stands on no floor")
		else if (mine != "" && floor[its] + 0 >= floor[mine] + 0)
			fail("floor " floor[mine] " may not include " header \
			    " of floor " floor[its])
		if (folder(it) != "proto" && folder(it) != folder(me))
			fail(folder(me) "/ may not include " header)
		if ((me in wing) && (it in wing) && wing[me] != wing[it])
			fail("the " wing[me] " wing may not include " header \
			    " of the " wing[it] " wing")
	}
	END { exit bad }
' tests/lint/floors
