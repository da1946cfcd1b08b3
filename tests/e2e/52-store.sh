#!/bin/bash
# A store that cannot be opened, a damaged line, somebody who may not.
. "$(dirname "$0")/lib.sh"

node_listen node dk-791
publish node 1

# In use.
check_status "a store in use is refused" 75 \
	"$ERFAD" --config="$WORK/node/erfad.conf"
check_has "in words" "$OUT" "in use|already"
check_same "the first goes on" 1 "$(status node trials)"

# Written by a newer version.
node_end node
cp -a "$WORK/node" "$WORK/newer"
sed -i "s,$WORK/node/,$WORK/newer/," "$WORK/newer/erfad.conf"
/usr/bin/python3 - "$WORK/newer/state/main.mdb" <<-'END' || die "cannot patch"
	import re, sys
	with open(sys.argv[1], "r+b") as f:
	    data, count = re.subn(rb"format.\0\0\0", b"format\x63\0\0\0", f.read())
	    if count == 0:
	        sys.exit(1)
	    f.seek(0)
	    f.write(data)
END
check_status "a store of a newer version is refused" 78 \
	"$ERFAD" --config="$WORK/newer/erfad.conf"
check_has "naming who wrote it, and what this one reads" "$OUT" \
	"erfad [0-9].* made it newer \(format 99\) than erfad .* \(format [0-9]+\)"
check_has "with a remedy" "$OUT" "install that version"
node_up node
check_same "the old one is as it was" 1 "$(status node trials)"

# Damaged lines of invitation.
line=$(invite node no-5501)
node_new guest no-5501
node_up guest
for bad in "${line%???}" "${line%????????}zzzzzzzz" "${line#*/}" "${line%?}u" "x$line"; do
	check_status "a damaged line is refused" 64 at guest join --yes "$bad"
	check_has "with a remedy" "$OUT" "line|copy"
done
check_same "nothing came of them" 0 "$(status guest links)"
node_new other se-1280
node_up other
check_status "a line for somebody else is refused" 76 at other join --yes "$line"
check "the whole one is good" at guest join --yes "$line"
check_status "once" 76 at other join --yes "$line"

# A file system that this service may only read: in a mount namespace of its own.
node_end node
cat >"$WORK/readonly" <<-'END'
	mount -t tmpfs tmpfs "$2/state" && cp -a "$1/state/." "$2/state" &&
		chmod 700 "$2/state" && mount -o remount,ro "$2/state" &&
		exec "$3" --config="$2/erfad.conf"
END
cp -a "$WORK/node" "$WORK/still"
sed -i "s,$WORK/node/,$WORK/still/," "$WORK/still/erfad.conf"
if unshare -Urm true 2>/dev/null; then
	check_status "a store on a read-only file system is refused" 78 \
		unshare -Urm sh "$WORK/readonly" "$WORK/node" "$WORK/still" "$ERFAD"
	check_has "told so, and what to do" "$OUT" \
		"/still/state .*read-only for this service.* ReadWritePaths=.*/still/state"
else
	skip "a read-only store" "this machine does not allow namespaces"
fi
node_up node

# Somebody who may not.
if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	skip "a refusal names the group" "it takes root to be somebody else"
	finish
fi
open=$(mktemp -d /tmp/erfa.XXXXXX)
chmod 711 "$open"
trap 'cleanup; rm -rf "$open"' EXIT
node_end node
sed -i "s,^control *=.*,control = $open/control," "$WORK/node/erfad.conf"
cp "$(command -v "$ERFA")" "$open/erfa"
node_up node
trial "not mine" >"$open/trial.json"
chmod 644 "$open/trial.json"
cp -r conf "$open/conf"
chmod -R a+rX "$open/conf"
# shellcheck disable=SC2317 # check_status calls it
somebody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups env -i LC_ALL=C.UTF-8 \
		ERFA_DATA="$open/conf" "$open/erfa" --socket="$open/control" "$@"
}
chmod 600 "$open/control"
check_status "who may not open the socket is told" 77 somebody status
check_has "whom to ask" "$OUT" "usermod -aG erfa"
chmod 666 "$open/control"
check "who may open it may read" somebody list
check_status "but not write" 77 somebody publish --yes "$open/trial.json"
check_has "the refusal names the group" "$OUT" 'group "?erfa"?([^-]|$)'
for words in "peers remove no-5501 --yes" "invite fi-297"; do
	# shellcheck disable=SC2086
	check_status "nor ${words% *}" 77 somebody $words
	check_has "the refusal names the group" "$OUT" 'group "?erfa-admin'
done

# A file that root made: after a start by hand with sudo.
node_end node
cp -a "$WORK/node" "$open/node"
cp "$(command -v "$ERFAD")" "$open/erfad"
sed -i -e "s,$WORK/node/,$open/node/," -e "s,^control *=.*,control = $open/node/run/control," \
	"$open/node/erfad.conf"
chown -R 65534:65534 "$open/node"
chown 0:0 "$open/node/state/LOCK"
check_status "a file of another user is refused" 78 \
	setpriv --reuid 65534 --regid 65534 --clear-groups env -i \
	ERFA_DATA="$open/conf" "$open/erfad" --config="$open/node/erfad.conf"
check_has "told which, and what to do" "$OUT" \
	"state/LOCK belongs to another user.*chown -R erfa: "
check_has "and that it does not serve" "$OUT" "cannot serve: "

# A folder that root made.
chown 0:0 "$open/node/state"
chmod 755 "$open/node/state"
check_status "a folder of another user is refused" 78 \
	setpriv --reuid 65534 --regid 65534 --clear-groups env -i \
	ERFA_DATA="$open/conf" "$open/erfad" --config="$open/node/erfad.conf"
check_has "told so, and what to do" "$OUT" \
	"the folder belongs to another user; chown -R erfa: $open/node/state"
chown 65534:65534 "$open/node/state"
chmod 700 "$open/node/state"

# A runtime directory that root made: the fence of the copied store must go.
chown 65534:65534 "$open/node/state/LOCK"
chown 0:0 "$open/node/run"
chmod 755 "$open/node/run"
check_status "a runtime directory of another user is refused" 78 \
	setpriv --reuid 65534 --regid 65534 --clear-groups env -i \
	ERFA_DATA="$open/conf" "$open/erfad" --config="$open/node/erfad.conf"
check_has "told which, and what to do" "$OUT" \
	"/node/run/fence cannot be removed: .*chown -R erfa: $open/node/run"
finish
