# The command line: what it says of bad charters, keys, passphrases and settings, and that no secret is ever in what
# it prints, logs or stores [T35 P1].
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

# Everything that the binary prints here is kept, and searched at the end.
binary=$KEYTURN
cat >"$work/keyturn" <<END
#!/usr/bin/env bash
set -o pipefail
exec "$binary" "\$@" > >(tee -a "$work/printed") 2> >(tee -a "$work/printed" >&2)
END
chmod +x "$work/keyturn"
keyturn() { "$work/keyturn" "$@"; }

step_ms=400
make_deployment "$work/deployment" 1s
printf 'endpoint-%s' canary-7f3a >"$home/fleet.credential"
chmod 0600 "$home/fleet.credential"
cat >>"$home/keyturn.toml" <<'END'

[endpoints.fleet]
header = "x-fleet-key"
credential_file = "fleet.credential"
END
KEYTURN=$work/keyturn

# Charters: where it is wrong, what was expected, and how the line reads.
has "$(keyturn charter check "$KEYTURN_CHARTER")" 'version 1 is sound: 5 institutions, 12 persons, 2 agents, 50 systems' "the starting charter"
[[ -z $(keyturn charter check --quiet "$KEYTURN_CHARTER") ]] || die "--quiet prints something"
for charter in "$KEYTURN_ROOT"/config/charters/*.charter; do
  has "$(keyturn charter check "$charter")" ' is sound: ' "$charter"
done
wrong() { # WHAT SED-SCRIPT PLACE-AND-MESSAGE
  sed "$2" "$KEYTURN_CHARTER" >"$work/wrong.keyturn"
  fails 1 "$3" "$1" keyturn charter check "$work/wrong.keyturn"
  # The line as it stands there, and a caret below it.
  has "$(keyturn charter check "$work/wrong.keyturn" 2>&1)" '^ +\^~*$' "the caret of: $1"
  has "$(keyturn charter check "$work/wrong.keyturn" 2>&1)" '1 error\(s\)$' "the count of: $1"
}
wrong "a pool that nobody declared" 's|pool military/air weight|pool militray/air weight|' \
  '^[^:]*wrong.keyturn:[0-9]+:28: error: `militray/air` is not declared as a pool; did you mean `military/air`\? \[C11\]'
wrong "an unknown word" '3s/^/frobnicate x\n/' '^[^:]*wrong.keyturn:3:1: error: expected .*, found `frobnicate`'
wrong "a quorum that nobody can meet" 's/across 3 institutions/across 9 institutions/' \
  ':[0-9]+: error: no initiator could ever get this approved.*\[Q8\]'
wrong "a pass beside a class" '0,/body \/model in \[.*\]/s|body /model in \[.*\]|body /model present|' \
  ':[0-9]+: error: pass `chat` must list `body /model` by exact value.*\[C2\]'
fails 2 'cannot open .*nowhere' "a charter that is not there" keyturn charter check "$work/nowhere"

# Keys: made once, never over one that is there, opened by their passphrase alone.
printf 'a wrong passphrase\n' >"$work/wrong.passphrase"
: >"$work/empty.passphrase"
printf 'readable\n' >"$work/open.passphrase"
chmod 0600 "$work"/{wrong,empty}.passphrase
chmod 0644 "$work/open.passphrase"
line=$(keyturn keys new rossi "$work/rossi.key")
has "$line" '^key ed25519 "[A-Za-z0-9+/]{43}="$' "keys new"
[[ $(stat -c %a "$work/rossi.key") == 600 ]] || die "a key file is open to others"
[[ $(keyturn keys show "$work/rossi.key") == "rossi"$'\n'"$line" ]] || die "keys show does not print what keys new did"
fails 2 'cannot create .*rossi.key.*exists' "keys new over a key" keyturn keys new rossi "$work/rossi.key"
fails 2 'an empty passphrase protects nothing' "an empty passphrase" \
  keyturn keys new rossi "$work/new.key" --passphrase-file "$work/empty.passphrase"
fails 2 'is open to others than its owner: chmod 600' "a passphrase that others can read" \
  keyturn keys new rossi "$work/new.key" --passphrase-file "$work/open.passphrase"
[[ ! -e $work/new.key ]] || die "a refused key was written"
fails 2 'passphrase' "a wrong passphrase" \
  keyturn pending --key "$home/keys/tanaka.key" --passphrase-file "$work/wrong.passphrase"
fails 2 'no terminal to ask for the passphrase on; name a file with --passphrase-file' "no passphrase" \
  env -u KEYTURN_PASSPHRASE_FILE "$work/keyturn" pending --key "$home/keys/tanaka.key"
sed 's/^name tanaka/name haddad/' "$home/keys/tanaka.key" >"$work/renamed.key"
fails 2 'passphrase|altered' "a key file under another name" keyturn pending --key "$work/renamed.key"
fails 2 'keyturn: ' "a key file that is none" keyturn keys show "$home/keyturn.toml"

# Tokens and folders: never over what is there.
has "$(keyturn tokens new "$work/new.token")" '^token sha256 "[0-9a-f]{64}"$' "tokens new"
has "$(<"$work/new.token")" '^keyturn_[A-Za-z0-9_-]{43}$' "the token's file"
[[ $(stat -c %a "$work/new.token") == 600 ]] || die "a token's file is open to others"
fails 2 'cannot create .*new.token.*exists' "tokens new over a token" keyturn tokens new "$work/new.token"
fails 2 'is there already; name a new folder' "init over a folder" keyturn init "$home"
[[ $(keyturn limits | wc -l) -gt 40 ]] || die "limits prints too little"
has "$(keyturn limits --json)" '"request_body_bytes_max": 8388608' "limits --json"
has "$(keyturn --version)" '^keyturn [0-9]+\.[0-9]+\.[0-9]+' "--version"
has "$(keyturn --help)" 'approve' "--help"
fails 2 'subcommand' "no subcommand" keyturn
fails 2 '.' "an unknown option" keyturn limits --jsno

# Settings: nothing is read and then ignored, and every mistake has its place.
cp "$home/keyturn.toml" "$work/toml"
setting() { # WHAT SED-SCRIPT MESSAGE
  sed "$2" "$work/toml" >"$home/keyturn.toml"
  refuses_start "$3" "$1"
}
setting "an unknown setting" '/^\[callers\]/a advisory = true' 'keyturn.toml:[0-9]+:[0-9]+: `callers.advisory` is not a setting'
setting "an unknown table" '$a [bypass]\nallow = true' 'keyturn.toml:[0-9]+:[0-9]+: `bypass` is not a setting'
setting "a number as a word" 's/^threads = 1/threads = "1"/' 'keyturn.toml:[0-9]+:[0-9]+: `callers.threads` must be a whole number from 1 to'
setting "a setting that is missing" '/^charter = /d' '`charter` is missing'
setting "no TOML" '1i charter = ' 'keyturn.toml:1:'
setting "an address without a port" 's/^listen = "127.0.0.1:.*/listen = "127.0.0.1"/' 'must be address:port, got `127.0.0.1`'
setting "a credential for nobody" 's/^\[endpoints.fleet\]/[endpoints.flete]/' '`endpoints.flete` is no endpoint of the charter'
setting "a passphrase that is not the key's" "s|^passphrase_file = .*|passphrase_file = \"$work/wrong.passphrase\"|" 'passphrase'
setting "a charter that is wrong" "s|^charter = .*|charter = \"$work/wrong.keyturn\"|" 'wrong.keyturn:[0-9]+:[0-9]+: error: '
chmod 0644 "$home/fleet.credential"
setting "a credential that others can read" '' 'is open to others than its owner'
chmod 0600 "$home/fleet.credential"
cp "$work/toml" "$home/keyturn.toml"

# One command from end to end, and words that go wrong; then nothing secret may be anywhere.
start_endpoints
start_gateway
strike "$work/strike.json" "grid 31U FQ 123" uav-003
sed -i 's/"displayName":"task"/"displayName":"canary-body-9c1e"/' "$work/strike.json"
hold planner-7 "$work/strike.json" --header "X-Note: canary-field-2b7d"
approve_all "$id" brandt haddad rossi
answers 200 '"taskId"' "the command" caller planner-7 POST /api/v1/tasks "$work/strike.json"
caller alvarez GET /api/v1/entities >/dev/null || die "a pass"
answers 401 '.' "a token as a query" keyturn call GET "$url/api/v1/entities?token=$(<"$home/tokens/alvarez.token")"
received=$(keyturn call GET "$fleet_url/simulated/requests")
has "$received" '"x-fleet-key","endpoint-canary-7f3a"' "the endpoint's credential at the endpoint"
grep -qi 'authorization\|canary-field' <<<"$received" && die "the caller's own fields reached the endpoint [C7]: $received"
keyturn journal show >/dev/null || die "journal show"
keyturn journal replay >/dev/null || die "journal replay"
stop gateway
grep -v '^ *{"requests"' "$work/printed" | grep -v 'x-fleet-key' >"$work/searched"
cat "$home"/*.log >>"$work/searched"
nowhere() { # WHAT BYTES FILE…
  local what=$1 bytes=$2
  shift 2
  ! grep -aqF -r -- "$bytes" "$@" || die "$what is in $(grep -alF -r -- "$bytes" "$@")"
}
[[ $(wc -l <"$work/searched") -gt 100 ]] || die "nothing was printed that could be searched"
for token in "$home"/tokens/*.token "$work/new.token"; do
  nowhere "the token ${token##*/}" "$(<"$token")" "$work/searched" "$home/data" "$KEYTURN_CHARTER"
done
nowhere "the passphrase" "$(<"$home/passphrase")" "$work/searched" "$home/data" "$home/keys" "$home/journal.key"
nowhere "a mistyped passphrase" "a wrong passphrase" "$work/searched"
for key in "$home"/keys/*.key "$home/journal.key"; do
  nowhere "what ${key##*/} keeps" "$(sed -n 's/^box [^ ]* //p' "$key")" "$work/searched" "$home/data"
done
nowhere "the endpoint's credential" endpoint-canary-7f3a "$work/searched" "$home/data"
# Bodies at rest are sealed; what the charter does not read of one is nowhere else [P1].
nowhere "a body" canary-body-9c1e "$home/data" "$home/gateway.log"
nowhere "a caller's field" canary-field-2b7d "$home/data" "$home/gateway.log"
