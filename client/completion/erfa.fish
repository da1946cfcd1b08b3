# Completion of erfa for fish.  All that it offers comes from "erfa --complete".

function __erfa_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    for line in ($before[1] --complete $before[2..-1] "$word" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$word")
        else
            echo $line
        end
    end
end

complete -c erfa -f -a '(__erfa_complete)'
