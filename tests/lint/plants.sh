#!/bin/sh
# Fail if a bug that "make plant" plants finds no longer its place in the sources.
set -eu
cd "$(dirname "$0")/../.."

/usr/bin/python3 tests/sim/plant.py --check
