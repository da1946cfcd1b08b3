#!/bin/bash
# What is shared by name with a member of a group is not shared again when it is asked
# for the rest of it: one request cannot hold everything.
# timeout: 100
. "$(dirname "$0")/lib.sh"

node_listen hub dk-791
node_new leaf fi-297
node_up leaf
befriend hub leaf
check "a group is made" at hub group create Stort fi-297 --yes
trial "to be shared" | at hub publish --group Stort --yes - >/dev/null ||
	die "cannot publish"
id=$(at hub list --json | field fullId)

/usr/bin/python3 - "$WORK/hub/run/control" "$id" <<-'END' || BAD=1
	import sys

	sys.path.insert(0, "tests/e2e")
	from peer import Checks, Control
	from proto import control_pb2

	checks, control = Checks(), Control(sys.argv[1])


	def share(**more):
	    return control.ask(group_change=control_pb2.GroupChangeRequest(
	        action="share", group="Stort", member=["fi-297"], record=[sys.argv[2]],
	        **more))


	first = share()
	checks.check("it is sealed anew", len(first.shared) == 1, str(first))
	again = share(before=first.before)
	checks.check("and its copy is not, when the rest is asked for",
	             not again.shared and again.left == 0, str(again))
	once = share()
	checks.check("asked from the beginning it is", len(once.shared) == 1, str(once))
	later = share(before=1 << 63)
	checks.check("what lies ahead is not waited for", len(later.shared) == 1 and
	             later.before < 1 << 62, str(later))
	sys.exit(checks.bad)
END
check "people share it by name" at hub group share Stort fi-297 "$id" --yes
check_has "once" "$OUT" "Shared 1 entry of yours"
finish
