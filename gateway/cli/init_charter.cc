#include "gateway/cli/init_charter.h"

namespace keyturn::cli {

const std::vector<InitPrincipal>& init_principals() {
  static const std::vector<InitPrincipal> principals = {
      {"okafor", true, false},    {"alvarez", true, true},   {"brandt", true, false},
      {"dahl", true, false},      {"haddad", true, false},   {"silva", true, false},
      {"rossi", true, false},     {"mercer", true, false},   {"okonkwo", true, false},
      {"tanaka", true, false},    {"weiss", true, false},    {"ferreira", true, false},
      {"planner-7", false, true}, {"analyst-2", false, true}};
  return principals;
}

std::string_view init_charter_pattern() {
  return R"(keyturn 1
charter "@deployment@" version 1
valid @valid-from@ .. @valid-until@
journal key ed25519 "@key journal@"

# Who there is. Quorums count people and institutions, never keys.
institution mod         "Ministry of Defence"       branch executive
institution parliament  "Defence Committee"         branch legislature
institution court       "Military Court of Review"  branch judiciary
institution inspectorate "Inspectorate of Arms"     branch oversight
institution academy     "Academy of Sciences"       branch civil

office chief-of-staff
office fleet-commander under chief-of-staff
office release-authority
office committee-chair
office reviewing-judge
office judge-advocate

person okafor  "Adm. C. Okafor" of mod holds chief-of-staff
  key ed25519 "@key okafor@"
person alvarez "Cdr R. Alvarez" of mod holds fleet-commander
  key ed25519 "@key alvarez@"
  token sha256 "@token alvarez@"
person brandt  "Gen. A. Brandt" of mod holds release-authority
  key ed25519 "@key brandt@"
person dahl    "Col. I. Dahl" of mod holds release-authority under brandt
  key ed25519 "@key dahl@"
person haddad  "L. Haddad, MP" of parliament holds release-authority, committee-chair
  key ed25519 "@key haddad@"
person silva   "P. Silva, MP" of parliament holds committee-chair
  key ed25519 "@key silva@"
person rossi   "Judge T. Rossi" of court holds reviewing-judge
  key ed25519 "@key rossi@"
person mercer  "J. Mercer" of court holds judge-advocate
  key ed25519 "@key mercer@"
person okonkwo "N. Okonkwo" of inspectorate holds release-authority
  key ed25519 "@key okonkwo@"
person tanaka  "H. Tanaka" of inspectorate
  key ed25519 "@key tanaka@"
person weiss   "Prof. E. Weiss" of academy
  key ed25519 "@key weiss@"
person ferreira "Dr. M. Ferreira" of academy
  key ed25519 "@key ferreira@"

provider acme "Acme Robotics"
provider borealis "Borealis Marine"
agent planner-7 sponsored by alvarez provider acme may strike
  token sha256 "@token planner-7@"
agent analyst-2 sponsored by tanaka provider acme
  token sha256 "@token analyst-2@"

# What can be directed, and where it is.
pool military
pool military/air
pool military/sea
endpoint fleet  "@fleet@"
endpoint models "@model@" headers anthropic-version, anthropic-beta, openai-beta
system uav-[001..040] pool military/air weight 1 provider acme     at fleet
system usv-[001..010] pool military/sea weight 4 provider borealis at fleet

# What is high-stakes, and what passes. What neither names is refused.
class strike at fleet {
  match POST /api/v1/tasks body /specification/@type in ["Strike", "ReleasePayload"]
  by office:fleet-commander
  directs body /relations/assignee/*/entityId
  shape /specification/@type, /specification/objective, /relations/assignee/*/entityId,
        /author/onBehalfOf, /displayName
  effect "{body /specification/@type} by {systems} on {body /specification/objective}"
}
class helpful-only at models {
  match POST /v1/chat/completions body /model prefix "helpful-only-"
  match POST /v1/responses body /model prefix "helpful-only-"
  match POST /v1/messages body /model prefix "helpful-only-"
  directs nothing
  effect "one request to {body /model}"
}
pass state  at fleet {
  match GET /api/v1/tasks/*
  match GET /api/v1/entities
  match GET /api/v1/entities/*
  match POST /api/v1/tasks/query
  match POST /api/v1/tasks/stream
  directs nothing
}
pass chat   at models {
  match POST /v1/chat/completions body /model in ["chat-large-3", "chat-small-3"]
  match POST /v1/responses body /model in ["chat-large-3", "chat-small-3"]
  match POST /v1/messages body /model in ["chat-large-3", "chat-small-3"]
}

rule strike {
  need 2 of office:release-authority and 1 of office:committee-chair|reviewing-judge
  across 3 institutions
  veto 1 of office:judge-advocate
  approve within 30m delay @delay@ execute within 10m lease 20m
  prevents "one commander, or one ministry, using the fleet alone"
}
rule helpful-only {
  need 1 of institution:inspectorate and 1 of institution:academy and 1 of institution:parliament
  approve within 8h execute within 1h
}

# Who stops it all for a while, and who lifts that again.
freeze military/** by office:judge-advocate, institution:inspectorate for 24h {
  need 1 of office:release-authority and 1 of office:committee-chair|reviewing-judge
  across 2 institutions
}

limit person military 10%, at most 400 over 72h
limit person each military/** 25%
limit institution military 50%
limit supply acme military 60%

readers institution:inspectorate
)";
}

}  // namespace keyturn::cli
