# An endpoint that is not there, or goes away with a request in its hands. What cannot have been sent is said to be
# not sent; what may have been is unknown, and stays so [W9 S2].
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

step_ms=400
make_deployment "$work/deployment" 1s
start_gateway
strike "$work/early.json" "grid 31U FQ 123" uav-003
strike "$work/unknown.json" "grid 31U FQ 124" uav-004
printf '{"model":"chat-small-3","messages":[]}' >"$work/chat.json"

start_fleet() {
  start fleet "$KEYTURN" fleet --charter "$KEYTURN_CHARTER" --listen "127.0.0.1:$fleet"
  wait_for "the fleet" "$KEYTURN" call GET "$fleet_url/api/v1/entities"
}

# Neither endpoint is up: passes are 502, and a gated request is held all the same.
answers 502 '"code":"' "a pass to a fleet that is down" caller planner-7 GET /api/v1/entities
answers 502 '"code":"' "a pass to a model that is down" caller analyst-2 POST /v1/chat/completions "$work/chat.json"
hold planner-7 "$work/early.json"
early=$id
approve_all "$early" brandt haddad rossi
answer=$(caller planner-7 POST /api/v1/tasks "$work/early.json")
has "$answer" '^502$' "a command for a fleet that is down"
has "$answer" '"code":"not-sent"' "a command for a fleet that is down"
has "$(official tanaka show "$early")" "^$early  not-sent  " "the command afterwards"
# Its lease runs to its end all the same: nothing but an effector's release ends one.
has "$(official tanaka shares)" "^lease $early  uav-003" "what stays charged"
# The same request is another command, with a quorum of its own.
hold planner-7 "$work/early.json"
[[ $id != "$early" ]] || die "the same request finds the command that was not sent"
caller planner-7 DELETE "${wait_path%\?*}" >/dev/null || die "cancelling"

start_fleet
answers 200 'uav-003' "a pass to a fleet that has come up" caller planner-7 GET /api/v1/entities
[[ $(fleet_requests) == 0 ]] || die "what was not sent was sent later"

# The fleet takes the request and dies without an answer; so it does to a pass.
hold planner-7 "$work/unknown.json"
unknown=$id
approve_all "$unknown" brandt haddad rossi
kill -STOP "$pid_fleet"
caller planner-7 POST /api/v1/tasks "$work/unknown.json" >"$work/answer" &
waiter=$!
caller planner-7 GET /api/v1/entities >"$work/pass" &
passer=$!
for _ in {1..100}; do
  text=$(official tanaka show "$unknown")
  grep -q "^$unknown  claimed  " <<<"$text" && break
  sleep 0.2
done
has "$text" "^$unknown  claimed  " "the command under way"
sleep 0.5 # from the claim's entry to the bytes on the wire
disown "$pid_fleet"
kill -KILL "$pid_fleet"
wait "$waiter" && die "the caller got an answer from a dead fleet: $(<"$work/answer")"
has "$(<"$work/answer")" '^409$' "the caller of the command"
has "$(<"$work/answer")" '"code":"outcome-unknown"' "the caller of the command"
wait "$passer" && die "the pass got an answer from a dead fleet: $(<"$work/pass")"
has "$(<"$work/pass")" '^502$' "the caller of the pass"

start_fleet
answer=$(caller planner-7 POST /api/v1/tasks "$work/unknown.json" --no-follow)
has "$answer" '^409$' "the identical request"
has "$answer" '^x-should-retry: false' "the identical request"
has "$answer" "\"command\":\"$unknown\"" "the identical request"
has "$(official tanaka show "$unknown")" "^$unknown  outcome-unknown  " "the command afterwards"
has "$(official tanaka shares)" "^lease $unknown  uav-004" "what stays charged"
[[ $(fleet_requests) == 0 ]] || die "the command was sent a second time"
stop gateway
has "$("$KEYTURN" journal replay)" '^replayed: .* 2 claims' "the journal afterwards"
