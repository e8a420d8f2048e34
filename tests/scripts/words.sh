# Words that count for nothing: altered, repeated, foreign, by somebody who has no say; and who may read. Each is
# refused with its reason and leaves the command as it was.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

# A login that E. Weiss once signed at http://127.0.0.1:9310, and the key that signed it: made with
# `keyturn keys new` and `keyturn pending`, and thrown away since.
old_key=3EMeS5CZ3ge5BNAaAXdpGTSM7zrcgnxuIVBRYdTp0Wo=
old_login=a2V5dHVybi9sb2dpbi92MQpkZXBsb3ltZW50IGhhcmJvdXItd2F0Y2gKb3JpZ2luIGh0dHA6Ly8xMjcuMC4wLjE6OTMxMApwZXJzb24gd2Vpc3MKc2lnbmVkLWF0IDIwMjYtMTEtMjJUMDE6MjM6MTJaCgrigJQgd2Vpc3MgNDhFODVscFRxd0V6TUw4VjJsMHBLYTlrOHVjMFBnZjU0Y3liUU81bG5WZFBJVGV3ZmxSdGdOVVJwdUd0RUZMUndHbmdVWEpmdDdDNTlSdVhZOS94YXk5ZUZnUT0K

# signed_note INDEX: the note in that entry of the journal.
signed_note() {
  printf '%b\n' "$("$KEYTURN" journal show "$1" |
    sed -n '/^  word /,/^  \\xe2/{/^  word /d; s/^  //; p}')"
}

# speak ID FILE: somebody sends this note for that command.
speak() {
  "$KEYTURN" call POST "$KEYTURN_OFFICIALS_URL/v1/commands/$1/words" --body-file "$2" \
    --header "Content-Type: text/plain"
}

step_ms=400
make_deployment "$work/deployment" 2s --deployment harbour-watch
sed -i "/^person weiss /{n; s|\"[^\"]*\"|\"$old_key\"|}" "$KEYTURN_CHARTER"
start_gateway
strike "$work/strike.json" "grid 31U FQ 123" uav-003

# Another deployment with the same charter but for its name and its journal's key: the same officials, the
# same keys.
(
  trap 'stop gateway' EXIT
  charter=$KEYTURN_CHARTER keys=$home/keys tokens=$home/tokens passphrase=$home/passphrase
  make_deployment "$work/other" 2s
  journal=$(sed -n 's/^journal key ed25519 //p' "$KEYTURN_CHARTER")
  sed "s|^charter \"harbour-watch\"|charter \"joint-autonomy\"|; s|^journal key ed25519 .*|journal key ed25519 $journal|" \
    "$charter" >"$work/charter" && cp "$work/charter" "$KEYTURN_CHARTER"
  cp "$tokens"/* "$home/tokens/"
  start_gateway
  export KEYTURN_PASSPHRASE_FILE=$passphrase
  hold planner-7 "$work/strike.json"
  "$KEYTURN" approve "$id" --yes --key "$keys/haddad.key" >"$work/said" 2>&1 || die "$(<"$work/said")"
  signed_note 2 >"$work/foreign.note"
  echo "$id" >"$work/foreign.id"
) || exit 1

hold planner-7 "$work/strike.json"
command=$id
hold planner-7 "$work/strike.json" --header "Idempotency-Key: 2"
other=$id
[[ $command != "$other" ]] || die "another Idempotency-Key is the same command"

has "$(approve haddad "$command")" '^recorded: approval' "haddad's approval"
signed_note 3 >"$work/note"
grep -q "^id $command" "$work/note" || die "entry 3 is not haddad's approval"

# The same word again is answered, and changes nothing [Q3].
answers 200 '"recorded": false' "the same note again" speak "$command" "$work/note"
has "$(approve haddad "$command")" '^recorded before: approval' "haddad's second approval"
has "$("$KEYTURN" journal verify)" '^verified: 4 entries' "the journal after both"

# One byte changed, wherever it is [W2 W11].
altered() {
  sed "$2" "$work/note" >"$work/altered"
  cmp -s "$work/note" "$work/altered" && die "$1: nothing was altered"
  answers "$3" "$4" "$1" speak "$command" "$work/altered"
}
altered "another system" 's/^systems uav-003/systems uav-004/' 401 'the signature of .haddad. does not verify'
altered "a later end" 's/^not-after 20/not-after 21/' 401 'the signature of .haddad. does not verify'
altered "another deployment" 's/^deployment .*/deployment joint-autonomy/' 401 'the signature of .haddad. does not verify'
altered "a veto made of an approval" 's|^keyturn/approval|keyturn/veto|' 400 '"title":"invalid"'
altered "another institution" 's/^approver haddad (parliament)/approver haddad (court)/' 401 'the signature of .haddad. does not verify'
altered "another approver under haddad's signature" 's/^approver haddad/approver silva/' 401 'not signed by any key of .silva'
altered "another signer's name" '$s/haddad/silva/' 401 'not signed by any key of .haddad'
altered "a stranger's name" '$s/haddad/mallory/' 401 'nobody on the roster'
altered "another signature" '$s/.....=$/AAAAA=/' 401 'the signature of .haddad. does not verify'
altered "no signature" '$d' 400 '"title":"invalid"'
altered "a signature twice" '${p;}' 400 'exactly one signature'
altered "a line end of another kind" 's/$/\r/' 400 '"title":"invalid"'
printf 'yes\n' >"$work/altered"
answers 400 '"title":"invalid"' "no note at all" speak "$command" "$work/altered"

# Signed for something else: for another command, in another deployment of the same people.
answers 400 'another command than this path' "a word on one command for another" speak "$other" "$work/note"
foreign=$(<"$work/foreign.id")
answers 403 'deployment `joint-autonomy`' "another deployment's word" speak "$foreign" "$work/foreign.note"
answers 400 'another command than this path' "another deployment's word here" speak "$command" "$work/foreign.note"
sed "s/$foreign/$command/" "$work/foreign.note" >"$work/altered"
answers 401 'the signature of .haddad. does not verify' "another deployment's word with this command's id" \
  speak "$command" "$work/altered"

# Whose word it is: not the initiator's, not that of who fits no term, not that of who has no veto [Q7 I4].
fails 1 'answered 403.*initiator|answered 403.*alvarez' "the sponsor's approval" approve alvarez "$command"
fails 1 'answered 403.*term' "an inspector's approval" approve tanaka "$command"
fails 1 'answered 403.*veto' "an inspector's veto" veto tanaka "$command" "I object"
has "$(official tanaka show "$command")" '^  haddad \(parliament\)' "the approval that counts"
text=$(official tanaka show "$command" --json)
[[ $(grep -c '"person":' <<<"$text") == 1 ]] || die "other words were recorded too: $text"

# Who may read [P1 W10]. Somebody who may not learns nothing, not even that there is a command.
read_path() { "$KEYTURN" call GET "$KEYTURN_OFFICIALS_URL$1" "${@:2}"; }
for path in /v1/commands "/v1/commands/$command" "/v1/commands/$command/body" /v1/shares; do
  answers 401 'Keyturn-Login' "$path without a login" read_path "$path"
done
answers 401 '"title":"unauthenticated"' "a caller's token as a login" \
  read_path /v1/commands --token-file "$home/tokens/planner-7.token"
answers 401 'login' "an approval as a login" \
  read_path /v1/commands --header "Authorization: Keyturn-Login $(base64 -w0 "$work/note")"
has "$(official okafor pending)" 'nothing is held that you may read' "what the chief of staff may read"
fails 1 'answered 404: no such command' "a command that the chief of staff may not read" official okafor show "$command"
fails 1 'answered 404: no such command' "a command that there is not" official tanaka show 01ARZ3NDEKTSV4RRFFQ69G5FAV
"$KEYTURN" keys new tanaka "$work/own.key" >/dev/null || die "keys new"
fails 1 'answered 401.*not signed by any key of' "a key that only says whose it is" \
  "$KEYTURN" pending --key "$work/own.key"
"$KEYTURN" keys new mallory "$work/mallory.key" >/dev/null || die "keys new"
fails 2 'no person .mallory' "somebody who is not on the roster" "$KEYTURN" pending --key "$work/mallory.key"

# A veto by one who may ends it; no approval changes that.
has "$(veto mercer "$command" "the objective is a \"hospital\"")" 'the command is stopped' "mercer's veto"
answers 403 '"detail":"' "the approval after the veto" speak "$command" "$work/note"
has "$(official tanaka show "$command")" ' vetoed ' "the command after the veto"

# A login opens one listener, for a minute [W10]: the gateway is reached by another name, and by an old login.
stop gateway
sed -i '/^\[officials\]/a origin = "http://127.0.0.1:9310"' "$home/keyturn.toml"
start_gateway
fails 1 "answered 401.*the login is for .*harbour-watch.* at .http://127.0.0.1:$officials., not for this listener" \
  "a login for another listener" official tanaka pending
answers 401 'the login was signed at 2026-11-22T01:23:12Z' "a login of long ago" \
  read_path /v1/commands --header "Authorization: Keyturn-Login $old_login"
stop gateway
has "$("$KEYTURN" journal replay)" '^replayed: ' "the journal afterwards"
