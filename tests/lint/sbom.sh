#!/bin/sh
# Fail unless the bill of materials is one: CycloneDX, with the libraries that
# matter, and without a reference that leads nowhere.
set -eu
cd "$(dirname "$0")/../.."
build=${B:-build}

for tool in dpkg-query readelf ldd; do
	command -v $tool >/dev/null || {
		echo "there is no $tool"
		exit 77
	}
done
conf/sbom 1.2.3 "$build/erfad" "$build/erfa" | /usr/bin/python3 -c '
import json, sys
bill = json.load(sys.stdin)
assert bill["bomFormat"] == "CycloneDX" and bill["specVersion"] == "1.5"
refs = {c["bom-ref"] for c in bill["components"]}
assert len(refs) == len(bill["components"]), "a component stands there twice"
names = {c["name"] for c in bill["components"]}
lacking = {"erfa", "erfad", "libzmq5", "libsodium23", "liblmdb0"} - names
assert not lacking, f"there is no {lacking}"
assert all("version" in c for c in bill["components"]), "a version is missing"
for entry in bill["dependencies"]:
    lost = set(entry["dependsOn"]) - refs
    assert not lost, f"something is lost: {lost}"
'
