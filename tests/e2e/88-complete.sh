#!/bin/bash
# What Tab offers: commands and options from the table, codes, ids and peers from
# the node; and never a complaint.
. "$(dirname "$0")/lib.sh"

unset ERFA_SOCKET
nobody=$WORK/none/control

# offered COMMAND...: what it prints.  If erfad does not answer at once erfa offers
# nothing, as on a machine that has other work: then it is asked again.
offered() {
	local said
	for _ in 1 2 3; do
		said=$("$@")
		[ -z "$said" ] || break
	done
	[ -z "$said" ] || printf '%s\n' "$said"
}

# tab WORD...: the candidates, without what they are.
tab() {
	offered "$ERFA" --complete "$@" | cut -f 1
}

# What needs no node.
check_has "commands, each once" "$(tab "" | sort | uniq -c)" '^ *1 publish$'
check_has "a family once as well" "$(tab "" | sort | uniq -c)" '^ *1 programme$'
check_same "what begins as typed, and no more" $'find\nfinish' "$(tab "fi")"
check_same "the second word of a family" $'accept\nremove' "$(tab peers "")"
check_same "options of the command, and the common ones" $'--json\n--like-us' \
	"$(tab find a -- | grep -xE -e '--(like-us|json)' | sort)"
check_same "codes with their own vocabulary" staff_capacity \
	"$(tab stop x --reason staff)"
check_same "the same option of another command" personal_data \
	"$(tab erase x --reason pers)"
check_same "after an equals sign" --country=NO "$(tab find --country=N)"
check_has "municipalities, with their names" \
	"$("$ERFA" --complete invite no-5501)" $'^no-5501\tTromsø$'
check_same "files are the shell's" :files "$(tab import "")"
check_same "free text is nobody's" "" "$(tab find "" | grep -v '^:')"
check_same "where there is no such command there is nothing" "" \
	"$(tab serach "")"
check "without erfad it is silent" \
	"$ERFA" --complete --socket "$nobody" show ""
check_same "and offers nothing" "" "$OUT"
check "and so it is without words" "$ERFA" --complete
check_same "which offer nothing either" "" "$OUT"

# Every command and every shown option can be reached by Tab.
"$ERFA" help --json >"$WORK/help.json"
/usr/bin/python3 - "$ERFA" "$WORK/help.json" <<'END' || BAD=1
import json, subprocess, sys
erfa, table = sys.argv[1], json.load(open(sys.argv[2]))
def tab(*words):
    done = subprocess.run([erfa, "--complete", *words], capture_output=True,
                          timeout=60, check=True)
    return {line.split("\t")[0] for line in done.stdout.decode().splitlines()}
lacking = []
for command in table["command"]:
    words = command["name"].split()
    for i, word in enumerate(words):
        if word not in tab(*words[:i], ""):
            lacking.append(" ".join(words[:i + 1]))
    offered = tab(*words, "--")
    lacking += [f'{command["name"]} --{o["name"]}' for o in command["option"]
                if "--" + o["name"] not in offered]
print(f"{'not ok' if lacking else 'ok'} every command and option is offered"
      + (f": {lacking}" if lacking else ""))
sys.exit(bool(lacking))
END

# What the node has.
node_listen v dk-791 --name "Viborg Kommune"
export ERFA_SOCKET=$WORK/v/run/control
trial "Faste teams" | at v publish --yes - >/dev/null
id=$(at v list --json | field id)
check_same "ids of trials" "$id" "$(tab show dk-)"
check_same "without the country, too" "${id#dk-}" "$(tab show 7)"
check_same "beside their titles" "$id"$'\tFaste teams' \
	"$(offered "$ERFA" --complete show dk-)"
check_same "of the node's own where it must be its own" "$id" \
	"$(tab start dk-)"
check_same "with --socket as well" "$id" "$(ERFA_SOCKET=$nobody \
	offered "$ERFA" --complete --socket "$WORK/v/run/control" lineage d | cut -f 1)"
at v new --title Udkast --summary x --sector school >/dev/null 2>&1
check_has "drafts where drafts are due" \
	"$(offered "$ERFA" --complete publish dk-)" $'\tUdkast$'
at v group create "Pilot" dk-791 --yes >/dev/null
at v group create "Pilot nord" dk-791 --yes >/dev/null
check_same "groups by their names" Pilot \
	"$(tab new --group P)"
check_has "or by number, where a name has a blank" \
	"$(offered "$ERFA" --complete group show "")" $'^[0-9a-f]{8}\tPilot nord$'
node_new t no-5501 --name "Tromsø kommune"
node_up t
befriend v t
check_same "peers" no-5501 "$(tab peers remove "")"

# The same through bash.
export PATH=$PATH:$WORK/bin
mkdir "$WORK/bin"
ln -s "$(command -v "$ERFA")" "$WORK/bin/erfa"
. client/completion/erfa.bash

# press WORD...: what bash makes of Tab behind these words.
press() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	for _ in 1 2 3; do
		[ ${#COMPREPLY[@]} -eq 0 ] || break
		_erfa "$ERFA"
	done
	printf '%s\n' "${COMPREPLY[@]}"
}

check_same "bash offers commands" $'find\nfinish' "$(press erfa "fi")"
check_same "and ids" "$id" "$(press erfa show dk-)"
check_same "and what stands behind an equals sign" NO \
	"$(press erfa find --country = N)"
: >"$WORK/a file.jsonl"
check_same "and files with blanks" "$WORK/a file.jsonl" \
	"$(press erfa import "$WORK/a")"

# The other shells read their files, if they are here.
for shell in zsh fish; do
	if ! command -v $shell >/dev/null; then
		skip "$shell reads its completion" "there is no $shell here"
		continue
	fi
	file=client/completion/_erfa
	[ $shell = fish ] && file=client/completion/erfa.fish
	check "$shell reads its completion" $shell -n $file
done
if command -v fish >/dev/null; then
	check_has "fish offers ids with their titles" "$(HOME=$WORK \
		offered fish -c "source client/completion/erfa.fish; complete -C 'erfa show dk-'")" \
		"^$id"$'\tFaste teams'
fi
finish
