#!/bin/bash
# The packages in a Debian of their own, without network: installed, two nodes set
# up as the README says, joined, restarted, a week apart, and removed again.
#
#   tests/deb/check.sh FOLDER        where "make deb" put the packages; as root
#
# mmdebstrap makes the Debian, once, with the libraries that the packages want; this
# alone needs a mirror.  Each node has a root, a /run and a boot of its own; the
# clock is moved by libfaketime.  There is no systemd as the first process, so erfad
# is started as its unit does: as erfa, with the key as a credential.
set -eu
cd "$(dirname "$0")/../.."
debs=$(cd "$1" && pwd)
base=$(dirname "$debs")/deb-root.tar

if [ "$(id -u)" -ne 0 ]; then
	echo "tests/deb/check.sh: run it as root: it makes a root folder and mounts"
	exit 77
fi

# The libraries, as the packages name them.
wanted=$(for package in "$debs"/erfa_*.deb "$debs"/erfad_*.deb; do
	dpkg -f "$package" Depends
done | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/ //g' | grep -vx erfa | sort -u |
	paste -s -d ,)
if [ ! -s "$base" ] || [ "$(cat "$base.for")" != "$wanted" ]; then
	echo "# Making a Debian with: $wanted"
	mmdebstrap -q --variant=minbase --include="$wanted,libfaketime" bookworm \
		"$base"
	echo "$wanted" >"$base.for"
fi

# A network, processes and mounts of its own, all gone at the end.
if [ "${INSIDE-}" != yes ]; then
	INSIDE=yes exec unshare --mount --mount-proc --net --pid --fork \
		--kill-child "tests/deb/check.sh" "$debs"
fi
set +e
. tests/e2e/lib.sh
trap - EXIT
trap 'kill -KILL "${NODE_PID[@]}" 2>/dev/null
	wait
	umount -R "$WORK"/*/proc "$WORK"/*/run "$WORK"/*/dev 2>/dev/null
	rm -rf --one-file-system "$WORK"' EXIT
unset ERFA_DATA
ip link set lo up || die "there is no ip: apt-get install iproute2"
mount --make-rprivate /
FAKE=$(tar -tf "$base" | grep '/libfaketimeMT.so.1$' | sed 's/^[.]//')
declare -A LATER=() # by how much the clock of a node is moved
EXEC=               # "exec": in the background, to have the process id

# boot NAME: a new boot: an empty /run, and an id of its own.
boot() {
	local root=$WORK/$1
	umount -R "$root/run" "$root/proc" 2>/dev/null
	mount -t tmpfs run "$root/run"
	mount -t proc proc "$root/proc"
	uuid=$(cat /proc/sys/kernel/random/uuid)
	echo "$uuid" >"$WORK/boot-$1"
	mount --bind "$WORK/boot-$1" "$root/proc/sys/kernel/random/boot_id"
}

# inside NAME COMMAND...: run it in a node's Debian.
inside() {
	local name=$1
	shift
	$EXEC chroot "$WORK/$name" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# clock NAME: print the words that move the clock of what is started next; each
# program by itself, since libfaketime shares it with what that starts.
clock() {
	[ -z "${LATER[$1]-}" ] || echo "LD_PRELOAD=$FAKE FAKETIME=${LATER[$1]}" \
		FAKETIME_DONT_FAKE_MONOTONIC=1
}

# at NAME WORD...: erfa, as lib.sh has it.
# shellcheck disable=SC2046
at() {
	inside "$1" env $(clock "$1") erfa "${@:2}"
}

# up NAME: start erfad as its unit does, and wait until it is ready.
# shellcheck disable=SC2046
up() {
	local root=$WORK/$1 line=
	inside "$1" install -d -o erfa -g erfa /run/erfa
	inside "$1" install -D -o erfa -g erfa -m 0400 /etc/erfa/node.key \
		/run/credentials/erfad.service/node.key
	rm -f "$WORK/ready"
	mkfifo "$WORK/ready"
	EXEC="exec" inside "$1" env CREDENTIALS_DIRECTORY=/run/credentials/erfad.service \
		setpriv --reuid erfa --regid erfa --init-groups --no-new-privs \
		--bounding-set=-all --inh-caps=-all env $(clock "$1") \
		erfad --config /etc/erfa/erfad.conf --ready-fd 9 \
		9>"$WORK/ready" 2>>"$WORK/log-$1" &
	NODE_PID[$1]=$!
	read -r -t 60 line <"$WORK/ready"
	[[ $line == READY* ]] && return
	tail -n 20 "$WORK/log-$1" | sed 's/^/# /'
	die "erfad of $1 does not start"
}

# tell NAME: what a person would see.
tell() {
	echo "# $1\$ erfa status"
	at "$1" status | sed 's/^/#   /'
}

# --- Installed.

for name in viborg tromso; do
	mkdir "$WORK/$name"
	tar -xf "$base" -C "$WORK/$name"
	mount --rbind /dev "$WORK/$name/dev"
	mount -t tmpfs -o mode=1777 shm "$WORK/$name/dev/shm"
	boot $name
	cp "$debs"/erfa_*.deb "$debs"/erfad_*.deb "$WORK/$name/tmp"
	check "$name: the packages install without network" inside $name \
		sh -c 'dpkg -i /tmp/*.deb'
	check_has "$name: and say what to do next" "$OUT" "sudo erfa init --org"
done
check_same "the service is not enabled" disabled \
	"$(inside viborg systemctl is-enabled erfad.service)"
check_has "there is a user for it" "$(inside viborg getent passwd erfa)" \
	"^erfa:.*/var/lib/erfa:"
check_has "and a group for those who administer it" \
	"$(inside viborg getent group erfa-admin)" "^erfa-admin:"
check_status "erfad refuses to start without a name" 78 inside viborg erfad
check_has "and says which file it wants" "$OUT" "/etc/erfa/erfad.conf"
check_status "erfa says that erfad is not there" 69 at viborg status
check_has "and what to do first" "$OUT" "sudo erfa init --org"
check_has "Danish is there" "$(at viborg help --lang da)" "Begynd her:"
check "all files are as packed" inside viborg dpkg --verify erfa erfad

if command -v apparmor_parser >/dev/null; then
	check "the AppArmor profile is well-formed" apparmor_parser -Q -K \
		"$WORK/viborg/etc/apparmor.d/usr.sbin.erfad"
fi

# --- Set up.

check "erfa init" at viborg init --org dk-791 --name "Viborg Kommune" \
	--listen 127.0.0.1:7411
check "and the other" at tromso init --org no-5501 --name "Tromsø kommune"
check_same "the key is erfad's alone" "600 erfa" \
	"$(inside viborg stat -c '%a %U' /etc/erfa/node.key)"
for name in viborg tromso; do
	timers | grep -v '^pause_ms' >>"$WORK/$name/etc/erfa/erfad.conf"
	check "$name: the settings are good" inside $name erfad --check-config
	up $name
done
check_same "erfad runs as its own user" "$(inside viborg id -u erfa)" \
	"$(awk '/^Uid:/ { print $2 }' "/proc/${NODE_PID[viborg]}/status")"
tell tromso

# --- Joined.

line=$(at viborg invite no-5501 --json | field line)
check "they join" at tromso join --yes "$line"
inside viborg useradd -m -G erfa kari
inside viborg useradd -m per
check "a member of erfa publishes" inside viborg setpriv --reuid kari \
	--regid kari --init-groups erfa new --title "Faste teams" \
	--summary "Ti planlægger selv" --sector elder_care --yes
check_status "somebody else may not" 77 inside viborg setpriv --reuid per \
	--regid per --init-groups erfa new --title x --summary y \
	--sector school --yes
check "the other has it" converge 60 viborg tromso
check_has "and shows it" "$(at tromso list)" "Faste teams"
check "publishing works the other way" at tromso new --title "Hjemme lenger" \
	--summary "Natteam" --sector elder_care --yes
check "and arrives" converge 60 viborg tromso
tell viborg
check_has "all is well" "$(at viborg status)" "^all is well: in step with 1 peer"

# --- Restarted.

for name in viborg tromso; do
	node_end $name
done
check_status "nothing runs" 69 at viborg status
check_has "and erfa says how to start it" "$OUT" "sudo systemctl start erfad"
for name in viborg tromso; do
	up $name
done
check "after a restart they are in step by themselves" converge 60 viborg tromso
check "with nothing damaged" at tromso verify

# --- A week.  Tromsø's machine is off; Viborg's reboots and goes on.

node_end tromso
node_end viborg
LATER[viborg]=+3d
boot viborg
up viborg
check "three days later one publishes" at viborg new --title "Skærmbesøg" \
	--summary "Om natten" --sector elder_care --yes
tell viborg
check_has "and says that nobody is there" "$(at viborg status)" \
	"none of the peers is connected"
check_has "and who is away" "$(at viborg peers)" "^no-5501 "
node_end viborg
for name in viborg tromso; do
	LATER[$name]=+7d
	boot $name
	up $name
done
tell tromso
check "after a week they are in step, and nobody did anything" \
	converge 120 viborg tromso
check_has "what was missed is there" "$(at tromso list)" "Skærmbesøg"
check "the one that was away publishes" at tromso new --title "Varme hender" \
	--summary "Mer tid" --sector elder_care --yes
check "and it arrives" converge 60 viborg tromso
tell tromso
for name in viborg tromso; do
	check_has "$name: all is well" "$(at $name status)" \
		"^all is well: in step with 1 peer"
	check "$name: nothing is damaged" at $name verify
done
check_same "both show the same trials" "$(at viborg list --json | tr ',' '\n' |
	grep '"id"' | sort)" "$(at tromso list --json | tr ',' '\n' |
	grep '"id"' | sort)"

# --- Taken away.

for name in viborg tromso; do
	node_end $name
done
check "root may look whether the store must be brought to another format" \
	inside viborg erfad --migrate
check_has "it need not" "$OUT" "Nothing needs to be done"
check_same "and all of it stays erfad's" "" "$(find "$WORK/viborg/var/lib/erfa" \
	! -uid "$(inside viborg id -u erfa)")"
# What dpkg does when a package with word lists comes, and when the last one goes.
lists=$WORK/viborg/usr/share/dictd
words=$WORK/viborg/var/cache/erfa/words
mkdir -p "$lists"
printf 'kirjasto\tA\tT\n' >"$lists/made-fin-swe.index"
printf 'kirjasto\nbibliotek\n' >"$lists/made-fin-swe.dict"
triggered="dpkg-trigger --no-await --by-package=erfad /usr/share/dictd &&
	dpkg --configure -a"
check "word lists come" inside viborg sh -c "$triggered"
check_same "and the dictionary is made" "erfa words 1 644" \
	"$(head -n 1 "$words" | tr -d '\0') $(stat -c %a "$words")"
rm -r "$lists"
check "they go" inside viborg sh -c "$triggered"
check_same "and so does the dictionary" "" "$(find "$words" 2>/dev/null)"

key=$(sha256sum <"$WORK/viborg/etc/erfa/node.key")
check "the packages can be purged" inside viborg dpkg -P erfad erfa
check_same "but not the identity of the municipality" "$key" \
	"$(sha256sum <"$WORK/viborg/etc/erfa/node.key")"
check_same "and nothing else of erfa stays" "" "$(find "$WORK/viborg/usr" \
	"$WORK/viborg/lib/systemd" "$WORK/viborg/var/cache" -xdev \
	-name '*erfa*' 2>/dev/null)"
check "installed again" inside viborg sh -c 'dpkg -i /tmp/*.deb'
up viborg
check "the node is what it was" at viborg list
check_has "with all its trials" "$OUT" "4 trials"
finish
