#!/bin/sh
# Fail unless the README shows tests/interop/subscriber.py as it is, and names
# only paths that exist.
set -eu
cd "$(dirname "$0")/../.."

shown=$(awk '/^```python$/ { on = 1; next } /^```$/ { on = 0 } on' README.md)
if [ "$shown" != "$(cat tests/interop/subscriber.py)" ]; then
	echo "README.md: the subscriber shown is not tests/interop/subscriber.py"
	exit 1
fi

missing=$(grep -oE '(tests|proto|daemon|conf|client)/[a-zA-Z0-9_./-]+' README.md |
	sed 's/[.]$//' | sort -u | while read -r path; do
	[ -e "$path" ] || echo "README.md: there is no $path"
done)
[ -z "$missing" ] && exit 0
echo "$missing"
exit 1
