#!/bin/sh
# Fail if the client prints past client/print, where all foreign text is gated.
# Files that write no words but files of their own are named here; another line may
# do so with a stated reason and the words "lint: allowed".
set -eu
cd "$(dirname "$0")/../.."
bad=0

for file in client/*.c; do
	case $file in
	client/print.c | client/recent.c | client/bundle.c | client/cmd_bundle.c)
		continue ;;
	client/form_*.c | client/corpus_export.c | client/forest_svg.c | client/metrics.c)
		continue ;; # writes to memory
	esac
	if grep -nE '\b(v?f?printf|f?puts|f?putc|putchar|dprintf|fwrite|perror)\(' \
		"$file" /dev/null | grep -v 'lint: allowed'; then
		bad=1
	fi
done
if [ $bad -ne 0 ]; then
	echo "    print with client/print.h, which gates what others wrote"
fi
exit $bad
