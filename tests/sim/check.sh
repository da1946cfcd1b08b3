#!/bin/sh
# timeout: 600
# Schedules of the simulator, the kept seeds first; "make soak" runs more.
set -eu

exec "${B:?}/tests/sim/sim" --seeds tests/sim/seeds.txt \
	--from 1000001 --count "${COUNT:-2000}"
