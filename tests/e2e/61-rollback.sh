#!/bin/bash
# A machine is rolled back, memory and all: the store of yesterday in the same
# file, with the fence of yesterday.  Cut off, it signs a second branch; at the first
# contact it finds out, and loses nothing.
. "$(dirname "$0")/lib.sh"

node_stay hub dk-791
node_listen port no-5501
befriend hub port
node_new leaf fi-297
node_up leaf
befriend hub leaf
publish leaf 2
check "all converge" converge 30 hub port leaf
node_end leaf
cp "$WORK/leaf/run/fence" "$WORK/fence"
cp -a "$WORK/leaf/state" "$WORK/state"

node_up leaf
publish leaf 2
check "all converge on what it says today" converge 30 hub port leaf
check_same "in the same log" 1 "$(status leaf incarnations)"
node_end leaf
for file in "$WORK"/state/*; do
	cat "$file" >"$WORK/leaf/state/${file##*/}"
done
cp "$WORK/fence" "$WORK/leaf/run/fence"

node_end hub
node_up leaf
publish leaf 3
check_same "rolled back, it goes on with the log of yesterday" 1 \
	"$(status leaf incarnations)"
node_up hub
check "at the first contact all converge" converge 60 hub port leaf
check_same "it has begun a new log" 2 "$(status leaf incarnations)"
check_same "the forked one is frozen everywhere" 1 "$(status port logsFrozen)"
check "what either branch said is said again" shows port 7
publish leaf 1
check "it goes on" converge 60 hub port leaf
check_same "in its new log" 2 "$(status leaf incarnations)"
same hub port leaf
finish
