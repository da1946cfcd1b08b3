#!/bin/sh
# Fail if a public prototype has no contract, or returns enum err without
# MUST_CHECK.  A contract is a comment with a line " * name(arguments)" that stands
# directly before the prototype, or before a paragraph of several.
set -eu
cd "$(dirname "$0")/../.."

# shellcheck disable=SC2016
find proto daemon client -maxdepth 1 -name '*.h' | sort |
xargs awk '
	function fail(text) { print FILENAME ":" FNR ": " text; bad = 1 }

	# The name before the first "(", if text declares a function.
	function declared(text) {
		if (text ~ /^(typedef|static|struct [a-z_0-9]+ \{|enum [a-z_]* ?\{)/)
			return ""
		if (!match(text, /[a-z_0-9]+\(/) || text !~ /;$/)
			return ""
		return substr(text, RSTART, RLENGTH - 1)
	}

	FNR == 1 { told = 0; text = ""; inside = 0; depth = 0 }
	/^$/ && !inside { told = 0; next }
	/^\/\*/ { inside = 1; told = 0 }
	inside {
		if (/^ \* [a-z_0-9]+\(/)
			told = 1
		if (/\*\//)
			inside = 0
		next
	}
	/^#/ { next }
	{
		depth += gsub(/\{/, "{") - gsub(/\}/, "}")
		text = text == "" ? $0 : text " " $0
		if (depth > 0 || text !~ /(;|\})$/)
			next
		name = declared(text)
		if (name != "" && !told)
			fail(name " has no comment \" * " name "(...):\"")
		if (name != "" && text ~ /^enum err [a-z_0-9]+\(/ &&
		    text !~ /MUST_CHECK/)
			fail(name " returns enum err without MUST_CHECK")
		text = ""
	}
	END { exit bad }
'
