# Completion scripts and man pages: every command and option is in each, shells and roff accept them, and bash
# completes with them.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

# What --help lists, is what there is: `path` of each command, one a line.
commands_below() { # WORD…
  local name
  for name in $("$KEYTURN" "$@" --help | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'); do
    echo "$* $name"
    commands_below "$@" "$name"
  done
}
options_of() { "$KEYTURN" "$@" --help | sed -n 's/^  \(-[^ {]*\).*/\1/p' | tr ',' '\n' | sort -u; }

mapfile -t commands < <(commands_below | sed 's/^ *//')
[[ ${#commands[@]} -gt 15 ]] || die "only these commands were found: ${commands[*]}"

mkdir "$work/man"
"$KEYTURN" man --all "$work/man" || die "man --all"
[[ $(find "$work/man" -type f | wc -l) == $((${#commands[@]} + 1)) ]] || die "a page more or less than commands: $(ls "$work/man")"
for shell in bash zsh fish; do "$KEYTURN" completion "$shell" >"$work/completion.$shell" || die "completion $shell"; done

plain() { sed 's/\\-/-/g; s/\\f[BIR]//g' "$1"; }
for command in '' "${commands[@]}"; do
  page=$work/man/keyturn${command:+-${command// /-}}.1
  [[ -s $page ]] || die "no page of \`$command\`"
  # shellcheck disable=SC2086  # words
  [[ "$("$KEYTURN" man $command)" == "$(<"$page")" ]] || die "man $command differs from its file"
  for shell in bash zsh fish; do
    grep -qF "keyturn${command:+ $command}'" "$work/completion.$shell" || die "$shell does not know \`$command\`"
  done
  # shellcheck disable=SC2086
  for option in $(options_of $command); do
    plain "$page" | grep -qF -- "$option" || die "the page of \`$command\` lacks $option"
    # The part of this command alone, up to the next one's.
    for shell in bash zsh; do
      sed -n "/^    'keyturn${command:+ $command}')\$/,/;;\$/p" "$work/completion.$shell" |
        grep -qE -- "[ '(]$option([: ']|\$)" || die "$shell lacks $option of \`$command\`"
    done
    grep -F "__keyturn_at keyturn${command:+ $command}'" "$work/completion.fish" |
      grep -qE -- " -(l|s) ${option##*-}( |\$)| -l ${option#--}( |\$)" || die "fish lacks $option of \`$command\`"
  done
done

bash -n "$work/completion.bash" || die "bash does not accept its completion"
for shell in zsh fish; do
  if command -v "$shell" >/dev/null; then
    "$shell" -n "$work/completion.$shell" || die "$shell does not accept its completion"
  else
    echo "skipped: completion for $shell is not tried ($shell is not installed)"
  fi
done

# What bash offers behind these words.
offers() {
  bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keyturn; printf "%s\n" "${COMPREPLY[@]}"' \
    bash "$work/completion.bash" "$@"
}
[[ $(offers keyturn char) == charter ]] || die "keyturn char: $(offers keyturn char)"
[[ $(offers keyturn charter ch) == check ]] || die "keyturn charter ch: $(offers keyturn charter ch)"
[[ $(offers keyturn serve --con) == --config ]] || die "keyturn serve --con: $(offers keyturn serve --con)"
[[ -z $(offers keyturn serve --config '') ]] || die "behind --config files are offered: $(offers keyturn serve --config '')"
[[ $(offers keyturn completion f) == fish ]] || die "keyturn completion f: $(offers keyturn completion f)"

if command -v mandoc >/dev/null; then
  # A page without a date is a choice: the same version gives the same page.
  said=$(mandoc -T lint -W warning "$work"/man/*.1 | grep -v 'missing date')
  [[ -z $said ]] || die "mandoc: $said"
elif command -v groff >/dev/null; then
  said=$(groff -man -ww -z "$work"/man/*.1 2>&1)
  [[ -z $said ]] || die "groff: $said"
else
  echo 'skipped: man pages are not formatted (neither mandoc nor groff)'
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
  has "$(MANWIDTH=100 man --warnings -l "$work/man/keyturn-charter-check.1" 2>&1 | col -b 2>/dev/null || true)" \
    'keyturn charter check' "the formatted page"
fi

# A word that is no command is answered with the nearest one.
fails 2 '^keyturn: `nonsense` is no command of `keyturn` \(`--help` lists them\)$' "nonsense" "$KEYTURN" nonsense
fails 2 '`pendng` is no command of `keyturn`; did you mean `pending`\?' "a misspelt command" "$KEYTURN" pendng
fails 2 '`chekc` is no command of `keyturn charter`; did you mean `check`\?' "a misspelt subcommand" "$KEYTURN" charter chekc
fails 2 'is no command of' "a terminal's escape" "$KEYTURN" $'\e[31mred'
[[ $("$KEYTURN" $'\e[31mred' 2>&1) != *$'\e'* ]] || die "an escape reaches the terminal"
fails 2 'no such command' "a page of nothing" "$KEYTURN" man charter nothing
fails 2 'shell' "an unknown shell" "$KEYTURN" completion tcsh
