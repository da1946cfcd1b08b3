#!/bin/sh
# Fail at what has no place here: unfinished marks, waiting by sleeping, and
# options of libraries that lose data or abort.  A line that needs one of them for a
# stated reason bears the words "lint: allowed".
set -eu
cd "$(dirname "$0")/../.."
bad=0

# refuse REASON PATTERN FILE...: report the lines of FILE... that match.
refuse() {
	reason=$1
	pattern=$2
	shift 2
	if grep -nE "$pattern" "$@" /dev/null | grep -v 'lint: allowed'; then
		echo "    $reason"
		bad=1
	fi
}

files=$(find proto daemon client conf systemd tests .ci Makefile README.md \
	-type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o \
	-name '*.proto' -o -name Makefile -o -name README.md -o -name run -o \
	-name deps \) 2>/dev/null | grep -v '^tests/lint/')

# shellcheck disable=SC2086
{
	refuse "finish it, or say in an issue who decides" \
		'\b(TODO|FIXME|XXX)\b' $files
	refuse "wait for an event (tests/e2e/lib.sh), do not sleep" \
		'\b(usleep|nanosleep)\(|(^|[^a-z_.])sleep [0-9$]' $files
	refuse "aborts the process when a peer freezes (libzmq 3937)" \
		'ZMQ_HEARTBEAT' $files
	refuse "what was acknowledged must be on disk" \
		'MDB_(NOSYNC|WRITEMAP|MAPASYNC)' $files
}
exit $bad
