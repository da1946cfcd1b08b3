#!/bin/bash
# What was published in a group after a backup, and erased, is a draft alone in that
# backup: nothing says of which draft the erased text was, so people are asked.
. "$(dirname "$0")/lib.sh"

doubted() {
	at v status | grep "^!.* erased since the backup"
}

node_listen t no-5501 --name "Tromsø kommune"
node_new v dk-791 --name "Viborg Kommune"
node_up v
befriend t v
check "a key for backups" at v backup --new-key "$WORK/secret" --json
R=$(field recipient <<<"$OUT")
check "a group" at v group create Haveråd no-5501 --yes --json
group=$(grep -oE '"group": *"[0-9a-f]{16}"' <<<"$OUT" | field group)
check "is known" converge 30 v t
kept=$(/usr/bin/python3 tests/e2e/sealed.py "$WORK/v/run/control" draft - "$group")
kept=${kept% *}
check "a draft for all" at v new --title "Et udkast" --summary "Ord." \
	--sector school --json
check "a backup has a draft for the group" at v backup "$WORK/b.erfab" --to "$R"
check "which is published" at v publish "$kept" --yes
check "both have it" converge 30 v t
check "it is erased" at v erase "$kept" --reason personal_data --yes
check "at both" converge 30 v t
check_same "no draft is in doubt" "" "$(doubted)"

node_end v
rm -rf "$WORK/v/state"
check "the backup is restored" "$ERFA" restore "$WORK/b.erfab" --key "$WORK/secret"
node_up v
check "in step again" converge 30 v t
check_has "the draft came back" "$(at v drafts --json)" "$kept"
check_same "it alone is in doubt" 1 "$(doubted | wc -l)"
check_has "and is named" "$(doubted)" "$kept"
check "it is thrown away" at v drafts --drop "$kept" --yes
check_same "then none is in doubt" "" "$(doubted)"
check_has "and the other is there" "$(at v drafts)" "Et udkast"
finish
