// From the declared model to the immutable Charter. INVARIANT: only for a model in which the checks
// on the declared model found nothing, so every name resolves and nothing here can fail.
#pragma once

#include <memory>
#include <string>

#include "policy/charter/charter.h"
#include "policy/charter/declared.h"
#include "policy/charter/names.h"

namespace keyturn {

class CharterCompiler {
 public:
  static std::shared_ptr<Charter> compile(const DeclaredCharter& declared, const Names& names);

 private:
  CharterCompiler(const DeclaredCharter& declared, const Names& names, Charter& charter)
      : declared_(declared), names_(names), charter_(charter) {}

  void header();
  void institutions();
  void people();
  void agents();
  void pools();
  void systems();
  void endpoints();
  void classes();
  Class compile_class(const DeclaredClass& declared) const;
  void passes();
  void limits();
  void freezes();
  void lookups();

  const DeclaredCharter& declared_;
  const Names& names_;
  Charter& charter_;
  std::vector<PoolId> pool_ids_;    // by position in the declared model
  std::vector<ClassId> class_ids_;  // likewise
};

// `12.5%`
std::string percentage_text(std::uint64_t basis_points);

// The name of system `number` of a range; of a single system, its name.
std::string system_name(const DeclaredSystem& system, std::uint64_t number);

// The pools that a limit speaks of: its own, or with `each` every one below it.
std::vector<PoolId> limited_pools(const Charter& charter, const DeclaredLimit& limit);

}  // namespace keyturn
