#!/bin/sh
# timeout: 600
# Schedules of the simulator, the kept seeds first; "make soak" runs more.  From
# 1000001 on also that happens what people do: backups, keys, groups; from 2000001 on
# members let strangers in as well, and put them out.
set -eu

count=${COUNT:-2000}
"${B:?}/tests/sim/sim" --seeds tests/sim/seeds.txt \
	--from 20001 --count $((count * 4 / 5))
"$B/tests/sim/sim" --seeds tests/sim/open.txt \
	--from 1000001 --count $((count * 4 / 25))
exec "$B/tests/sim/sim" --from 2000001 --count $((count / 25))
