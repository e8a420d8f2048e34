#include "gateway/cli/reload.h"

#include <utility>

namespace keyturn::cli {

Reload::Reload(std::filesystem::path file, Config running)
    : file_(std::move(file)), running_(std::move(running)) {}

Result<void> Reload::run() {
  TRY(Config next, read_config(file_));
  CHECK_OK(check_reloadable(running_, next));
  std::vector<Commit> commits;
  for (const Prepare& part : parts_) {
    TRY(Commit commit, part(next));
    commits.push_back(std::move(commit));
  }
  // INVARIANT: nothing was changed above this line, and nothing fails below it.
  for (const Commit& commit : commits) commit();
  running_ = std::move(next);
  return {};
}

}  // namespace keyturn::cli
