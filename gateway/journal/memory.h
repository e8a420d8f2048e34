// MemoryStore: a journal that ends with the process, for tests and exercises. Promises and thread
// rule of Store.
#pragma once

#include <map>
#include <mutex>
#include <utility>

#include "gateway/journal/store.h"

namespace keyturn {

class MemoryStore final : public Store {
 public:
  Result<Appended> append(const Append& append) override;
  Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const override;
  Result<std::uint64_t> size() const override;
  Result<Digest> node(std::uint8_t level, std::uint64_t index) const override;
  Result<std::string> checkpoint() const override;
  Result<Counts> count() const override;

 private:
  mutable std::mutex mutex_;
  // Protected by mutex_.
  std::vector<std::string> entries_;
  std::map<std::pair<std::uint8_t, std::uint64_t>, Digest> nodes_;
  std::string checkpoint_;
};

}  // namespace keyturn
