// Reload: keyturn.toml taken over by a running gateway, wholly or not at all.
//
// Each part that can change while it runs prepares first: it reads, checks and builds all that can
// fail, and changes nothing. Only when every part is prepared are their commits run, and these
// cannot fail: so a bad file, a credential that cannot be read or a certificate without its key
// leaves everything as it was. Thread rule: the main thread.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "gateway/config/config.h"
#include "keyturn/result.h"

namespace keyturn::cli {

class Reload {
 public:
  using Commit = std::function<void()>;
  using Prepare = std::function<Result<Commit>(const Config& next)>;

  // `running` was read from `file` at the start.
  Reload(std::filesystem::path file, Config running);

  void add(Prepare part) { parts_.push_back(std::move(part)); }
  Result<void> run();

 private:
  const std::filesystem::path file_;
  Config running_;
  std::vector<Prepare> parts_;
};

}  // namespace keyturn::cli
