#!/bin/bash
# What a node publishes that can only dial out reaches all: its hub pulls.
. "$(dirname "$0")/lib.sh"

node_stay hub dk-791
node_listen port no-5501
node_new leaf fi-297
node_new other fi-564
node_up leaf
node_up other
befriend hub port
befriend hub leaf
befriend port other
check_same "the origin listens nowhere" "" "$(status leaf listen)"
check_status "and cannot invite" 78 at leaf invite se-0180

cursor=$(status other storeEpoch)/$(status other arrival)
publish leaf 20
check "they arrive two hubs away" \
	at other watch --from "$cursor" --kind trial --count 20 --wait 60
check "all converge" converge 60 hub port leaf other
same hub port leaf other

# It was away while others wrote, and wrote while it was away.
node_end hub
publish leaf 5
publish port 5
node_up hub
check "all converge after the hub was away" converge 60 hub port leaf other
check_same "all is there" 30 "$(status other trials)"
finish
