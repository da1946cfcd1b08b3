#!/bin/sh
# Fail if conf/vocabulary.txt or conf/search_words.txt breaks a rule of theirs.
set -eu
cd "$(dirname "$0")/../.."

tool=${B:-build}/tests/unit/vocab_tool
[ -x "$tool" ] || {
	echo "$tool is not built: make programs"
	exit 77
}
"$tool" conf/vocabulary.txt conf/search_words.txt
