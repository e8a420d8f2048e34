# What tests of the real binary share: a deployment of one gateway, a simulated fleet and a stand-in
# model on free ports of 127.0.0.1, and the words of callers and officials. Sourced; bash and coreutils.
# shellcheck shell=bash

: "${KEYTURN:?the binary}"

die() {
  local what=$*
  echo "failed: ${what:0:3000}" >&2
  exit 1
}

# What a test starts with: a folder of its own in `work`, and an end to everything that it leaves running,
# stopped processes too.
begin() {
  set -uo pipefail
  work=$(mktemp -d "${TMPDIR:-/tmp}/keyturn-test.XXXXXX")
  trap 'finish_test' EXIT
}

finish_test() {
  local status=$?
  local pid
  local -a running
  mapfile -t running < <(jobs -p)
  disown -a # so that bash says nothing of their end
  for pid in "${running[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  for pid in "${running[@]}"; do
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
  [[ $(type -t at_end) == function ]] && at_end
  rm -rf "$work"
  exit "$status"
}

# The first of four free ports in a row. Below those that the kernel gives to clients: a client that asks for a
# port where nobody listens yet may else be given that very port, and keep it from its server.
free_ports() {
  local first port
  for _ in {1..50}; do
    first=$((10000 + 4 * (RANDOM % 5500)))
    for port in $first $((first + 1)) $((first + 2)) $((first + 3)); do
      ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
    done
    echo "$first"
    return
  done
  die "no free ports"
}

# make_deployment FOLDER [DELAY [OPTION…]]: everything that `keyturn init` makes, with ladder steps of
# `step_ms` (1000).
make_deployment() {
  home=$1
  local delay=${2:-2s}
  shift $(($# < 2 ? $# : 2))
  callers=$(free_ports) || exit 1
  officials=$((callers + 1)) fleet=$((callers + 2)) model=$((callers + 3))
  "$KEYTURN" init "$home" --delay "$delay" "$@" --callers "127.0.0.1:$callers" \
    --officials "127.0.0.1:$officials" --fleet "http://127.0.0.1:$fleet" \
    --model "http://127.0.0.1:$model" >"$home.init" || die "keyturn init"
  printf '\n[holding]\nstep_ms = %s\n' "${step_ms:-1000}" >>"$home/keyturn.toml"
  export KEYTURN_OFFICIALS_URL=http://127.0.0.1:$officials KEYTURN_CHARTER=$home/charter.keyturn
  export KEYTURN_DATA=$home/data KEYTURN_PASSPHRASE_FILE=$home/passphrase
  url=http://127.0.0.1:$callers fleet_url=http://127.0.0.1:$fleet model_url=http://127.0.0.1:$model
}

# start NAME COMMAND…: in the background; its id in pid_NAME, its output in $home/NAME.log.
start() {
  local name=$1
  shift
  "$@" >>"$home/$name.log" 2>&1 &
  printf -v "pid_$name" %s "$!"
}

stop() {
  local variable=pid_$1
  kill "${!variable}" 2>/dev/null || true
  wait "${!variable}" 2>/dev/null || true
}

wait_for() {
  local what=$1
  shift
  for _ in {1..100}; do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  die "$what did not come up; see $home/*.log: $(tail -n 3 "$home"/*.log)"
}

start_fleet() {
  start fleet "$KEYTURN" fleet --charter "$KEYTURN_CHARTER" --listen "127.0.0.1:$fleet"
  wait_for "the fleet" "$KEYTURN" call GET "$fleet_url/api/v1/entities"
}

# A stand-in for a model endpoint: the wire format of one, and no model.
start_stand_in() { start model "$KEYTURN" model --listen "127.0.0.1:$model"; }

start_endpoints() {
  start_stand_in
  start_fleet
}

start_gateway() {
  start gateway "$KEYTURN" serve --config "$home/keyturn.toml"
  wait_for "the gateway" "$KEYTURN" call GET "$KEYTURN_OFFICIALS_URL/readyz"
}

# The gateway must refuse to start: refuses_start PATTERN WHAT.
refuses_start() {
  local said
  said=$(timeout 20 "$KEYTURN" serve --config "$home/keyturn.toml" 2>&1)
  [[ $? == 2 ]] || die "$2: the gateway starts: $said"
  has "$said" "$1" "$2"
}

# caller PRINCIPAL METHOD PATH [BODY-FILE] [OPTION…]: prints status and answer.
caller() {
  local token=$home/tokens/$1.token method=$2 path=$3 body=${4:-}
  shift $(($# < 4 ? $# : 4))
  "$KEYTURN" call "$method" "$url$path" --token-file "$token" --timeout 60 \
    ${body:+--body-file "$body"} "$@"
}

# official NAME SUBCOMMAND…
official() {
  local name=$1 word=$2
  shift 2
  "$KEYTURN" "$word" "$@" --key "$home/keys/$name.key"
}

approve() { official "$1" approve "$2" --yes; }
veto() { official "$1" veto "$2" --yes --reason "${3:-}"; }

# The id of the newest held command that the inspectorate sees; empty if none.
newest_held() {
  official tanaka pending --json | sed -n 's/^ *"id": "\([0-9A-Z]*\)".*/\1/p' | tail -n 1
}

wait_for_held() {
  local id before=${1:-}
  for _ in {1..100}; do
    id=$(newest_held)
    [[ -n $id && $id != "$before" ]] && {
      echo "$id"
      return
    }
    sleep 0.1
  done
  die "no command is held"
}

# strike FILE OBJECTIVE SYSTEM…: a strike task's body.
strike() {
  local file=$1 objective=$2 assignees='' system
  shift 2
  for system; do assignees+=${assignees:+,}"{\"entityId\":\"$system\"}"; done
  printf '{"displayName":"task","specification":{"@type":"Strike","objective":"%s"},"relations":{"assignee":[%s]},"author":{"onBehalfOf":"planner-7"}}' \
    "$objective" "$assignees" >"$file"
}

# How many task requests reached the fleet.
fleet_requests() { "$KEYTURN" call GET "$fleet_url/simulated/requests" | grep -o '"target"' | wc -l; }

# has TEXT PATTERN WHAT
has() { grep -qE -- "$2" <<<"$1" || die "$3: expected \`$2\` in: $1"; }

# answers STATUS PATTERN WHAT COMMAND…: COMMAND is a call; its answer has this status, and this in it.
answers() {
  local status=$1 pattern=$2 what=$3 answer
  shift 3
  answer=$("$@" 2>&1)
  [[ ${answer%%$'\n'*} =~ ^($status)$ ]] || die "$what: expected $status, got: $answer"
  has "$answer" "$pattern" "$what"
}

# fails STATUS PATTERN WHAT COMMAND…: COMMAND ends with this exit status and says this.
fails() {
  local status=$1 pattern=$2 what=$3 said
  shift 3
  said=$("$@" 2>&1)
  local got=$?
  [[ $got == "$status" ]] || die "$what: expected exit status $status, got $got: $said"
  has "$said" "$pattern" "$what"
}

# hold PRINCIPAL BODY-FILE [OPTION…]: sends a gated request (to `gated_path`, a task by default) and goes away after one step of the ladder. The
# held command's id is then in `id`, the path to wait for it at in `wait_path`.
hold() {
  local answer principal=$1 body=$2
  shift 2
  answer=$(caller "$principal" POST "${gated_path:-/api/v1/tasks}" "$body" --no-follow "$@")
  [[ ${answer%%$'\n'*} == 303 ]] || die "the request of $principal is not held: $answer"
  id=$(sed -n 's/^Keyturn-Command: //p' <<<"$answer")
  wait_path=$(sed -n 's/^Location: //p' <<<"$answer")
}

# Approvals of several officials at once: the keys' passphrases take their time.
approve_all() {
  local id=$1 name
  local -a pids=()
  shift
  for name; do
    approve "$name" "$id" >"$home/$name.approve" 2>&1 &
    pids+=($!)
  done
  for name in "${pids[@]}"; do
    wait "$name" || die "an approval of $id: $(cat "$home"/*.approve)"
  done
}

# raw FILE…: these bytes to the callers' listener, on a connection of their own. Prints what comes until the
# gateway closes; fails if it does not.
raw() {
  local status
  exec 9<>"/dev/tcp/127.0.0.1/$callers" || die "no connection to the gateway"
  cat "$@" >&9 2>/dev/null
  timeout 10 cat <&9
  status=$?
  exec 9<&- 9>&-
  return "$status"
}
