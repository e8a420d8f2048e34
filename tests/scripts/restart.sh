# A gateway that stops or dies keeps what it held: the identical request finds its command, the approvals are
# still there, and nothing that may have gone out is ever sent again [W9 T5 T12 T28].
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

step_ms=400
make_deployment "$work/deployment" 1s
start_endpoints
start_gateway
strike "$work/strike.json" "grid 31U FQ 123" uav-003
strike "$work/unknown.json" "grid 31U FQ 124" uav-004
strike "$work/vetoed.json" "grid 31U FQ 125" uav-005

die_gateway() {
  disown "$pid_gateway"
  kill -KILL "$pid_gateway"
  while kill -0 "$pid_gateway" 2>/dev/null; do sleep 0.05; done
}

# Stopped with one approval, killed with two.
hold planner-7 "$work/strike.json"
command=$id first_path=$wait_path
approve_all "$command" haddad
stop gateway
start_gateway
hold planner-7 "$work/strike.json"
[[ $id == "$command" ]] || die "after a stop the identical request is another command"
answer=$(caller planner-7 GET "$first_path" "" --no-follow)
has "$answer" '^303$' "the wait URL from before the stop"
approve_all "$command" brandt
die_gateway
start_gateway
hold planner-7 "$work/strike.json"
[[ $id == "$command" ]] || die "after kill -9 the identical request is another command"
text=$(official tanaka show "$command")
for name in haddad brandt; do has "$text" "^  $name \\(" "the approvals after kill -9"; done
[[ $(fleet_requests) == 0 ]] || die "the fleet got a request before the quorum"
caller planner-7 POST /api/v1/tasks "$work/strike.json" >"$work/answer" &
waiter=$!
approve_all "$command" rossi
wait "$waiter" || die "the caller was refused: $(<"$work/answer")"
has "$(<"$work/answer")" '"taskId":"task-00000001"' "the answer after both restarts"
[[ $(fleet_requests) == 1 ]] || die "the fleet received $(fleet_requests) requests instead of 1"

# Stopped after a veto: no restart brings the command back.
hold planner-7 "$work/vetoed.json"
vetoed=$id
veto mercer "$vetoed" "the objective is a hospital" >/dev/null || die "mercer's veto"

# Killed while the endpoint has the request and does not answer.
hold planner-7 "$work/unknown.json"
unknown=$id
approve_all "$unknown" haddad brandt rossi
kill -STOP "$pid_fleet"
caller planner-7 POST /api/v1/tasks "$work/unknown.json" >"$work/answer" 2>&1 &
waiter=$!
for _ in {1..100}; do
  text=$(official tanaka show "$unknown")
  grep -q "^$unknown  claimed  " <<<"$text" && break
  sleep 0.2
done
has "$text" "^$unknown  claimed  " "the command under way"
die_gateway
wait "$waiter" && die "the caller got an answer from a dead gateway: $(<"$work/answer")"
kill -CONT "$pid_fleet"

# It may have been carried out. So says every gateway after it, and none sends it again.
is_unknown() {
  local answer
  answer=$(caller planner-7 POST /api/v1/tasks "$work/unknown.json" --no-follow)
  has "$answer" '^409$' "$1"
  has "$answer" '^x-should-retry: false' "$1"
  has "$answer" '"code":"outcome-unknown"' "$1"
  has "$answer" "\"command\":\"$unknown\"" "$1"
}
start_gateway
is_unknown "the identical request after the restart"
answer=$(caller planner-7 POST /api/v1/tasks "$work/vetoed.json" --no-follow)
has "$answer" '^403$' "the vetoed request after the restart"
has "$answer" "\"title\":\"vetoed\".*\"command\":\"$vetoed\"" "the vetoed request after the restart"
received=$(fleet_requests)
[[ $received -le 2 ]] || die "the fleet received $received requests instead of 2 at most"
has "$(official tanaka show "$unknown")" "^$unknown  outcome-unknown  " "the command afterwards"
stop gateway
start_gateway
is_unknown "the identical request after one more restart"
has "$(official tanaka shares)" "^lease $unknown  uav-004" "what stays charged [S2]"
[[ $(fleet_requests) == "$received" ]] || die "it was sent again"
hold planner-7 "$work/unknown.json" --header "Idempotency-Key: deliberately"
[[ $id != "$unknown" ]] || die "a deliberate repetition finds the old command"
stop gateway
has "$("$KEYTURN" journal replay)" '^replayed: .* 2 claims' "the journal afterwards"
