#!/bin/sh
# timeout: 600
# Schedules of the simulator, the kept seeds first; "make soak" runs more.
set -eu

exec "${B:?}/tests/sim/sim" --seeds tests/sim/seeds.txt --count "${COUNT:-2000}"
