#!/bin/sh
# Fail if a file of tests/vectors is not what make.py there computes.
set -eu
cd "$(dirname "$0")/../.."

/usr/bin/python3 -c 'import nacl' 2>/dev/null || {
	echo "python3-nacl is not installed"
	exit 77
}
/usr/bin/python3 tests/vectors/make.py --check
