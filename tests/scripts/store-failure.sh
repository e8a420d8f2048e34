# The data folder's disk runs full: gated traffic stops with 503, passes go on, and once there is room again the
# gateway goes on by itself with all that it held [T7 T27 T28]. Needs a disk of its own, and so leave to mount one.
# shellcheck shell=bash
for how in "--mount" "--user --map-root-user --mount" ""; do
  [[ -z ${KEYTURN_TEST_MOUNTS:-} ]] || break
  [[ -n $how ]] || {
    echo "mounting a small disk is not allowed here"
    exit 77
  }
  # shellcheck disable=SC2086
  if unshare $how mount -t tmpfs tmpfs "$TMPDIR" 2>/dev/null; then
    KEYTURN_TEST_MOUNTS=1 exec unshare $how bash "$0"
  fi
done
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin
at_end() { umount "$home/data" 2>/dev/null; }

step_ms=400
make_deployment "$work/deployment" 1s
mv "$home/data" "$work/made"
mkdir -m 0700 "$home/data"
mount -t tmpfs -o size=2m,mode=0700 tmpfs "$home/data" || die "mount"
cp -a "$work/made/." "$home/data/"
start_endpoints
start_gateway
strike "$work/first.json" "grid 31U FQ 123" uav-003
strike "$work/second.json" "grid 31U FQ 124" uav-004

fill() {
  head -c 4000000 /dev/zero >"$home/data/filler" 2>/dev/null
  [[ $(df --output=avail "$home/data" | tail -n 1) -eq 0 ]] || die "the disk is not full"
}
empty() {
  rm "$home/data/filler"
  wait_for "the gateway after the failure" "$KEYTURN" call GET "$KEYTURN_OFFICIALS_URL/readyz"
}
is_503() {
  has "$2" '^503$' "$1"
  has "$2" '"code":"journal-unavailable"' "$1"
}
passes_go_on() {
  answers 200 'uav-003' "a pass while the disk is full" caller planner-7 GET /api/v1/entities
}

hold planner-7 "$work/first.json"
first=$id
approve_all "$first" haddad

# A proposal and a word on a full disk.
fill
passes_go_on
answer=$(caller planner-7 POST /api/v1/tasks "$work/second.json" --no-follow)
is_503 "a gated request on a full disk" "$answer"
has "$answer" '^x-should-retry: true' "a gated request on a full disk"
fails 1 'answered 503' "an approval on a full disk" approve brandt "$first"
passes_go_on
kill -0 "$pid_gateway" || die "the gateway ended"

# Room again: what was held is held, and what failed can be said again.
empty
hold planner-7 "$work/first.json"
[[ $id == "$first" ]] || die "the identical request is another command after the failure"
approve_all "$first" brandt
hold planner-7 "$work/second.json"

# Full again at the claim: nothing may go out that is not in the journal. The caller is told to come again.
approve_all "$first" rossi
sleep 1.5 # the delay, so that the next caller brings the claim about
fill
answer=$(caller planner-7 POST /api/v1/tasks "$work/first.json" --no-follow)
is_503 "a claim on a full disk" "$answer"
passes_go_on
[[ $(fleet_requests) == 0 ]] || die "a command went out whose claim was not written"
empty
answers 200 '"taskId":"task-00000001"' "the same request once there is room" \
  caller planner-7 POST /api/v1/tasks "$work/first.json"
[[ $(fleet_requests) == 1 ]] || die "the fleet received $(fleet_requests) requests instead of 1"
has "$(<"$home/gateway.log")" 'critical ' "the alarm in the log"
stop gateway
has "$("$KEYTURN" journal replay)" '^replayed: .* 1 claims' "the journal afterwards"
