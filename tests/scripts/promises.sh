# docs/promises.md names a test for each promise; every one of them is there.
# shellcheck shell=bash
set -euo pipefail
source "$KEYTURN_ROOT/tests/scripts/lib.sh"

named=0
while IFS= read -r line; do
  file=${line#*\`} name=${line#*\`: }
  file=$KEYTURN_ROOT/tests/${file%%\`*}
  [[ -r $file ]] || die "docs/promises.md names a test file that is not there: $file"
  # A script is a test as a whole; its line says what it shows.
  if [[ $file == *_test.cc ]]; then
    # A long name is broken over two strings by the formatter: only its letters are compared.
    tr -d '\n"' <"$file" | tr -s ' ' | grep -qF -- "$(cut -c1-60 <<<"$name")" ||
      die "docs/promises.md names a test that is not in $file: $name"
  fi
  named=$((named + 1))
done < <(grep '^- `' "$KEYTURN_ROOT/docs/promises.md")
[[ $named -ge 20 ]] || die "docs/promises.md names only $named tests"
