#!/bin/bash
# A form in an editor or a file: nothing that somebody wrote in one is lost.
. "$(dirname "$0")/lib.sh"

node_listen v dk-791 --name "Viborg Kommune"
unset VISUAL
export EDITOR="$WORK/editor" HOME="$WORK/h" XDG_RUNTIME_DIR="$WORK/session"
unset XDG_STATE_HOME
mkdir -p "$HOME" "$XDG_RUNTIME_DIR"
made=$HOME/.local/state/erfa

# editor COMMAND...: from now on the editor does this to the form, which is $1.
editor() {
	printf '#!/bin/bash\n%s\n' "$*" >"$EDITOR"
	chmod +x "$EDITOR"
}

# by_hand ARGUMENT...: erfa edit in a terminal, where every question is answered
# by Enter.
# shellcheck disable=SC2317 # check calls it
by_hand() {
	/usr/bin/python3 -c '
import os, pty, sys

pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
os.write(fd, b"\n\n\n")
try:
    while data := os.read(fd, 4096):
        sys.stdout.buffer.write(data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
' "$ERFA" --socket "$WORK/v/run/control" edit "$@"
}

# draft FIELD: what the draft says there.
draft() {
	at v edit "$t" --form "$WORK/look.yaml" >/dev/null 2>&1
	sed -n "s/^$1: //p" "$WORK/look.yaml"
	rm -f "$WORK/look.yaml"
}

t=$(at v new --title "Natlys" --summary "Lys i gangen" --sector elder_care --yes \
	--json | field id)

# --- A form with mistakes, and a disk that is full.

check "edit --form" at v edit "$t" --form "$WORK/form.yaml"
sed -i -e 's/^title:.*/title: Lys om natten/' -e '$a nonsense: 1' "$WORK/form.yaml"
cp "$WORK/form.yaml" "$WORK/form.before"
# shellcheck disable=SC2317 # check calls it
when_full() (
	[ "$1" = killed ] || trap '' XFSZ
	ulimit -c 0 -f 0
	exec "$ERFA" --socket "$WORK/v/run/control" edit "$t" --from "$WORK/form.yaml"
)
check_status "a full disk: the mistakes are told all the same" 65 when_full told
check_has "which is said" "$OUT" "could not be marked"
check_has "and the mistake" "$OUT" "nonsense"
check_same "the form is as it was" "$(cat "$WORK/form.before")" "$(cat "$WORK/form.yaml")"
check_status "killed while it is marked" 153 when_full killed
check_same "the form is as it was" "$(cat "$WORK/form.before")" "$(cat "$WORK/form.yaml")"
rm -f "$WORK"/form.yaml.*
chmod 640 "$WORK/form.yaml"
ln -s form.yaml "$WORK/link.yaml"
check_status "with room it is marked" 65 at v edit "$t" --from "$WORK/link.yaml"
check_has "in its place" "$(cat "$WORK/form.yaml")" "^# \^"
check_same "with the mode that it had" 640 "$(stat -c %a "$WORK/form.yaml")"
check_same "and nothing beside it" "" \
	"$(find "$WORK" -maxdepth 1 -name 'form.yaml.*')"
check "the link is still one" test -L "$WORK/link.yaml"
check_status "from a pipe that is no file" 65 \
	at v edit "$t" --from <(cat "$WORK/form.before")

# --- What came from a pipe, or stood in an editor, outlives the session.

check_status "from standard input" 65 at v edit "$t" --from - <"$WORK/form.before"
check_has "it is kept in a place of the person" "$OUT" "$made/erfa-edit-"
check_same "which nobody else can read" "700 600" \
	"$(stat -c %a "$made" "$made"/* | paste -sd ' ')"
form=$(echo "$made"/*)
sed -i '/^nonsense/d' "$form"
check "mended, it is read" at v edit "$t" --from "$form"
check_same "into the draft" "Lys om natten" "$(draft title)"
check_same "then it is removed" "" "$(ls "$made")"

# shellcheck disable=SC2016 # for the editor
editor 'sed -i "s/^title:.*/title: Lys og ro/" "$1"; exit 1'
check_status "an editor that fails" 1 by_hand "$t"
check_has "what was written is in the same place" "$OUT" "is in $made/erfa-edit-"
check_has "all of it" "$(cat "$made"/*)" "^title: Lys og ro"
rm "$made"/*
editor 'exit 1'
check_status "one that changes nothing" 1 by_hand "$t"
check_same "leaves nothing" "" "$(ls "$made")"
# shellcheck disable=SC2016 # for the editor
editor 'sed -i "s/^title:.*/title: Lys og ro/" "$1"'
check "one that works" by_hand "$t"
check_same "changes the draft" "Lys og ro" "$(draft title)"
check_same "and leaves nothing either" "" "$(ls "$made")"
check_same "nothing is where logging out removes it" "" "$(ls "$XDG_RUNTIME_DIR")"

# --- Two people and one record: nobody destroys what the other has kept.

f=$WORK/mailed.yaml
check "a form is mailed" at v edit "$t" --form "$f"
check_has "which says of what it was made" "$(cat "$f")" "^#= [0-9a-f]{16} draft 20"
check "meanwhile a colleague writes" at v edit "$t" --set "mandate=Fra en kollega"
sed -i 's/^title:.*/title: Fra posten/' "$f"
check_status "the form does not replace that" 75 at v edit "$t" --from "$f"
check_has "which is said" "$OUT" "not what the form was made from any more"
check_has "with the way to compare" "$OUT" "erfa edit dk-791/.* --form NEW"
check_has "and to go on" "$OUT" 'take the line "#= ..." out'
check_same "the colleague's text is there" "Fra en kollega" "$(draft mandate)"
check_status "nor does it from a pipe, quoted" 75 at v edit "$t" --from - \
	< <(sed 's/^/> /' "$f")
check_has "for programs too" \
	"$(at v edit "$t" --from "$f" --json 2>&1)" '"code": *"draft_changed"'
check_status "nor is --yes enough" 75 at v edit "$t" --from "$f" --yes
sed '/^#=/d' "$f" >"$WORK/bare.yaml"
check "without the line it does" at v edit "$t" --from "$WORK/bare.yaml"
check_same "as a whole" "Fra posten" "$(draft title)"
check_same "and no line comes into it" "" "$(grep '^#=' "$WORK/bare.yaml")"

check "a new form" at v edit "$t" --form "$WORK/own.yaml"
for title in Et To; do
	sed -i "s/^title:.*/title: $title/" "$WORK/own.yaml"
	check "the same form again and again ($title)" \
		at v edit "$t" --from "$WORK/own.yaml"
	check_same "is taken" "$title" "$(draft title)"
done
check "what it says is published" at v publish --yes "$t"
sed -i "s/^title:.*/title: Tre/" "$WORK/own.yaml"
check "which changes nothing" at v edit "$t" --from "$WORK/own.yaml" --yes
check "a version by a colleague" at v edit "$t" --set "mandate=Igen" --yes
sed -i "s/^title:.*/title: Fire/" "$WORK/own.yaml"
check_status "is not taken back by an older form" 75 \
	at v edit "$t" --from "$WORK/own.yaml" --yes
check_has "which is said of both" "$OUT" "now: [0-9]+\.[0-9]+ 20"
check "it is there still" at v show "$t" --json
check_has "with its text" "$OUT" '"mandate": *"Igen"'

# colleague FIELD=VALUE...: while the form is open here, this is written.
colleague() {
	editor "sed -i 's/^title:.*/title: Fra mig/' \"\$1\"
	exec </dev/null >/dev/null 2>&1
	'$ERFA' --socket '$WORK/v/run/control' edit '$t' --set $*"
}

colleague "'mandate=Imens'"
check_status "a draft begun while the form was open stays" 75 by_hand "$t"
check_same "as it is" "Imens" "$(draft mandate)"
check_has "and what was written here as well" "$(cat "$made"/*)" "^title: Fra mig"
form=$(echo "$made"/*)
check_status "it does not come in later either" 75 at v edit "$t" --from "$form"
sed -i '/^#=/d' "$form"
check "unless somebody wants that" at v edit "$t" --from "$form" --yes
check_same "then it is removed" "" "$(ls "$made")"
check "another title" at v edit "$t" --set "title=Til sidst" --yes
colleague "'mandate=Allersidst' --yes"
check_status "nor is a version that came meanwhile taken back" 75 by_hand "$t"
check_same "there is no draft of it" "" "$(at v drafts --jsonl)"

# A draft is older than what a program publishes beside it.
check "a draft" at v edit "$t" --set "title=Fra før"
printf '{"id":"%s","body":{"envelope":{"language":"da"},"trial":{"title":"Natlys",
"summary":"Lys","sector":["SECTOR_ELDER_CARE"],"mandate":"Fra et program"}}}' "$t" \
	>"$WORK/program.json"
check "which comes meanwhile" at v publish "$WORK/program.json" --yes
check_status "is not taken back unseen" 75 at v publish "$t" --yes
check_has "which is said" "$OUT" "made from version 1\.[0-9]+, and 1\.[0-9]+ is public"
check_has "with who decides" "$OUT" "decide:  erfa publish dk-791/"
check_same "the draft is there" "Fra før" "$(draft title)"
check "and so is the version" at v show "$t" --json
check_has "with its text" "$OUT" '"mandate": *"Fra et program"'
finish
