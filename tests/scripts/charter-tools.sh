# The tools for charters, by the real binary: fmt and what it refuses to touch, explain, test, try, json.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

example=$KEYTURN_ROOT/config/charters/defence-fleet.charter

# fmt: a draft is laid out, its words stay, its mode stays, and formatting twice is formatting once.
sed -e 's/^  */ /' -e 's/, /  ,/g' "$example" >"$work/draft.charter"
chmod 0640 "$work/draft.charter"
fails 1 'not formatted' "--check of a draft" "$KEYTURN" charter fmt --check "$work/draft.charter"
before=$("$KEYTURN" charter json "$work/draft.charter" | grep -v '"digest"') || die "json of a draft"
has "$("$KEYTURN" charter fmt "$work/draft.charter")" 'formatted; its digest was sha256:[0-9a-f]{64} and is sha256:' "fmt"
[[ $(stat -c %a "$work/draft.charter") == 640 ]] || die "fmt changes the mode of the file"
[[ $before == "$("$KEYTURN" charter json "$work/draft.charter" | grep -v '"digest"')" ]] || die "fmt changes the charter"
"$KEYTURN" charter fmt --check "$work/draft.charter" || die "a formatted charter is not formatted"
[[ -z $("$KEYTURN" charter fmt "$work/draft.charter") ]] || die "fmt writes what is formatted already"
grep -q '# the one safety officer there is' "$work/draft.charter" || die "fmt loses a comment"
ln -s draft.charter "$work/link.charter"
echo '# at the end' >>"$work/draft.charter"
printf '\n\n' >>"$work/draft.charter"
"$KEYTURN" charter fmt "$work/link.charter" >"$work/said" || die "fmt through a link"
[[ -L $work/link.charter ]] || die "fmt puts a file in the place of a link"
printf 'pool "open\n' >"$work/broken.charter"
fails 2 'broken.charter:1:' "fmt of what cannot be read" "$KEYTURN" charter fmt "$work/broken.charter"
[[ $(cat "$work/broken.charter") == 'pool "open' ]] || die "fmt touches what it cannot read"
fails 2 'exists|there' "--out over a file" "$KEYTURN" charter fmt "$work/draft.charter" --out "$work/said"

# fmt: a charter that a journal was opened with is its exact bytes [T11].
step_ms=400
make_deployment "$work/deployment" 1s
adopted=$work/deployment/charter.keyturn
cp "$adopted" "$work/as-made"
"$KEYTURN" charter fmt "$adopted" >"$work/said" || die "a charter whose journal is empty is a draft: $(cat "$work/said")"
cp "$work/as-made" "$adopted"
start_endpoints
start_gateway
fails 1 'is the charter of the journal in .*/data.*--out' "fmt of an adopted charter" "$KEYTURN" charter fmt "$adopted"
mkdir "$work/elsewhere"
cp "$adopted" "$work/elsewhere/copy.charter"
fails 1 'is the charter of the journal' "fmt with --data" env -u KEYTURN_DATA \
  "$KEYTURN" charter fmt "$work/elsewhere/copy.charter" --data "$KEYTURN_DATA"
fails 1 'is the charter of the journal' "fmt with --config" env -u KEYTURN_DATA \
  "$KEYTURN" charter fmt "$work/elsewhere/copy.charter" --config "$home/keyturn.toml"
cmp -s "$adopted" "$work/as-made" || die "fmt touched an adopted charter"
"$KEYTURN" charter fmt "$adopted" --out "$work/next.charter" >"$work/said" || die "fmt --out of an adopted charter"
"$KEYTURN" charter check --quiet "$work/next.charter" || die "what fmt --out wrote is not sound"
cmp -s "$work/next.charter" "$work/as-made" && die "nothing was formatted: the test shows nothing"

# explain: the charter, and one request on the ledger of the running gateway.
"$KEYTURN" charter explain "$adopted" >"$work/said" || die "explain"
has "$(tr '\n' ' ' <"$work/said")" 'What one person can never do .*no one person commands enough of them' "explain"
strike "$work/two.json" "grid 31U FQ 123" uav-001 uav-002
printf '{"method":"POST","target":"/api/v1/tasks","headers":{"content-type":"application/json"},"body":%s}\n' \
  "$(sed 's/"/\\"/g; s/^/"/; s/$/"/' "$work/two.json")" >"$work/two.request"
explain() { "$KEYTURN" charter explain "$adopted" --request "$work/two.request" "$@"; }
said=$(explain --as planner-7 --approved brandt,dahl) || die "explain of a request: $said"
has "$said" 'dahl.s approval adds nothing for strike' "an approval that adds nothing"
has "$said" 'Who could bring it nearer now: .*haddad \(parliament\)' "who could still supply it"
has "$said" 'alvarez military 0 -> 2 of 8 \(80\)' "whose share"
fails 2 'no person or agent `planer-7`; did you mean `planner-7`' "a misspelt principal" explain --as planer-7
fails 2 'no person `brand`; did you mean `brandt`' "a misspelt approver" explain --as planner-7 --approved brand
fails 1 'not this initiator' "a request that is refused" explain --as analyst-2
fails 2 'who sent it was not recorded' "a request of nobody" explain
hold planner-7 "$work/two.json"
for name in brandt okonkwo rossi; do approve "$name" "$id" >/dev/null || die "$name cannot approve"; done
sleep 1.2 # the delay of this deployment
[[ $(caller planner-7 POST /api/v1/tasks "$work/two.json") == 200* ]] || die "the strike did not go out"
has "$(explain --as planner-7 --journal "$home/data")" 'alvarez military 2 -> 2 of 8 \(80\)' "shares of a journal"
fails 2 'journal' "a journal that is not there" explain --as planner-7 --journal "$work/nowhere"

# test: the cases that are shipped pass; one that does not says what came.
for charter in "$KEYTURN_ROOT"/config/charters/*.charter; do
  said=$("$KEYTURN" charter test "$charter") || die "cases of $charter: $said"
  has "$said" 'cases: [1-9][0-9]* passed, 0 failed' "cases of $charter"
done
printf 'case chat is held\n  POST /v1/chat/completions?beta=0\n    body {"model": "chat-large-3"}\n  held as helpful-only\n' >"$work/wrong.cases"
fails 1 'FAILED .*wrong.cases:1 ' "a case that fails" "$KEYTURN" charter test "$example" "$work/wrong.cases"
has "$("$KEYTURN" charter test "$example" "$work/wrong.cases")" '^ +\+ passes as chat|^ +\+ passes' "what came instead"
printf 'case a\n  aprove brandt\n' >"$work/wrong.cases"
fails 2 'wrong.cases:2: .*did you mean `approve`' "a step that is none" "$KEYTURN" charter test "$example" "$work/wrong.cases"

# try: lines and HAR; a bad line is named and the rest is read.
{
  cat "$work/two.request"
  echo '{"method":"GET","target":"/api/v1/entities"}'
  echo '{"method":"GET"'
  echo '{"method":"DELETE","target":"/api/v1/tasks"}'
} >"$work/traffic.jsonl"
said=$("$KEYTURN" charter try "$adopted" "$work/traffic.jsonl" --as planner-7)
[[ $? == 1 ]] || die "try does not say that a line was bad"
for line in 'pass +1' 'gated +1' 'unmatched +1' 'unreadable +1' 'not one JSON value \(first: 3\)' 'strike at fleet: POST /api/v1/tasks \(first: 1\)'; do
  has "$said" "$line" "try"
done
printf '{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"%s/api/v1/entities","headers":[]}}]}}' \
  "$fleet_url" >"$work/traffic.har"
has "$("$KEYTURN" charter try "$adopted" "$work/traffic.har" --json)" '"pass"' "try of HAR" 
"$KEYTURN" charter try "$adopted" "$work/traffic.har" >/dev/null || die "try of a good HAR file"
fails 2 'cannot open' "traffic that is not there" "$KEYTURN" charter try "$adopted" "$work/nowhere"

# What nobody expects on the command line is answered with the nearest that is.
fails 2 'did you mean `charter`' "a misspelt subcommand" "$KEYTURN" chartr check x
fails 2 'did you mean `explain`' "a misspelt tool" "$KEYTURN" charter explian "$example"
fails 2 'did you mean `--check`' "a misspelt option" "$KEYTURN" charter fmt "$example" --chek
