#include "policy/charter/parser/parser.h"

namespace keyturn {

// institution ID STRING [branch ID]
bool Parser::parse_institution() {
  DeclaredInstitution institution;
  if (!take_id(institution.name, "the institution's name")) return false;
  if (!take_string(institution.title, "the institution's title")) return false;
  if (accept("branch")) {
    institution.branch.emplace();
    if (!take_id(*institution.branch, "the branch of government")) return false;
  }
  declared_.institutions.push_back(std::move(institution));
  return true;
}

// office ID [under ID {, ID}]
bool Parser::parse_office() {
  DeclaredOffice office;
  if (!take_id(office.name, "the office's name")) return false;
  if (accept("under") && !take_ids(office.under, "the office above")) return false;
  declared_.offices.push_back(std::move(office));
  return true;
}

// person ID STRING of ID [holds ID {, ID}] [under ID {, ID}] { key … | token … | certificate … }
bool Parser::parse_person() {
  DeclaredPerson person;
  if (!take_id(person.name, "the person's name")) return false;
  if (!take_string(person.title, "the person's title")) return false;
  if (!expect("of", "and the person's institution")) return false;
  if (!take_id(person.institution, "the person's institution")) return false;
  while (!at_end()) {
    if (person.holds.empty() && accept("holds")) {
      if (!take_ids(person.holds, "an office")) return false;
    } else if (person.under.empty() && accept("under")) {
      if (!take_ids(person.under, "a person")) return false;
    } else if (accept("key")) {
      if (!parse_key(person.keys)) return false;
    } else if (accept("token")) {
      if (!parse_token(person.tokens)) return false;
    } else if (accept("certificate")) {
      if (!parse_certificate(person.certificates)) return false;
    } else if (is("delegates") || is("recovers")) {
      return refuse_unsupported();
    } else {
      return expected(
          "`holds`, `under`, `key`, `token`, `certificate`, or the end of the person (each of "
          "the first two once)");
    }
  }
  declared_.persons.push_back(std::move(person));
  return true;
}

// agent ID sponsored by ID [provider ID] [may ID {, ID}] { key … | token … | certificate … }
bool Parser::parse_agent() {
  DeclaredAgent agent;
  if (!take_id(agent.name, "the agent's name")) return false;
  if (!expect("sponsored", "by the person responsible for the agent [I3]")) return false;
  if (!expect("by", "and the sponsor")) return false;
  if (!take_id(agent.sponsor, "the sponsor, a person")) return false;
  while (!at_end()) {
    if (!agent.provider && accept("provider")) {
      agent.provider.emplace();
      if (!take_id(*agent.provider, "the agent's provider")) return false;
    } else if (agent.may.empty() && accept("may")) {
      if (!take_ids(agent.may, "a class")) return false;
    } else if (accept("key")) {
      if (!parse_key(agent.keys)) return false;
    } else if (accept("token")) {
      if (!parse_token(agent.tokens)) return false;
    } else if (accept("certificate")) {
      if (!parse_certificate(agent.certificates)) return false;
    } else {
      return expected(
          "`provider`, `may`, `key`, `token`, `certificate`, or the end of the agent (each of "
          "the first two once)");
    }
  }
  declared_.agents.push_back(std::move(agent));
  return true;
}

// key ed25519 STRING; `key` is read. A bad key is reported and the declaration goes on.
bool Parser::parse_key(std::vector<DeclaredKey>& out) {
  if (is("p256") || is("webauthn") || is("sshsig")) return refuse_unsupported();
  if (!expect("ed25519", "and the public key in base64")) return false;
  const Place place = peek().place;
  std::string text;
  if (!take_string(text, "a public key in base64")) return false;
  Result<std::string> raw = base64_decode(text);
  if (!raw.ok()) {
    fail(place, "expected 32 bytes in base64 (44 characters), found " + quoted(text));
    return true;
  }
  Result<PublicKey> key = PublicKey::from_bytes(KeyType::ed25519, *raw);
  if (!key.ok()) {
    fail(place, key.error().message);
    return true;
  }
  out.push_back(DeclaredKey{*key, place});
  return true;
}

// token sha256 STRING; `token` is read.
bool Parser::parse_token(std::vector<DeclaredToken>& out) {
  if (!expect("sha256", "and the token's hash in hexadecimal")) return false;
  const Place place = peek().place;
  if (peek().kind != Token::Kind::string) return expected("the token's hash in quotes");
  if (const auto hash = take_hash("the token's hash", "`keyturn tokens new`"))
    out.push_back(DeclaredToken{*hash, place});
  return true;
}

// certificate sha256 STRING; `certificate` is read. The hash is that of the certificate's key.
bool Parser::parse_certificate(std::vector<DeclaredCertificate>& out) {
  if (!expect("sha256", "and the hash of the certificate's key in hexadecimal")) return false;
  const Place place = peek().place;
  if (peek().kind != Token::Kind::string)
    return expected("the hash of the certificate's key in quotes");
  if (const auto hash = take_hash("the key's hash", "`keyturn keys certificate`"))
    out.push_back(DeclaredCertificate{*hash, place});
  return true;
}

// The string that stands here. A bad hash is reported and the declaration goes on.
std::optional<Digest> Parser::take_hash(std::string_view what, std::string_view made_by) {
  const Place place = peek().place;
  std::string text;
  if (!take_string(text, what)) return std::nullopt;
  Result<Digest> hash = Digest::parse("sha256:" + text);
  if (hash.ok()) return *hash;
  fail(place, "expected 64 lower-case hexadecimal digits, as " + std::string(made_by) +
                  " prints them [P2], found " + quoted(text));
  return std::nullopt;
}

}  // namespace keyturn
