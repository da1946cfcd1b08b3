#!/bin/sh
# Fail unless what stands at the top for others to read is whole, and agrees: the
# version everywhere, the licence, the keys that publiccode.yml must have, and the
# packages that debian/control wants for a build.
set -eu
cd "$(dirname "$0")/../.."
bad=0

# fail TEXT
fail() {
	echo "$1"
	bad=1
}

# One version.
version=$(sed -n 's,.*/dev/null)\,\([0-9.]*\))*$,\1,p' Makefile)
[ -n "$version" ] || fail "Makefile: no version is found"
sed -n '1s/.*(\(.*\)-[0-9]*).*/\1/p' debian/changelog | grep -qxF "$version" ||
	fail "debian/changelog: its first version is not $version"
grep -qx "Version:  *$version" conf/erfa.spec ||
	fail "conf/erfa.spec: Version is not $version"
grep -qxF "softwareVersion: \"$version\"" publiccode.yml ||
	fail "publiccode.yml: softwareVersion is not $version"
sed -n 's/^## \([0-9.]*\),.*/\1/p' CHANGELOG.md | head -n 1 |
	grep -qxF "$version" || fail "CHANGELOG.md: the newest is not $version"
grep -qF "| ${version%.*} | yes" SECURITY.md ||
	fail "SECURITY.md: ${version%.*} is not named as supported"

# The licence, as it is everywhere.
sum=$(tr -s ' \n' '  ' <LICENSE | sha256sum | cut -c 1-64)
[ "$sum" = \
	544e2efb707862b148133a206e11346f7157b75dec591ee1c1f9993dd5033f84 ] ||
	 fail "LICENSE: not the text of MPL-2.0"
for file in publiccode.yml debian/copyright; do
	grep -qi '^ *license: MPL-2.0' $file || fail "$file: not under MPL-2.0"
done

# https://yml.publiccode.tools, what must be there.
for key in publiccodeYmlVersion name url platforms developmentStatus softwareType \
	description legal maintenance localisation; do
	grep -q "^$key:" publiccode.yml || fail "publiccode.yml: no $key"
done
for key in shortDescription longDescription features license type contacts \
	localisationReady availableLanguages; do
	grep -q "^ *$key:" publiccode.yml || fail "publiccode.yml: no $key"
done
/usr/bin/python3 - <<'END' || bad=1
import re, sys
text = open("publiccode.yml", encoding="utf-8").read()
def value(key):
    found = re.search(rf"^( *){key}: >-?\n((?:\1 +.*\n)+)", text, re.M)
    return " ".join(found.group(2).split()) if found else ""
bad = [f"publiccode.yml: {key} has {len(value(key))} characters, not {a} to {b}"
       for key, a, b in (("shortDescription", 1, 150), ("longDescription", 150, 10000))
       if not a <= len(value(key)) <= b]
if "\t" in text:
    bad.append("publiccode.yml: a tab")
print("\n".join(bad), end="")
sys.exit(bool(bad))
END

# Until the project has an address, names that can never be one stand for it (RFC
# 2606), in these files alone; a release must have one.
held=$(git grep -lE 'erfa\.(example[^.]|invalid)' -- . ':!tests/' 2>/dev/null |
	sort | paste -s -d ' ') || held=
if [ -n "$held" ] && [ "$held" != \
	"conf/erfa.spec debian/changelog debian/control publiccode.yml" ]; then
	fail "an address that cannot be one: $held"
fi
if [ -n "$held" ] && git describe --exact-match --match 'v[0-9]*' \
	>/dev/null 2>&1; then
	fail "a release needs an address of the project: $held"
fi

# What a build needs, in both lists.
sed -n '/^# section: build/,/^# section: test/s/^\([a-z][^ ]*\) .*/\1/p' \
	conf/packages-debian.txt | while read -r package; do
	grep -qE "^ +$package,?$" debian/control ||
		echo "debian/control: Build-Depends lacks $package"
done | grep . && bad=1
exit $bad
