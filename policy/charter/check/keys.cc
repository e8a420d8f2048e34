// One key, as key bytes, is one principal's: else two approvals could be one hand's [Q3]. So are
// tokens and certificates' keys, and the journal's key is nobody's [T11].
#include <map>

#include "policy/charter/check/check.h"

namespace keyturn {
namespace {

template <class Credential>
class Owners {
 public:
  Owners(std::string_view what, Diagnostics& diagnostics)
      : what_(what), diagnostics_(diagnostics) {}

  void add(const Credential& credential, const std::string& owner, Place place) {
    const auto [found, is_new] = owners_.emplace(credential, Owner{owner, place});
    if (is_new) return;
    diagnostics_.error(place, "this " + std::string(what_) + " is that of " + found->second.name +
                                  " already, in line " + std::to_string(found->second.place.line) +
                                  ": one " + std::string(what_) + ", one principal [Q3]");
  }

 private:
  struct Owner {
    std::string name;
    Place place;
  };
  std::string_view what_;
  Diagnostics& diagnostics_;
  std::map<Credential, Owner> owners_;
};

}  // namespace

void check_keys(const DeclaredCheck& check) {
  Owners<PublicKey> keys("key", check.diagnostics);
  Owners<Digest> tokens("token", check.diagnostics);
  Owners<Digest> certificates("certificate's key", check.diagnostics);
  const DeclaredCharter& declared = check.declared;
  if (declared.journal_key)
    keys.add(declared.journal_key->key, "the journal", declared.journal_key->place);
  for (const DeclaredPerson& person : declared.persons) {
    for (const DeclaredKey& key : person.keys)
      keys.add(key.key, quoted(person.name.text), key.place);
    for (const DeclaredToken& token : person.tokens)
      tokens.add(token.hash, quoted(person.name.text), token.place);
    for (const DeclaredCertificate& one : person.certificates)
      certificates.add(one.key_hash, quoted(person.name.text), one.place);
  }
  for (const DeclaredAgent& agent : declared.agents) {
    for (const DeclaredKey& key : agent.keys) keys.add(key.key, quoted(agent.name.text), key.place);
    for (const DeclaredToken& token : agent.tokens)
      tokens.add(token.hash, quoted(agent.name.text), token.place);
    for (const DeclaredCertificate& one : agent.certificates)
      certificates.add(one.key_hash, quoted(agent.name.text), one.place);
  }
  // An effector whose key is a person's would let that person release what he directs [S2].
  for (const DeclaredEndpoint& endpoint : declared.endpoints)
    for (const DeclaredKey& key : endpoint.keys)
      keys.add(key.key, "endpoint " + quoted(endpoint.name.text), key.place);
}

}  // namespace keyturn
