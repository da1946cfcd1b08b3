#!/bin/sh
# Fail unless the README shows tests/interop/subscriber.py as it is, and names
# only tests that exist.
set -eu
cd "$(dirname "$0")/../.."

shown=$(awk '/^```python$/ { on = 1; next } /^```$/ { on = 0 } on' README.md)
if [ "$shown" != "$(cat tests/interop/subscriber.py)" ]; then
	echo "README.md: the subscriber shown is not tests/interop/subscriber.py"
	exit 1
fi

bad=0
for path in $(grep -oE '(tests|proto|daemon|conf|client)/[a-zA-Z0-9_./-]+' README.md |
	sed 's/[.]$//' | sort -u); do
	[ -e "$path" ] && continue
	echo "README.md: there is no $path"
	bad=1
done
exit $bad
