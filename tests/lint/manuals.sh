#!/bin/sh
# Fail unless the manual pages are well-formed, hold every command, option, exit
# code and setting there is, and name none that there is not.
set -eu
cd "$(dirname "$0")/../.."
build=${B:-build}
bad=0

# fail TEXT
fail() {
	echo "$1"
	bad=1
}

command -v mandoc >/dev/null || {
	echo "there is no mandoc: make deps installs it"
	exit 77
}
for source in client/man/*.scd daemon/man/*.scd proto/man/*.scd; do
	page=$build/man/$(basename "$source" .scd)
	[ -s "$page" ] || {
		fail "$page was not made of $source"
		continue
	}
	# The empty paragraphs are scdoc's; they do not show.
	said=$(mandoc -T lint -W warning "$page" 2>&1 |
		grep -v 'skipping paragraph macro' || true)
	[ -z "$said" ] || fail "$source: $said"
	if grep -nE '@[a-z]+@' "$page"; then
		fail "$source: something was not filled in"
	fi
	head -n 1 "$source" | grep -q "^$(basename "$source" |
		sed 's/[.]\([0-9]\)[.]scd$/(\1)/') " ||
		fail "$source: its first line names another page"
done

/usr/bin/python3 - "$build" <<'END' || bad=1
import json, re, subprocess, sys
from pathlib import Path

build = sys.argv[1]
bad = []

def run(*words):
    return subprocess.run(words, check=True, capture_output=True).stdout.decode()

def page(name):
    text = run("mandoc", "-T", "utf8", "-O", "width=200", f"{build}/man/{name}")
    return re.sub(".\b", "", text)

table = json.loads(run(f"{build}/erfa", "help", "--json"))
commands = {c["name"]: c for c in table["command"]}
text = page("erfa.1")
for name, command in commands.items():
    part = re.search(rf"^ {{7}}erfa {name}\b(?! [a-z]).*?(?=^ {{7}}erfa |^\S|\Z)",
                     text, re.M | re.S)
    if not part:
        bad.append(f"erfa(1): nothing of erfa {name}")
        continue
    for option in command["option"]:
        where = part.group() + text[text.index("OPTIONS OF EVERY"):
                                    text.index("\nCOMMANDS")]
        if "--" + option["name"] not in where:
            bad.append(f"erfa(1): {name} has no --{option['name']}")
for code in table["exit"]:
    if not re.search(rf"^ *{code['code']} \({code['name']}\)", text, re.M):
        bad.append(f"erfa(1): no exit code {code['code']}")

settings = page("erfad.conf.5")
for name in re.findall(r"^#(\w+) =", run(f"{build}/erfad", "--sample-config"), re.M):
    if not re.search(rf"^ *{name}$", settings, re.M):
        bad.append(f"erfad.conf(5): nothing of {name}")
for option in re.findall(r"(--[a-z-]+)", run(f"{build}/erfad", "--help")):
    if option not in page("erfad.8"):
        bad.append(f"erfad(8): no {option}")

# What is named in examples, in bold and in other files must exist.
def look(where, words):
    words = words.split()
    name = " ".join(words[:2]) if " ".join(words[:2]) in commands else words[0]
    if name not in commands:
        family = [c for c in commands if c.split()[0] == name]
        if not family and name != "search":
            bad.append(f"{where}: there is no erfa {name}")
        return
    known = {o["name"] for o in commands[name]["option"]} | {"jsonl"}
    for option in re.findall(r"--([a-z-]+)", " ".join(words)):
        if option not in known:
            bad.append(f"{where}: erfa {name} has no --{option}")

for source in [*Path(".").glob("*/man/*.scd"), Path("README.md")]:
    block = False
    for line in source.read_text().splitlines():
        if line.startswith("```"):
            block = not block
            continue
        literal = block or (source.suffix == ".md" and line.startswith("    "))
        line = line.split("  #")[0]
        if literal:
            at = re.match(r" *(?:sudo )?erfa ((?:--socket \S+ )?[a-z].*)", line)
            if at:
                look(source, re.sub(r"^--socket \S+ ", "", at.group(1)))
        else:
            for at in re.findall(r"\*erfa ([a-z][^*]*)\*", line):
                look(source, at.replace("\\", ""))
print("\n".join(bad))
sys.exit(bool(bad))
END
exit $bad
