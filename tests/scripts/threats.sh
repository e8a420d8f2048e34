# docs/threat-model.md has each of the forty threats once; every one that is in force, also in part, names a test
# that is there and carries its number.
# shellcheck shell=bash
set -euo pipefail
source "$KEYTURN_ROOT/tests/scripts/lib.sh"

page=$KEYTURN_ROOT/docs/threat-model.md
id='' state='' tests=0 answer='' left=''
declare -A seen=()

end_of_threat() {
  [[ -n $id ]] || return 0
  [[ -n $answer && -n $left ]] || die "$id says not both what answers it and what is left"
  case $state in
    'in force' | 'in part') [[ $tests -gt 0 ]] || die "$id is $state and names no test" ;;
    'not built') ;;
    *) die "$id has no state, or none that is known: \`$state\`" ;;
  esac
}

# The names of tests as one line each: a formatter breaks long ones over several lines.
names_in() { tr -d '\n"' <"$1" | tr -s ' '; }

while IFS= read -r line; do
  if [[ $line =~ ^'### '(T[0-9]{2})' ' ]]; then
    end_of_threat
    id=${BASH_REMATCH[1]} state='' tests=0 answer='' left=''
    [[ -z ${seen[$id]-} ]] || die "$id stands twice"
    seen[$id]=yes
  elif [[ $line == 'State: '* ]]; then
    state=${line#State: }
  elif [[ $line == 'Answer: '* ]]; then
    answer=yes
  elif [[ $line == 'Left: '* ]]; then
    left=yes
  elif [[ $line == '- `'* ]]; then
    file=${line#*\`} name=${line#*\`: }
    file=$KEYTURN_ROOT/tests/${file%%\`*}
    [[ -r $file ]] || die "$id names a test file that is not there: $file"
    grep -qw -- "$id" "$file" || die "$id is not carried by $file"
    if [[ $file == *_test.cc ]]; then
      # The number and the name in one test case.
      names_in "$file" | grep -oE 'TEST_CASE\([^{]*\{' | grep -w -- "$id" | grep -qF -- "${name:0:60}" ||
        die "$id names a test that $file has not under this number: $name"
    fi
    tests=$((tests + 1))
  fi
done <"$page"
end_of_threat

for number in $(seq -w 1 40); do
  [[ -n ${seen[T$number]-} ]] || die "docs/threat-model.md has no T$number"
done
