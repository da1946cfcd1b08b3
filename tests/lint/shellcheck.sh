#!/bin/sh
# Fail if shellcheck finds fault with a script of ours.
set -eu
cd "$(dirname "$0")/../.."

if ! command -v shellcheck >/dev/null; then
	echo "shellcheck is not installed (make lint installs it)"
	exit 77
fi
find conf tests .ci -type f | sort | while read -r file; do
	case $(head -n 1 "$file" | tr -d '\0') in
	'#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'*) echo "$file" ;;
	esac
done | xargs shellcheck -x --source-path=SCRIPTDIR
