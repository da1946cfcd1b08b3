#!/bin/sh
# Fail if the top folder holds anything but what a reader expects there.
set -eu
cd "$(dirname "$0")/../.."

git rev-parse --git-dir >/dev/null 2>&1 || {
	echo "not a git tree"
	exit 77
}
# shellcheck disable=SC2046
set -- $(git ls-files | sed 's,/.*,,' | sort -u)
bad=0
for name in "$@"; do
	case $name in
	daemon | proto | client | conf | systemd | tests | debian | .ci) ;;
	Makefile | README.md | LICENSE | CHANGELOG.md | SECURITY.md) ;;
	publiccode.yml | .gitignore | .clang-format | .clang-tidy) ;;
	*)
		echo "$name: has no place at the top"
		bad=1 ;;
	esac
done
exit $bad
