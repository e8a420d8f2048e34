// Charters for tests, written as text: keys and tokens are derived from names, so that a test can
// sign for anybody whom its charter names, and every run has the same bytes.
//
//   charter_text("person okafor \"Adm. C. Okafor\" of mod\n  key ed25519 \"@key(okafor)@\"\n")
//
// `@key(name)@` becomes the base64 public key of test_key(name); `@token(name)@` the hex SHA-256 of
// test_token(name). An unknown `@…@` aborts the test program.
#pragma once

#include <string>
#include <string_view>

#include "keys/signing_key.h"

namespace keyturn::testing {

// The signing key whose seed is sha256("keyturn test key " + name).
SigningKey test_key(std::string_view name);
// The bearer token of `name`, in the form that `keyturn tokens new` prints.
std::string test_token(std::string_view name);

std::string charter_text(std::string_view pattern);

// A charter of three institutions that passes the checker. Weights: military/air 40 (uav-001..040,
// 1 each, acme), military/sea 40 (usv-001..010, 4 each, borealis), military 80.
//   mod         okafor (chief-of-staff, above fleet-commander), alvarez (fleet-commander; agent
//               planner-7), brandt and castell (release-authority; castell is under brandt),
//               nowak (no office)
//   parliament  farouk (release-authority), haddad, ito
//   court       duarte (release-authority), eriksen, gupta and jonas (judge-advocate)
// Everyone has a key; okafor, alvarez, nowak and planner-7 have tokens. Keys and tokens are named
// as their owners; the journal's key is test_key("journal").
//   strike       POST /api/v1/tasks at fleet; by office:fleet-commander; directs; lease 20m
//   helpful-only POST /v1/** at models where /model begins with helpful-only-; directs nothing
//   passes       telemetry (GET /api/v1/entities/:id at fleet), chat (POST /v1/chat/completions)
extern const std::string_view defence;

}  // namespace keyturn::testing
