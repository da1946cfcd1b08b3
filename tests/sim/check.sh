#!/bin/sh
# timeout: 600
# Schedules of the simulator, the kept seeds first; "make soak" runs more.
set -eu

exec "${B:?}/tests/sim/sim" --seeds tests/sim/seeds.txt \
	--from 20001 --count "${COUNT:-2000}"
