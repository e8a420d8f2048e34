#!/usr/bin/env bash
# Real clients, unmodified, against the real gateway: what their users see. Needs node and npm; the packages
# come from the registry under the lock file's hashes. Behind the gateway stands a model endpoint in the wire
# formats of OpenAI and Anthropic: llama.cpp on toy weights for model.mjs, no engine for the others.
#
#   run.sh [FILE…]      all of tests/peers/*.mjs, or those named (without .mjs)
#   run.sh --soak       tests/peers/soak.mjs alone, with the steps of a real deployment: six minutes
#
# Last line: `peers: P passed, F failed, S skipped`. What was found lies in build/peers/found, one line a test.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${KEYTURN:=$root/build/release/keyturn}"
export KEYTURN
# shellcheck source=tests/scripts/lib.sh
source "$root/tests/scripts/lib.sh"
# shellcheck source=tests/peers/lib.sh
source "$root/tests/peers/lib.sh"
seconds_max=1500

if ! why=$(npm_packages .); then
  echo "skipped: peers ($why)"
  echo "peers: 0 passed, 0 failed, 1 skipped"
  exit 0
fi

# Two deployments, for two endpoints: `begin_peers ENGINE` makes one and leaves its words in the environment.
work=$(mktemp -d "${TMPDIR:-/tmp}/keyturn-peers.XXXXXX")
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

begin_peers() {
  [[ -n $soak ]] && step_ms=50000 || step_ms=1000
  make_deployment "$work/$1" 1s
  [[ -n $soak ]] || printf 'ladder_ms = 4000\nkeepalive_ms = 500\n' >>"$home/keyturn.toml"
  # One may stop a request to a model too; and the pages' snippets have a caller of their own, so that their
  # commands are told from the others.
  sed -i 's/^  approve within 8h execute/  veto 1 of office:judge-advocate\n  approve within 8h delay 1s execute/' \
    "$KEYTURN_CHARTER"
  {
    echo 'agent reader-3 sponsored by alvarez may helpful-only, strike'
    echo "  $("$KEYTURN" tokens new "$home/tokens/reader-3.token")"
  } >>"$KEYTURN_CHARTER"
  start_fleet
  start_model "$1"
  start_gateway
  pids+=("$pid_fleet" "$pid_model" "$pid_gateway")
  export KEYTURN_URL=$url KEYTURN_HOME=$home KEYTURN_ENDPOINT_URL=$model_url KEYTURN_FLEET_URL=$fleet_url
}

soak='' names=("$@")
if [[ ${1-} == --soak ]]; then
  soak=1 names=()
elif [[ $# -eq 0 ]]; then
  for file in "$root"/tests/peers/*.mjs; do names+=("$(basename "$file" .mjs)"); done
fi
files=() with_model=
[[ -z $soak ]] || files=("$root/build/peers/soak.mjs")
for name in ${names[@]+"${names[@]}"}; do
  case $name in
    fixture | compatibility | soak) ;; # what tests share; the table; what takes minutes
    model) with_model=1 ;;
    *) files+=("$root/build/peers/$name.mjs") ;;
  esac
done

passed=0 failed=0 skipped=0
found=$root/build/peers/found
: >"$found"
export KEYTURN_ROOT=$root
# peers FILE…: each file is a process; they wait more than they work.
peers() {
  local output=$work/output status=0
  timeout --foreground -k 10 "$seconds_max" node --test --test-concurrency=4 --test-reporter=tap "$@" >"$output" 2>&1 || status=$?
  local good bad left_out
  good=$(sed -n 's/^# pass //p' "$output") bad=$(sed -n 's/^# fail //p' "$output")
  left_out=$(sed -n 's/^# skipped //p' "$output")
  sed -nE 's/^ *(ok|not ok) [0-9]+ - (.*)$/\1 \2/p' "$output" >>"$found"
  sed -nE 's/^ *ok [0-9]+ - (.*) # SKIP (.*)$/skipped: \1 (\2)/p' "$output"
  sed -nE 's/^ *# (soak: )/\1/p' "$output"
  if [[ -z $good || ($status -ne 0 && ${bad:-0} -eq 0) ]]; then bad=$((${bad:-0} + 1)); fi
  if [[ $bad -gt 0 ]]; then
    cat "$output"
    tail -n 20 "$home"/gateway.log
  fi
  passed=$((passed + ${good:-0})) failed=$((failed + bad)) skipped=$((skipped + ${left_out:-0}))
}

# The stand-in endpoint needs no package of its own.
mkdir -p "$root/build/peers/model"
cp "$root"/tests/peers/model/*.mjs "$root/build/peers/model/"
if [[ ${#files[@]} -gt 0 ]]; then
  begin_peers stand-in
  peers "${files[@]}"
fi
if [[ -n $with_model ]]; then
  if why=$(npm_packages model); then
    begin_peers llama
    peers "$root/build/peers/model.mjs"
  else
    echo "skipped: peers with a model ($why)"
    skipped=$((skipped + 1))
    export KEYTURN_NO_MODEL=1
  fi
fi
# The table says what all of it showed.
if [[ $# -eq 0 ]]; then
  if node "$root/build/peers/compatibility.mjs" "$found"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi
echo "peers: $passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
