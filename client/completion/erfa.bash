# Completion of erfa for bash.  All that it offers comes from "erfa --complete",
# which knows the commands and asks the node for ids; nothing is listed here.

_erfa() {
	local words=() word i line file=

	# Bash cuts words at "=": put --name=value together again.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ ${#words[@]} -gt 0 && ${words[-1]} == --* &&
			($word == = || ${COMP_WORDS[i - 1]} == =) ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
	done

	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			file=yes
			continue
		fi
		line=${line%%$'\t'*}
		[[ ${words[-1]} == --*=* ]] && line=${line#*=}
		COMPREPLY+=("$line")
	done < <("$1" --complete "${words[@]}" 2>/dev/null)

	if [[ $file == yes ]]; then
		compopt -o filenames 2>/dev/null
		word=${words[-1]}
		[[ $word == --*=* ]] && word=${word#*=}
		while IFS= read -r line; do
			COMPREPLY+=("$line")
		done < <(compgen -f -- "$word")
	fi
}
complete -F _erfa erfa
