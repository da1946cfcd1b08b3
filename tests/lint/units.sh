#!/bin/bash
# Fail unless the units of systemd/ are well-formed, as "make install" writes them,
# and as tightly closed as promised: what systemd-analyze finds open must not come
# to more than the number behind each name, in tenths.
set -eu
cd "$(dirname "$0")/../.."

command -v systemd-analyze >/dev/null || {
	echo "there is no systemd-analyze: apt-get install systemd"
	exit 77
}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# What the units start stands where they say.
prefix=$root/usr
install -d "$prefix/sbin" "$prefix/bin" "$root/units"
install /bin/true "$prefix/sbin/erfad"
install /bin/true "$prefix/bin/erfa"
for unit in systemd/*.service systemd/*.timer; do
	sed "s,@prefix@,$prefix,g; s,@sysconfdir@,/etc,g" "$unit" \
		>"$root/units/${unit##*/}"
done
bad=0

said=$(systemd-analyze verify --man=no "$root"/units/* 2>&1) || bad=1
said=$(grep -F "$root/units" <<<"$said" || true)
if [ -n "$said" ]; then
	printf '%s\n' "${said//"$root/units"/systemd}"
	bad=1
fi

while read -r limit unit; do
	said=$(systemd-analyze security --offline=true --threshold="$limit" \
		--no-pager "$root/units/$unit" 2>&1) && continue
	echo "systemd/$unit: more is open than $limit tenths"
	grep -E '✗|exposure' <<<"$said" | cut -c 1-100
	bad=1
done <<END
14 erfad.service
5 erfa-verify.service
5 erfa-backup.service
10 erfa-metrics.service
END

# No place of the build may be left in what is installed.
if grep -nE '@[a-z]+@' "$root"/units/*; then
	bad=1
fi

# Who they run as is made by sysusers.
if command -v systemd-sysusers >/dev/null; then
	install -d "$root/etc"
	install -D systemd/erfa.sysusers "$prefix/lib/sysusers.d/erfa.conf"
	said=$(systemd-sysusers --root="$root" erfa.conf 2>&1) ||
		echo "systemd/erfa.sysusers: $said"
	for group in erfa erfa-admin; do
		grep -qs "^$group:" "$root/etc/group" || {
			echo "systemd/erfa.sysusers: it makes no group $group"
			bad=1
		}
	done
fi
exit $bad
